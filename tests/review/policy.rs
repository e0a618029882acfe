//! Which approvals an order needs by the rules that a store begins with (DOMAIN 2.1), over every
//! combination of what they look at; tried beforehand it is the same, with the rules named.

use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

/// One combination of what the default rules look at.
#[derive(Debug, Clone, Copy)]
struct Case {
    /// The total in the base currency, or in dollars of which seven and a tenth make one.
    total: &'static str,
    currency: &'static str,
    custom: bool,
    rush: bool,
    preorder: bool,
    key_account: bool,
}

/// 50,000 CNY is 7,042.25 USD at 7.10 each: 7,042.25 come to 49,999.98, 7,042.26 to 50,000.05.
const TOTALS: &[(&str, &str, bool)] = &[
    ("49999.99", "CNY", false),
    ("50000.00", "CNY", false),
    ("50000.01", "CNY", true),
    ("7042.25", "USD", false),
    ("7042.26", "USD", true),
    // nobody has said what a euro is worth: the strictest steps apply (DECISIONS 24)
    ("1.00", "EUR", true),
];

fn cases() -> Vec<(Case, bool)> {
    let mut cases = Vec::new();
    for (total, currency, large) in TOTALS {
        for flags in 0..16_u8 {
            let [custom, rush, preorder, key_account] = [1, 2, 4, 8].map(|bit| flags & bit != 0);
            cases.push((Case { total, currency, custom, rush, preorder, key_account }, *large));
        }
    }
    cases
}

/// DOMAIN 2.1, said once more: each level with the rules that call for it.
fn expected(case: Case, large: bool) -> Value {
    let named = |rules: &[(bool, &'static str)]| rules.iter().filter(|(applies, _)| *applies).map(|(_, code)| *code).collect::<Vec<_>>();
    let heavy = [(large, "large_order"), (case.custom, "custom_goods")];
    let managers = [heavy[0], heavy[1], (case.key_account, "key_account")];
    let levels = [
        ("sales_specialist", named(&[(true, "every_order")])),
        ("sales_manager", named(&managers)),
        ("department_head", named(&heavy)),
        ("operations_head", named(&[(case.rush || case.preorder, "rush_or_preorder")])),
    ];
    levels.into_iter().filter(|(_, rules)| !rules.is_empty()).map(|(role, rules)| json!([role, rules])).collect()
}

fn order(case: Case) -> Value {
    let kind = if case.custom { "custom" } else { "standard" };
    let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": case.total, "kind": kind}]));
    order["currency"] = json!(case.currency);
    for (flag, set) in [("rush", case.rush), ("preorder", case.preorder), ("key_account", case.key_account)] {
        order[flag] = json!(set);
    }
    order
}

fn steps_of(steps: &Value, rules: impl Fn(&Value) -> Value) -> Value {
    steps.as_array().expect("there are steps").iter().map(|step| json!([step["role"], rules(step)])).collect()
}

fn simulated(company: &Company, order: &Value) -> Value {
    let answer = company.viewer().post("/v1/approval-rules/simulate", json!({"order": order})).ok();
    steps_of(&answer["steps"], |step| step["rules"].as_array().expect("a step has rules").iter().map(|rule| rule["code"].clone()).collect())
}

#[test]
fn rule_2_1_every_combination_asks_exactly_those_who_must_approve_in_their_order() {
    // DOMAIN 2.1, 2.2
    on_every_store(|app| {
        let company = app.company();
        company.rate("USD", "7.10", "2020-01-01");
        let (sales, verifier) = (company.sales(), company.second_sales());
        for (case, large) in cases() {
            let (order, expected) = (order(case), expected(case, large));
            assert_eq!(simulated(&company, &order), expected, "tried: {case:?}");
            let entered = sales.post("/v1/orders", order).created();
            verifier.post(&company.path(&entered, "/verify"), json!({})).ok();
            let round = sales.get(&company.path(&entered, "/approvals")).ok()["data"][0].clone();
            assert_eq!(steps_of(&round["steps"], |step| step["rules"].clone()), expected, "asked: {case:?}");
            let levels: Vec<&Value> = round["steps"].as_array().expect("there are steps").iter().map(|step| &step["level"]).collect();
            assert_eq!(json!(levels), json!((1..=levels.len()).collect::<Vec<_>>()));
        }
    });
}

#[test]
fn rule_2_1_the_decision_on_ones_own_order_counts_foreign_amounts_by_their_rate() {
    // DOMAIN 2.4, DECISIONS 24
    on_every_store(|app| {
        let company = app.company();
        company.rate("USD", "7.10", "2020-01-01");
        let approve_own = |total: &str| {
            let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": total}]));
            order["currency"] = json!("USD");
            let order = company.sales().post("/v1/orders", order).created();
            company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
            let step = company.pending_steps(&order).remove(0);
            company.sales().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({}))
        };
        approve_own("7042.25").ok();
        approve_own("7042.26").refused(403, "self_approval");
    });
}
