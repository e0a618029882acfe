//! The order by itself: how it comes in, is numbered, verified, amended, held and cancelled
//! (DOMAIN 1).

mod actions;
mod amending;
mod amending_late;
mod amending_told;
mod amending_work;
mod amounts;
mod confirming;
mod entering;
mod numbers;
mod stopping;
mod verifying;

use serde_json::{Value, json};

/// One line of something that no catalogue knows.
pub fn desk() -> Value {
    json!([{"name": "Desk", "specification": "oak, 160 cm", "quantity": "2", "unit": "piece", "unit_price": "450.00"}])
}
