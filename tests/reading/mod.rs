//! Reading: lists that show each row once, versions that need not be sent twice, the feed and the
//! history (BEHAVIOUR 4, DOMAIN 9.2, 9.3).

mod caching;
mod feed;
mod filters;
mod lists;
mod plans;

use crate::support::Company;
use serde_json::{Value, json};

/// So many orders, oldest first.
pub fn orders(company: &Company, how_many: usize) -> Vec<Value> {
    (0..how_many).map(|_| company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]))).collect()
}

/// The ids on a page.
pub fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().expect("a list has data").iter().map(|row| crate::support::id(row).to_owned()).collect()
}
