//! Writing safely (BEHAVIOUR 3): nothing twice, exactly one winner, and what fails leaves no trace.

mod customers;
mod history;
mod idempotency;
mod neighbours;
mod unchanged;
mod versions;
mod waking;
