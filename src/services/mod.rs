//! Second floor: what happens. Each service authorises what only the object can tell, loads,
//! lets the domain decide, stores, and records the event. Services do not call each other; what
//! follows from what is `workflow`'s.

pub mod customers;
pub mod workflow;
