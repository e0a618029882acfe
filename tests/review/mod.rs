//! Review (DOMAIN 2): the policy as data, who must approve because of it, and that nobody gets
//! around it.

mod bulk;
mod carrying;
mod credit;
mod deciding;
mod delegating;
mod duplicating;
mod escalating;
mod evading;
mod overriding;
mod policy;
mod previewing;
mod rates;
mod rules;
mod simulating;
