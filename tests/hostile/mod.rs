//! Callers who mean no good, or whose programs are broken: whatever they send is refused with a
//! documented problem and leaves nothing behind, or is stored and given back exactly as it was
//! sent. Never an answer of 500 and above; a panic would be one (BEHAVIOUR 1, 2; DECISIONS 29, 30, 32).

mod bodies;
mod connections;
mod floods;
mod numbers;
mod preferences;
mod texts;
mod unicode;
mod unknown;
mod uploads;
mod wildcards;
mod wire;

use crate::support::{Answer, TestApp};

/// Expects a refusal of the caller's doing, told as one.
#[track_caller]
pub fn is_refused(answer: &Answer) {
    assert!((400..500).contains(&answer.status), "{} answered {} {}", answer.asked, answer.status, answer.text);
    answer.is_a_problem();
}

/// How much there is of what callers make.
pub fn stored(app: &TestApp) -> Vec<(&'static str, i64)> {
    let tables = [
        "customers",
        "orders",
        "order_lines",
        "products",
        "stock_movements",
        "exceptions",
        "invoices",
        "payments",
        "files",
        "events",
        "idempotency_keys",
    ];
    tables.into_iter().map(|table| (table, app.count(table))).collect()
}
