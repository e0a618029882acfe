//! Review (DOMAIN 2): the policy as data, who must approve because of it, and that nobody gets
//! around it.

mod policy;
mod rates;
mod rules;
mod simulating;
