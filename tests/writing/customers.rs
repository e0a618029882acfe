//! Customers: their people and places, and doubles that are merged (DOMAIN 1.1).

use crate::support::{id, on_every_store, order_of};
use serde_json::{Value, json};

#[test]
fn a_customer_has_several_people_and_places_and_usual_terms() {
    on_every_store(|app| {
        let company = app.company();
        let sales = company.sales();
        let contact = json!({"name": "Wang Fang", "role": "purchasing", "phone": "+8613900139000", "email": "wang@nova.example"});
        let place = json!({"label": "warehouse", "country": "CN", "region": "Shanghai", "city": "Shanghai", "street": "2 Century Avenue"});
        let said = json!({"code": "NOVA", "name": "Nova", "contacts": [contact], "addresses": [place], "payment_terms": "net 30"});
        let nova = sales.post("/v1/customers", said).created();
        assert_eq!([&nova["contacts"][0], &nova["addresses"][0]], [&contact, &place]);
        let path = format!("/v1/customers/{}", id(&nova));
        for (field, wrong) in [
            ("contacts", json!([{"name": " "}])),
            ("contacts", json!([{"name": "x", "phone": "123"}])),
            ("contacts", json!([{"name": "x", "nick": "y"}])),
            ("addresses", json!([{"label": "x", "country": "XX", "city": "y", "street": "z"}])),
            ("addresses", json!([{"label": "x"}])),
        ] {
            let answer = sales.patch(&path, "*", json!({field: wrong}));
            assert_eq!(answer.status, 400, "{field}: {}", answer.text);
        }
        let order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let with = |customer: Value, terms: Value| {
            let mut said = order.clone();
            (said["customer"], said["payment_terms"]) = (customer, terms);
            sales.post("/v1/orders", said).created()["payment_terms"].clone()
        };
        assert_eq!(with(json!({"code": "NOVA"}), Value::Null), "net 30");
        assert_eq!(with(json!({"code": "NOVA"}), json!("in advance")), "in advance");
    });
}

#[test]
fn doubles_are_merged_and_whoever_is_named_by_them_is_the_one_who_stays() {
    on_every_store(|app| {
        let company = app.company();
        let (sales, manager) = (company.sales(), company.manager());
        let make = |code: &str, name: &str| sales.post("/v1/customers", json!({"code": code, "name": name, "phone": "+8613800138000"})).created();
        let (stays, double, third) = (make("NOVA", "Nova"), make("NOVA2", "Nova Ltd"), make("NOVA3", "Nowa"));
        company.finance().patch(&format!("/v1/customers/{}/credit", id(&stays)), "*", json!({"limit": "100.00"})).ok();
        let enter = |code: &str, price: &str| {
            let mut said = order_of(json!([{"name": format!("Advice {price}"), "quantity": "1", "unit_price": price, "kind": "service"}]));
            said["customer"] = json!({"code": code});
            sales.post("/v1/orders", said).created()
        };
        let before = enter("NOVA2", "60");
        let merge = |from: &Value, into: &Value| manager.post(&format!("/v1/customers/{}/merge", id(from)), json!({"into": id(into)}));
        sales.post(&format!("/v1/customers/{}/merge", id(&double)), json!({"into": id(&stays)})).refused(403, "forbidden");
        merge(&double, &double).refused(400, "validation_failed");
        manager.post(&format!("/v1/customers/{}/merge", id(&double)), json!({"into": "nobody"})).refused(400, "validation_failed");
        merge(&third, &double).ok();
        let merged = merge(&double, &stays).ok();
        assert_eq!([&merged["id"], &merged["contacts"][0]["phone"]], [&stays["id"], &json!("+8613800138000")]);
        merge(&double, &stays).refused(409, "invalid_transition");
        merge(&stays, &double).refused(400, "validation_failed");
        for code in ["NOVA2", "NOVA3"] {
            assert_eq!(enter(code, "1")["customer"]["id"], stays["id"], "{code}");
        }
        assert_eq!(company.order(&before)["customer"]["id"], double["id"], "what was entered stays as it was");
        assert_eq!(sales.get(&format!("/v1/customers/{}", id(&third))).ok()["merged_into_id"], stays["id"]);
        let credit = company.finance().get(&format!("/v1/customers/{}/credit", id(&stays))).ok();
        assert_eq!(credit["exposure"], "62.00", "what the double owes, they owe");
    });
}

#[test]
fn what_doubles_ordered_and_owe_is_listed_under_the_one_who_stays() {
    on_every_store(|app| {
        let company = app.company();
        let (sales, finance) = (company.sales(), company.finance());
        let customers: Vec<Value> =
            ["A", "B", "C", "D"].iter().map(|code| sales.post("/v1/customers", json!({"code": code, "name": code})).created()).collect();
        let (mut orders, mut invoices) = (Vec::new(), Vec::new());
        for (at, code) in ["B", "A", "D", "C", "B", "A"].into_iter().enumerate() {
            let mut said = order_of(json!([{"name": format!("Advice {at}"), "quantity": "1", "unit_price": "9", "kind": "service"}]));
            said["customer"] = json!({"code": code});
            let order = sales.post("/v1/orders", said).created();
            let invoice = json!({"order_id": id(&order), "number": format!("INV-{at}"), "amount": "1.00"});
            invoices.push(finance.post("/v1/invoices", invoice).created()["id"].clone());
            orders.push(order["id"].clone());
        }
        for (from, into) in [(2, 1), (1, 0)] {
            company.manager().post(&format!("/v1/customers/{}/merge", id(&customers[from])), json!({"into": id(&customers[into])})).ok();
        }
        let walked = |path: &str| {
            let (mut ids, mut next) = (Vec::new(), Some(path.to_owned()));
            while let Some(page) = next {
                let listed = finance.get(&page).ok();
                ids.extend(listed["data"].as_array().expect("a list").iter().map(|row| row["id"].clone()));
                next = listed["page"]["next_cursor"].as_str().map(|cursor| format!("{path}&cursor={cursor}"));
            }
            ids
        };
        let of = |ids: &[Value], places: &[usize]| places.iter().map(|&at| ids[at].clone()).collect::<Vec<_>>();
        let nova = id(&customers[0]);
        assert_eq!(walked(&format!("/v1/orders?customer_id={nova}&limit=2")), of(&orders, &[5, 4, 3, 1, 0]));
        assert_eq!(walked(&format!("/v1/orders?customer_id={nova}&sort=created_at&limit=2")), of(&orders, &[0, 1, 3, 4, 5]));
        assert_eq!(walked(&format!("/v1/orders?customer_id={nova}&status=created,reviewed&limit=2")), of(&orders, &[5, 4, 3, 1, 0]));
        assert_eq!(walked(&format!("/v1/invoices?customer_id={nova}&limit=2")), of(&invoices, &[5, 4, 3, 1, 0]));
        assert_eq!(walked(&format!("/v1/orders?customer_id={}", id(&customers[3]))), of(&orders, &[2]));
        let counted = sales.get(&format!("/v1/orders?customer_id={nova}&include_total=true&limit=1")).ok();
        assert_eq!(counted["page"]["total"], 5);
    });
}
