//! Proves what must always hold of a store, by walking all of it: stock is the sum of its
//! movements, amounts are what their lines come to, invoices are open as far as they are not paid, an order's state is the replay of its
//! history, what was approved was approved by all who had to, every message belongs to an event
//! (BEHAVIOUR 10). Changes nothing.

mod approvals;
mod ledger;
mod money;
mod orders;
mod references;
mod stock;

use crate::db::{Conn, dialect};
use crate::domain::company::Company;
use crate::error::{Error, Result};
use std::fmt;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which proof failed, one word or two.
    pub proof: &'static str,
    /// What it failed for: an order number, a SKU in a warehouse, an id.
    pub subject: String,
    pub detail: String,
}

impl Finding {
    fn new(proof: &'static str, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { proof, subject: subject.into(), detail: detail.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.proof, self.subject, self.detail)
    }
}

type Proof = fn(&mut Conn, &Company) -> Result<Vec<Finding>>;

/// Every proof with its name, in the order in which they are made.
const PROOFS: &[(&str, Proof)] = &[
    ("references", references::hold),
    ("stock", stock::is_the_sum_of_movements),
    ("orders", orders::are_what_they_show),
    ("approvals", approvals::are_complete),
    ("invoices", money::is_accounted_for),
    ("numbers", ledger::numbers_are_single),
    ("messages", ledger::messages_have_events),
];

/// Makes every proof; gives all that fails. A store so damaged that a proof cannot be made is found
/// by that, and the other proofs are made all the same.
pub fn run(conn: &mut Conn, company: &Company) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Err(error) = dialect::begin_snapshot(conn) {
        return vec![Finding::new("store", "store", format!("it cannot be read: {error}"))];
    }
    for (name, proof) in PROOFS {
        match proof(conn, company) {
            Ok(failed) => found.extend(failed),
            Err(Error::Database(error)) => found.push(Finding::new(name, "store", format!("it cannot be read: {error}"))),
            Err(Error::Problem(problem) | Error::Refused(problem)) => found.push(Finding::new(name, "store", problem.code.as_str())),
        }
    }
    // nothing was changed
    let _ = dialect::end_snapshot(conn);
    found
}
