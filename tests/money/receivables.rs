//! What customers have yet to pay: lists, balances, and aging over three of them, reckoned by hand (DOMAIN 7.1).

use super::{at, customer, entered_by, invoiced, nothing_is_wrong, paid, texts};
use crate::executing::it_is;
use crate::support::{Company, TestApp, id, on_every_store};
use serde_json::{Value, json};

/// Three customers on the 30th of June: A owes what is due today and what was due yesterday, in part; B what was due 60, 61
/// and 91 days ago, the last in dollars; C something that is due on no day, less what was credited.
fn debts(app: &TestApp) -> [Value; 3] {
    it_is(app, "2027-06-30T04:00:00Z");
    let company = app.company();
    let customers = ["A", "B", "C"].map(|code| customer(&company, json!({"code": code, "name": format!("Customer {code}")})));
    let order = |code: &str, currency: &str| entered_by(&company, code, "1000.00", currency);
    let due = |day: &str| json!({"due_date": day});
    let of_a = order("A", "CNY");
    invoiced(&company, &of_a, "A-1", "100.00", due("2027-06-30"));
    invoiced(&company, &of_a, "A-2", "200.00", due("2027-06-29"));
    paid(&company, &of_a, "50.00");
    let of_b = order("B", "CNY");
    invoiced(&company, &of_b, "B-1", "500.00", due("2027-05-01"));
    invoiced(&company, &of_b, "B-2", "300.00", due("2027-04-30"));
    invoiced(&company, &order("B", "USD"), "B-3", "40.00", due("2027-03-31"));
    let of_c = invoiced(&company, &order("C", "CNY"), "C-1", "80.00", json!({}));
    company.finance().post(&at(&of_c, "/credit"), json!({"number": "C-2", "amount": "30.00", "reason": "cheaper"})).created();
    customers
}

fn aged(row: &Value) -> [String; 8] {
    let fields = ["currency", "not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_over_90", "open", "oldest_due_date"];
    texts(row, fields)
}

