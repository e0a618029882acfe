//! The taxes of an invoice: prices include them, rates are told apart, and nothing is lost to rounding (DOMAIN 7.1).

use super::{at, customer, entered_by, invoice, invoiced, nothing_is_wrong, texts};
use crate::support::{Company, on_every_store, order_of};
use serde_json::{Value, json};

/// A desk at 113.00 and books at 106.00, taxed at 13 % and 6 %.
fn mixed(company: &Company) -> Value {
    let desk = json!({"name": "Desk", "quantity": "1", "unit_price": "113.00", "tax_rate": "0.13"});
    company.entered(json!([desk, {"name": "Books", "quantity": "1", "unit_price": "106.00", "tax_rate": "0.06"}]))
}

fn tax(share: &Value) -> [String; 4] {
    texts(share, ["rate", "gross", "net", "tax"])
}

#[test]
fn rule_7_1_rates_are_told_apart_and_add_up() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (mixed(&company), company.finance());
        let rates = |of_13: &str, of_6: &str| json!({"taxes": [{"rate": "0.13", "amount": of_13}, {"rate": "0.06", "amount": of_6}]});
        let at_fault = |said: Value, pointer: &str| {
            let refused = finance.post("/v1/invoices", invoice(&order, "INV-1", "219.00", said)).refused(400, "validation_failed");
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        };
        at_fault(rates("113.00", "105.99"), "/taxes");
        at_fault(rates("113.001", "105.999"), "/taxes/0/amount");
        at_fault(json!({"taxes": [{"rate": "0.13", "amount": "113.00"}, {"rate": "0.13", "amount": "106.00"}]}), "/taxes/1/rate");
        at_fault(json!({"taxes": [{"rate": "1.13", "amount": "219.00"}]}), "/taxes/0/rate");
        let first = invoiced(&company, &order, "INV-1", "219.00", rates("113.00", "106.00"));
        assert_eq!(tax(&first["taxes"][0]), ["0.13", "113.00", "100.00", "13.00"]);
        assert_eq!(tax(&first["taxes"][1]), ["0.06", "106.00", "100.00", "6.00"]);

        let credit = |number: &str, said: Value| {
            let mut body = json!({"number": number, "reason": "came back"});
            for (name, value) in said.as_object().expect("an object") {
                body[name] = value.clone();
            }
            finance.post(&at(&first, "/credit"), body)
        };
        let refused = credit("CN-1", json!({"amount": "56.50"})).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/taxes", "of which rate is not known");
        let some = credit("CN-1", json!({"amount": "56.50", "taxes": [{"rate": "0.13", "amount": "56.50"}]})).created();
        assert_eq!(tax(&some["taxes"][0]), ["0.13", "-56.50", "-50.00", "-6.50"]);
        for beyond in [json!({"rate": "0.13", "amount": "56.51"}), json!({"rate": "0.09", "amount": "56.51"})] {
            let refused = credit("CN-2", json!({"amount": "56.51", "taxes": [beyond]})).refused(400, "validation_failed");
            assert_eq!(refused["errors"][0]["pointer"], "/taxes/0/amount");
        }
        let rest = credit("CN-2", json!({})).created();
        assert_eq!(rest["amount"], "-162.50");
        assert_eq!(tax(&rest["taxes"][0]), ["0.13", "-56.50", "-50.00", "-6.50"]);
        assert_eq!(tax(&rest["taxes"][1]), ["0.06", "-106.00", "-100.00", "-6.00"]);
        nothing_is_wrong(app);
    });
}

#[test]
fn rule_7_1_what_is_credited_bit_by_bit_takes_back_the_tax_to_the_last_coin() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "0.15", "tax_rate": "0.13"}]));
        let first = invoiced(&company, &order, "INV-1", "0.15", json!({}));
        assert_eq!(tax(&first["taxes"][0]), ["0.13", "0.15", "0.13", "0.02"]);
        let credit = |number: &str, said: Value| {
            let mut body = json!({"number": number, "amount": "0.05", "reason": "came back"});
            body["taxes"] = said;
            tax(&company.finance().post(&at(&first, "/credit"), body).created()["taxes"][0])
        };
        assert_eq!(credit("CN-1", json!([])), ["0.13", "-0.05", "-0.04", "-0.01"]);
        assert_eq!(credit("CN-2", json!([])), ["0.13", "-0.05", "-0.05", "0.00"], "of 0.10 the tax is 0.01, which went back already");
        let all_that_is_left = json!([{"rate": "0.13", "amount": "0.05"}]);
        assert_eq!(credit("CN-3", all_that_is_left), ["0.13", "-0.05", "-0.04", "-0.01"]);
        nothing_is_wrong(app);
    });
}

