//! Queries: functions over a connection, a file a family of tables. The only place with diesel
//! statements besides `db`. A row struct is never a response.

pub mod approvals;
pub mod calendar;
pub mod carriers;
pub mod customers;
pub mod events;
pub mod exception_causes;
pub mod exceptions;
pub mod exchange_rates;
pub mod files;
pub mod idempotency;
pub mod identity;
pub mod links;
pub mod message_templates;
pub mod messages;
pub mod money;
pub mod orders;
pub mod products;
pub mod returns;
pub mod settings;
pub mod shipments;
pub mod stock;
pub mod tasks;
pub mod users;
pub mod warehouses;

/// A `LIKE` pattern for texts that contain this one, in lower case and with its own wildcards
/// taken literally (escaped by a backslash).
fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}
