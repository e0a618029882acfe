//! What this machine's database gives at the most for entering an order: the statements of one real
//! `POST /v1/orders`, taken from a log, run again without anything of ours around them.

mod postgres;
mod sqlite;

use super::seed::Store;

/// Orders a second, by their statements alone.
pub fn create(store: &Store, seconds: u64) -> f64 {
    match store.postgres() {
        None => sqlite::create(store, seconds),
        Some((server, url)) => postgres::create(store, server, url, seconds),
    }
}
