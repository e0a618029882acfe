//! Top floor: actix handlers, a file a resource. A handler extracts, calls a service through
//! `app.write` or a repository's read through `app.read`, and renders a view. No queries, no
//! transactions, no sending.

pub mod api_keys;
pub mod approval_rules;
pub mod approvals;
pub mod auth;
pub mod bulk;
pub mod calendar;
pub mod carriers;
pub mod checks;
pub mod credit;
pub mod customers;
pub mod delegations;
pub mod doc;
pub mod documents;
pub mod events;
pub mod exception_causes;
pub mod exceptions;
pub mod exchange_rates;
pub mod files;
mod headers;
pub mod health;
pub mod links;
pub mod message_templates;
pub mod messages;
pub mod money;
pub mod orders;
pub mod paging;
pub mod problem;
pub mod products;
pub mod query;
pub mod request;
pub mod respond;
pub mod returns;
pub mod settings;
pub mod shipments;
pub mod stock;
pub mod task_templates;
pub mod tasks;
pub mod users;
pub mod warehouses;
