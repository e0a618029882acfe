//! What approvers judge of an order (DOMAIN 1.7, 2.1): its content by topics. An amendment asks again
//! exactly those whose topics it touches; a corrected contact, an address in the same region, tags and
//! metadata are nobody's.

use crate::words;
use serde_json::Value;
use std::collections::BTreeSet;

words! {
    /// What a level looks at.
    pub enum Topic {
        Goods = "goods",
        Prices = "prices",
        Customer = "customer",
        Destination = "destination",
        Dates = "dates",
        Terms = "terms",
        KeyAccount = "key_account",
        Rush = "rush",
        Preorder = "preorder",
    }
}

/// What an order says without any flag: whoever approves it for itself looks at all of it.
pub const WHOLE: &[Topic] = &[Topic::Goods, Topic::Prices, Topic::Customer, Topic::Destination, Topic::Dates, Topic::Terms];

/// The parts of an address without which nothing arrives.
const ADDRESS: [&str; 2] = ["/delivery/address/city", "/delivery/address/street"];

impl Topic {
    /// Where it stands in the content of a revision (JSON pointers), and in each of its lines (fields).
    const fn places(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Goods => (&[], &["sku", "name", "specification", "unit", "kind", "quantity"]),
            Self::Prices => (
                &["/currency", "/prices_include_tax", "/discount", "/shipping_fee"],
                &["quantity", "unit_price", "discount_rate", "discount_amount", "tax_rate"],
            ),
            Self::Customer => (&["/customer/id", "/customer/name"], &[]),
            Self::Destination => (&["/delivery/address/country", "/delivery/address/region", "/delivery/method"], &[]),
            // days may be counted from when it was ordered
            Self::Dates => (
                &[
                    "/ordered_at",
                    "/delivery/requested_date",
                    "/delivery/promised_date",
                    "/delivery/requested_within_working_days",
                    "/delivery/in_parts",
                ],
                &["promised_date"],
            ),
            Self::Terms => (&["/payment_terms", "/payment_method", "/payment_due", "/deposit", "/contract_number"], &[]),
            Self::KeyAccount => (&["/key_account"], &[]),
            Self::Rush => (&["/rush"], &[]),
            Self::Preorder => (&["/preorder"], &[]),
        }
    }

    /// Whether two contents say the same about it.
    fn is_alike(self, one: &Value, other: &Value) -> bool {
        let (pointers, fields) = self.places();
        let lines = |content: &Value| -> Vec<Vec<Value>> {
            let of = |line: &Value| fields.iter().map(|field| line.get(field).cloned().unwrap_or_default()).collect();
            content.get("lines").and_then(Value::as_array).map(|lines| lines.iter().map(of).collect()).unwrap_or_default()
        };
        // what exactly the address says is nobody's, but whether goods can arrive there is
        let complete = |content: &Value| ADDRESS.map(|at| content.pointer(at).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty()));
        let arrives = self != Self::Destination || complete(one) == complete(other);
        arrives && pointers.iter().all(|at| one.pointer(at) == other.pointer(at)) && (fields.is_empty() || lines(one) == lines(other))
    }
}

/// What an order says now, but for what approvers judge, of which it says what it did (DECISIONS 16): a
/// contact that was put right meanwhile stays right. An address of another region comes back whole.
pub fn restored(then: &Value, now: &Value) -> Value {
    let mut restored = now.clone();
    for topic in touched(then, now) {
        let (pointers, fields) = topic.places();
        let lines = if fields.is_empty() { None } else { Some("/lines") };
        let address = (topic == Topic::Destination).then_some("/delivery/address");
        for at in pointers.iter().copied().chain(lines).chain(address) {
            put(&mut restored, at, then.pointer(at).cloned());
        }
    }
    restored
}

/// Puts a value where a pointer says, or takes away what is there.
fn put(content: &mut Value, at: &str, value: Option<Value>) {
    let (parent, name) = at.rsplit_once('/').unwrap_or(("", at));
    let Some(Value::Object(members)) = content.pointer_mut(parent) else { return };
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
}

/// The topics about which two contents of an order differ.
pub fn touched(was: &Value, now: &Value) -> BTreeSet<Topic> {
    Topic::ALL.iter().copied().filter(|topic| !topic.is_alike(was, now)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn content() -> Value {
        json!({
            "currency": "CNY", "discount": "0.0000", "rush": false, "tags": [], "priority": "normal",
            "customer": {"id": "cus_1", "name": "Acme", "phone": "+8613800138000"},
            "lines": [{"id": "lin_1", "sku": "PEN", "quantity": "1.0000", "unit_price": "6.0000", "promised_date": null}],
            "delivery": {"address": {"country": "CN", "region": "Shanghai", "street": "1 Century Avenue"}, "promised_date": "2027-03-05"}
        })
    }

    #[test]
    fn what_nobody_judges_is_not_taken_back() {
        // DECISIONS 16
        let mut now = content();
        now["tags"] = json!(["vip"]);
        now["delivery"]["address"]["street"] = json!("2 Century Avenue");
        now["lines"][0]["quantity"] = json!("9.0000");
        now["payment_terms"] = json!("net 30");
        let back = restored(&content(), &now);
        assert_eq!(touched(&content(), &back), BTreeSet::new());
        assert_eq!([&back["tags"][0], &back["delivery"]["address"]["street"]], ["vip", "2 Century Avenue"]);
        now["delivery"]["address"]["region"] = json!("Tibet");
        assert_eq!(restored(&content(), &now)["delivery"], content()["delivery"], "no street of another region");
    }

    fn touched_by(pointer: &str, value: Value) -> Vec<&'static str> {
        let mut now = content();
        *now.pointer_mut(pointer).unwrap() = value;
        touched(&content(), &now).into_iter().map(Topic::as_str).collect()
    }

    #[test]
    fn rule_1_7_a_change_touches_what_it_is_about() {
        assert_eq!(touched_by("/lines/0/unit_price", json!("6.5000")), ["prices"]);
        assert_eq!(touched_by("/lines/0/quantity", json!("2.0000")), ["goods", "prices"]);
        assert_eq!(touched_by("/lines/0/sku", json!("INK")), ["goods"]);
        assert_eq!(touched_by("/lines", json!([])), ["goods", "prices", "dates"]);
        assert_eq!(touched_by("/customer/name", json!("Nova")), ["customer"]);
        assert_eq!(touched_by("/delivery/address/region", json!("Beijing")), ["destination"]);
        assert_eq!(touched_by("/delivery/promised_date", json!("2027-03-06")), ["dates"]);
        assert_eq!(touched_by("/rush", json!(true)), ["rush"]);
    }

    #[test]
    fn rule_1_7_contacts_streets_tags_and_the_ids_of_lines_touch_nothing() {
        for (pointer, value) in [
            ("/customer/phone", json!("+8613900139000")),
            ("/delivery/address/street", json!("2 Century Avenue")),
            ("/tags", json!(["vip"])),
            ("/priority", json!("high")),
            ("/lines/0/id", json!("lin_2")),
        ] {
            assert_eq!(touched_by(pointer, value), [""; 0], "{pointer}");
        }
    }
}
