//! Second floor: what happens. Each service authorises what only the object can tell, loads,
//! lets the domain decide, stores, and records the event. Services do not call each other; what
//! follows from what is `workflow`'s.

pub mod api_keys;
pub mod approvals;
pub mod auth;
pub mod calendar;
pub mod carriers;
pub mod confirmations;
pub mod customers;
pub mod delegations;
pub mod exception_causes;
pub mod exceptions;
pub mod exchange_rates;
pub mod files;
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
pub mod workflow;
