//! Top floor: actix handlers, a file a resource. A handler extracts, calls a service through
//! `app.write` or a repository's read through `app.read`, and renders a view. No queries, no
//! transactions, no sending.

pub mod customers;
pub mod doc;
pub mod paging;
pub mod problem;
pub mod request;
pub mod respond;