fn numbers(company: &Company, query: &str) -> Vec<String> {
    let page = company.finance().get(&format!("/v1/invoices?{query}")).ok();
    page["data"].as_array().expect("a list").iter().map(|row| row["number"].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn rule_7_1_what_is_open_is_told_by_how_long_it_has_been_due() {
    on_every_store(|app| {
        let [a, b, c] = debts(app);
        let company = app.company();
        let page = company.finance().get("/v1/receivables?limit=2").ok();
        let rows = page["data"].as_array().expect("a list");
        assert_eq!(rows.iter().map(|row| row["customer_id"].clone()).collect::<Vec<_>>(), [a["id"].clone(), b["id"].clone()]);
        assert_eq!(rows[0]["customer_name"], "Customer A");
        assert_eq!(aged(&rows[0]["currencies"][0]), ["CNY", "100.00", "150.00", "0.00", "0.00", "0.00", "250.00", "2027-06-29"]);
        assert_eq!(aged(&rows[1]["currencies"][0]), ["CNY", "0.00", "0.00", "500.00", "300.00", "0.00", "800.00", "2027-04-30"]);
        assert_eq!(aged(&rows[1]["currencies"][1]), ["USD", "0.00", "0.00", "0.00", "0.00", "40.00", "40.00", "2027-03-31"]);
        let next = page["page"]["next_cursor"].as_str().expect("there is more");
        let page = company.finance().get(&format!("/v1/receivables?limit=2&cursor={next}")).ok();
        assert_eq!((&page["data"][0]["customer_id"], &page["data"][1], &page["page"]["has_more"]), (&c["id"], &Value::Null, &json!(false)));
        assert_eq!(aged(&page["data"][0]["currencies"][0]), ["CNY", "50.00", "0.00", "0.00", "0.00", "0.00", "50.00", "null"]);
        company.sales().get("/v1/receivables").refused(403, "forbidden");

        // customers who are one are one debtor
        company.manager().post(&format!("/v1/customers/{}/merge", id(&c)), json!({"into": id(&a)})).ok();
        let page = company.finance().get("/v1/receivables").ok();
        assert_eq!(page["data"].as_array().map(Vec::len), Some(2));
        assert_eq!(aged(&page["data"][0]["currencies"][0]), ["CNY", "150.00", "150.00", "0.00", "0.00", "0.00", "300.00", "2027-06-29"]);
        nothing_is_wrong(app);
    });
}

#[test]
fn invoices_are_listed_by_what_is_due_and_overdue() {
    on_every_store(|app| {
        let [_, b, _] = debts(app);
        let company = app.company();
        assert_eq!(numbers(&company, "overdue=true"), ["B-3", "B-2", "B-1", "A-2"]);
        assert_eq!(numbers(&company, "overdue=false"), ["C-2", "C-1", "A-1"]);
        assert_eq!(numbers(&company, "due_before=2027-05-01"), ["B-3", "B-2"]);
        assert_eq!(numbers(&company, &format!("overdue=true&customer_id={}", id(&b))), ["B-3", "B-2", "B-1"]);
        let order = company.finance().get(&format!("/v1/invoices?customer_id={}&limit=1", id(&b))).ok()["data"][0]["order_id"].clone();
        let draft = company.finance().post("/v1/invoices", json!({"order_id": order, "draft": true, "amount": "1.00"})).created();
        assert_eq!(numbers(&company, "status=draft"), ["-"]);
        company.finance().post(&at(&draft, "/void"), json!({"reason": "not wanted"})).ok();
        assert_eq!(numbers(&company, "status=draft,void"), ["-"]);
        assert_eq!(numbers(&company, "status=issued").len(), 7);
        company.finance().get("/v1/invoices?status=lost").refused(400, "invalid_parameter");
        company.finance().get("/v1/invoices?due_before=2027-5-1").refused(400, "invalid_parameter");
    });
}

#[test]
fn rule_7_1_a_customer_sees_what_was_invoiced_credited_paid_and_open() {
    on_every_store(|app| {
        let [a, b, c] = debts(app);
        let company = app.company();
        let balance = |customer: &Value| company.finance().get(&format!("/v1/customers/{}/balance", id(customer))).ok()["currencies"].clone();
        let fields = ["currency", "invoiced", "credited", "paid", "open", "overdue", "oldest_due_date", "unassigned", "refunded"];
        let of = |row: &Value| texts(row, fields);
        assert_eq!(of(&balance(&a)[0]), ["CNY", "300.00", "0.00", "50.00", "250.00", "150.00", "2027-06-29", "0.00", "0.00"]);
        assert_eq!(of(&balance(&b)[0]), ["CNY", "800.00", "0.00", "0.00", "800.00", "800.00", "2027-04-30", "0.00", "0.00"]);
        assert_eq!(of(&balance(&b)[1]), ["USD", "40.00", "0.00", "0.00", "40.00", "40.00", "2027-03-31", "0.00", "0.00"]);
        assert_eq!(of(&balance(&c)[0]), ["CNY", "80.00", "30.00", "0.00", "50.00", "0.00", "null", "0.00", "0.00"]);
        let order = |customer: &Value| company.sales().get(&format!("/v1/orders?customer_id={}", id(customer))).ok()["data"][0].clone();
        paid(&company, &order(&a), "150.00"); // what was due first is not open any more
        assert_eq!(of(&balance(&a)[0]), ["CNY", "300.00", "0.00", "200.00", "100.00", "0.00", "2027-06-30", "0.00", "0.00"]);
        paid(&company, &order(&c), "70.00");
        assert_eq!(of(&balance(&c)[0]), ["CNY", "80.00", "30.00", "50.00", "0.00", "0.00", "null", "20.00", "0.00"]);
        company.sales().get(&format!("/v1/customers/{}/balance", id(&a))).refused(403, "forbidden");
        company.finance().get("/v1/customers/cus_00000000000000000000000000000000/balance").refused(404, "not_found");
        nothing_is_wrong(app);
    });
}