#[test]
fn the_rate_of_all_lines_is_that_of_the_invoice() {
    on_every_store(|app| {
        let company = app.company();
        let desk = json!({"name": "Desk", "quantity": "2", "unit_price": "113.00", "tax_rate": "0.13"});
        let order = company.entered(json!([desk]));
        let first = invoiced(&company, &order, "INV-1", "100.00", json!({}));
        assert_eq!(tax(&first["taxes"][0]), ["0.13", "100.00", "88.50", "11.50"]);
        let half = json!({"number": "CN-1", "amount": "50.00", "reason": "cheaper"});
        let note = company.finance().post(&at(&first, "/credit"), half).created();
        assert_eq!(tax(&note["taxes"][0]), ["0.13", "-50.00", "-44.25", "-5.75"]);
        let other = invoiced(&company, &mixed(&company), "INV-2", "219.00", json!({}));
        assert_eq!(other["taxes"], json!([]), "of several rates, which has how much is for people to say");
        let plain = company.entered(json!([{"name": "Advice", "quantity": "1", "unit_price": "9.00"}]));
        assert_eq!(invoiced(&company, &plain, "INV-3", "9.00", json!({}))["taxes"], json!([]));
    });
}

#[test]
fn what_is_not_taxed_as_the_lines_are_leaves_it_to_people_which_rate_has_how_much() {
    on_every_store(|app| {
        let company = app.company();
        let cases = [
            (json!({}), true),
            (json!({"discount": "10.00"}), true), // off prices that the tax is in
            (json!({"shipping_fee": "10.00"}), false),
            (json!({"shipping_fee": "10.00", "discount": "10.00"}), false),
            (json!({"prices_include_tax": false}), true),
            (json!({"prices_include_tax": false, "discount": "10.00"}), false),
        ];
        for (at, (said, by_lines)) in cases.into_iter().enumerate() {
            let desk = json!({"name": format!("Desk {at}"), "quantity": "1", "unit_price": "100.00", "tax_rate": "0.13"});
            let mut order = order_of(json!([desk]));
            for (name, value) in said.as_object().expect("an object") {
                order[name] = value.clone();
            }
            let order = company.sales().post("/v1/orders", order).created();
            let taxes = invoiced(&company, &order, &format!("INV-{at}"), "56.50", json!({}))["taxes"].clone();
            let expected = if by_lines { json!([{"rate": "0.13", "gross": "56.50", "net": "50.00", "tax": "6.50"}]) } else { json!([]) };
            assert_eq!(taxes, expected, "{said}");
        }
    });
}

#[test]
fn amounts_have_the_digits_of_their_currency() {
    on_every_store(|app| {
        let company = app.company();
        customer(&company, json!({"code": "NOVA", "name": "Nova"}));
        let taxed = |currency: &str, price: &str, rate: &str| {
            let mut said = order_of(json!([{"name": format!("Advice in {currency}"), "quantity": "1", "unit_price": price, "tax_rate": rate}]));
            said["currency"] = json!(currency);
            company.sales().post("/v1/orders", said).created()
        };
        let yen = invoiced(&company, &taxed("JPY", "1000", "0.1"), "INV-1", "1000", json!({}));
        assert_eq!((yen["amount"].clone(), tax(&yen["taxes"][0])), (json!("1000"), ["0.1", "1000", "909", "91"].map(str::to_owned)));
        let dinars = invoiced(&company, &taxed("KWD", "10.500", "0.05"), "INV-2", "10.500", json!({}));
        assert_eq!((dinars["amount"].clone(), tax(&dinars["taxes"][0])), (json!("10.500"), ["0.05", "10.500", "10.000", "0.500"].map(str::to_owned)));
        let order = entered_by(&company, "NOVA", "500", "JPY");
        let refused = company.finance().post("/v1/invoices", invoice(&order, "INV-3", "1.5", json!({}))).refused(400, "validation_failed");
        assert_eq!([&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]], ["/amount", "minor_digits"]);
        let note = company.finance().post(&at(&yen, "/credit"), json!({"number": "CN-1", "amount": "0.5", "reason": "cheaper"}));
        note.refused(400, "validation_failed");
    });
}
