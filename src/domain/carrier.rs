//! Carriers: what they are called, where and how long they carry, and the pages on which they show a
//! trace (DOMAIN 4.1, 4.3). Which of them there are is data.

mod defaults;

pub use defaults::default_carriers;

use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::visible::is_same_name;
use serde::{Deserialize, Serialize};

/// Where in a template of pages the tracking number goes.
pub const NUMBER: &str = "{number}";

/// A place to which a carrier delivers: a country, or a region of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// As orders write it; capital and small letters are alike. Without, the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub region: Option<String>,
    /// How many working days it takes to get there; the carrier's `service_days` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 365)]
    pub service_days: Option<u16>,
}

impl Coverage {
    /// Whether a place lies in it; of several that hold one, the region goes before the country.
    fn holds(&self, country: &str, region: Option<&str>) -> bool {
        let there = |own: &String| region.is_some_and(|region| is_same_name(own, region));
        is_same_name(&self.country, country) && self.region.as_ref().is_none_or(there)
    }
}

/// A carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    pub code: String,
    pub name: String,
    /// What else people call it.
    pub aliases: Vec<String>,
    /// How it carries.
    pub methods: Vec<DeliveryMethod>,
    /// Where its traces are shown, with `{number}` for the tracking number.
    pub tracking_template: Option<String>,
    /// How many working days it takes where its coverage does not say.
    pub service_days: Option<u16>,
    /// Where it delivers; everywhere where this is empty.
    pub coverage: Vec<Coverage>,
    /// False for one that is given nothing to carry any more.
    pub active: bool,
}

impl Carrier {
    /// Whether people call it so; upper and lower case do not matter.
    pub fn goes_by(&self, name: &str) -> bool {
        [&self.code, &self.name].into_iter().chain(&self.aliases).any(|own| is_same_name(own, name))
    }

    /// The page that shows the trace of a number.
    pub fn page(&self, number: &str) -> Option<String> {
        self.tracking_template.as_ref().map(|page| page.replace(NUMBER, &encoded(number)))
    }

    fn coverage_of(&self, country: &str, region: Option<&str>) -> Option<&Coverage> {
        let mut holding = self.coverage.iter().filter(|coverage| coverage.holds(country, region));
        let first = holding.next()?;
        Some(if first.region.is_some() { first } else { holding.find(|coverage| coverage.region.is_some()).unwrap_or(first) })
    }

    /// Whether it delivers to a place.
    pub fn serves(&self, country: &str, region: Option<&str>) -> bool {
        self.coverage.is_empty() || self.coverage_of(country, region).is_some()
    }

    /// How many working days it takes to a place; `None` where nobody has said.
    pub fn days_to(&self, country: &str, region: Option<&str>) -> Option<u32> {
        let own = self.coverage_of(country, region).and_then(|coverage| coverage.service_days);
        own.or(self.service_days).map(u32::from)
    }
}

/// Whether goods leave by this method with a carrier, who is named and gives a tracking number.
pub const fn needs_carrier(method: DeliveryMethod) -> bool {
    matches!(method, DeliveryMethod::Courier | DeliveryMethod::Freight)
}

/// Text as it may stand in a path or a query (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn page(carrier: &str, number: &str) -> Option<String> {
        default_carriers().iter().find(|known| known.goes_by(carrier))?.page(number)
    }

    #[test]
    fn a_known_carrier_has_a_page_for_each_number() {
        // DOMAIN 4.3
        let known = "https://www.sf-express.com/chn/sc/waybill/waybill-detail/SF1234567890";
        for name in ["SF", "sf", " Sf express ", "顺丰速运"] {
            assert_eq!(page(name, "SF1234567890").as_deref(), Some(known), "{name}");
        }
        assert_eq!(page("UPS", "1Z/9&x=运").as_deref(), Some("https://www.ups.com/track?tracknum=1Z%2F9%26x%3D%E8%BF%90"));
        assert_eq!(page("Wang Transport", "1"), None);
        assert_eq!(page("", "1"), None);
    }

    #[test]
    fn every_page_is_safe_and_takes_the_number_once() {
        for known in default_carriers() {
            let page = known.tracking_template.unwrap();
            assert!(page.starts_with("https://"), "{page}");
            assert_eq!(page.matches(NUMBER).count(), 1, "{page}");
        }
    }

    #[test]
    fn no_two_carriers_share_a_name() {
        let names = |carrier: &Carrier| [&carrier.code].into_iter().chain(&carrier.aliases).map(|name| name.to_lowercase()).collect::<Vec<_>>();
        let names: Vec<String> = default_carriers().iter().flat_map(names).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn only_what_leaves_with_a_carrier_has_a_tracking_number() {
        // DOMAIN 3.3
        let needing: Vec<&str> = DeliveryMethod::ALL.iter().filter(|method| needs_carrier(**method)).map(|method| method.as_str()).collect();
        assert_eq!(needing, ["courier", "freight"]);
    }

    #[test]
    fn a_region_goes_before_its_country() {
        // DOMAIN 4.3
        let place = |region: Option<&str>, days| Coverage { country: "CN".into(), region: region.map(str::to_owned), service_days: days };
        let known = default_carriers().remove(0);
        let carrier = Carrier {
            service_days: Some(5),
            coverage: vec![place(None, Some(3)), place(Some("Shanghai"), Some(1)), place(Some("Tibet"), None)],
            ..known
        };
        let days = |region| carrier.days_to("cn", region);
        assert_eq!([days(Some("shanghai")), days(Some("Hunan")), days(None), days(Some("Tibet"))], [Some(1), Some(3), Some(3), Some(5)]);
        assert!(carrier.serves("CN", Some("Hunan")) && !carrier.serves("JP", None));
        assert!(Carrier { coverage: Vec::new(), ..carrier }.serves("JP", None));
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_the_number_the_page_is_plain_and_holds_it(known in proptest::sample::select(default_carriers()), number in any::<String>()) {
            let url = known.page(&number).unwrap();
            prop_assert!(url.starts_with("https://") && url.bytes().all(|b| b.is_ascii_graphic()), "{}", url);
            prop_assert!(!url.contains(['"', '<', '>', '\'', '\\', '{']), "{}", url);
            let template = known.tracking_template.unwrap();
            let (before, after) = template.split_once(NUMBER).unwrap();
            let inside = url.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap();
            prop_assert!(inside.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)), "{}", inside);
        }
    }
}
