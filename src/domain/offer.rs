//! What a customer is asked to agree to: the order in their eyes (DOMAIN 2.5). Two offers that are
//! equal ask the same, whatever else of the order has changed.

use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::words::Language;
use chrono::NaiveDate;
use serde::Serialize;

/// The order as its customer sees it. Amounts are written in the currency's digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Offer {
    /// The order's number.
    pub order_number: String,
    /// For whom it is.
    pub customer_name: String,
    /// What is ordered.
    pub lines: Vec<OfferLine>,
    /// ISO 4217.
    pub currency: String,
    /// What all lines come to.
    pub goods_amount: String,
    /// Taken off the whole order.
    pub discount: String,
    /// What sending costs.
    pub shipping_fee: String,
    /// The tax in the total, or on top of the lines.
    pub tax: String,
    /// Whether the amounts of the lines hold the tax.
    pub prices_include_tax: bool,
    /// What there is to pay.
    pub total: String,
    /// What is to be paid before.
    pub deposit: Option<String>,
    /// How and when it is to be paid.
    pub payment_terms: Option<String>,
    /// Where the goods go.
    pub address: OfferAddress,
    /// How they get there.
    pub delivery_method: Option<DeliveryMethod>,
    /// The day on which the goods are expected to arrive.
    pub promised_date: Option<NaiveDate>,
    /// What there is may leave before the rest; not said where it may not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    pub in_parts: bool,
}

/// Some goods or a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OfferLine {
    pub name: String,
    pub specification: String,
    pub quantity: String,
    pub unit: String,
    pub unit_price: String,
    /// What the line comes to, less its own discount.
    pub amount: String,
    /// The day promised for this line, where it is not the order's.
    pub promised_date: Option<NaiveDate>,
}

/// Where the goods go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OfferAddress {
    pub contact_name: Option<String>,
    pub phone: Option<String>,
    pub street: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postcode: Option<String>,
    pub country: Option<String>,
}

impl OfferAddress {
    /// On one line, as it is written in a language; nothing where nothing is known.
    pub fn line(&self, language: Language) -> Option<String> {
        let place = [&self.street, &self.city, &self.region, &self.postcode, &self.country];
        let person = [&self.contact_name, &self.phone];
        let said = |parts: &[&Option<String>]| -> Vec<String> {
            parts.iter().filter_map(|part| part.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)).collect()
        };
        let mut place = said(&place);
        if language == Language::Chinese {
            place.reverse();
        }
        let separator = language.pick(", ", " ");
        let whole = [said(&person).join(language.pick(", ", "，")), place.join(separator)];
        let whole: Vec<&str> = whole.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        (!whole.is_empty()).then(|| whole.join(language.pick(", ", "，")))
    }
}

/// A day as people write it.
pub fn day(date: NaiveDate, language: Language) -> String {
    date.format(language.pick("%A, %-d %B %Y", "%Y年%-m月%-d日")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_the_way_of_its_language() {
        let some = |text: &str| Some(text.to_owned());
        let address = OfferAddress {
            contact_name: some("王芳"),
            phone: None,
            street: some("人民路 1 号"),
            city: some("上海"),
            region: some(" "),
            postcode: some("200001"),
            country: some("CN"),
        };
        assert_eq!(address.line(Language::English).unwrap(), "王芳, 人民路 1 号, 上海, 200001, CN");
        assert_eq!(address.line(Language::Chinese).unwrap(), "王芳，CN 200001 上海 人民路 1 号");
    }

    #[test]
    fn a_day_is_written_the_way_of_its_language() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        assert_eq!([day(date, Language::English), day(date, Language::Chinese)], ["Thursday, 5 March 2026", "2026年3月5日"]);
    }
}
