//! Ground floor: values and rules. Pure: no SQL, no HTTP, no clock, no randomness. What the
//! product does can be read here without knowing where anything is stored or who asks.

pub mod actor;
pub mod amount;
pub mod approval_policy;
pub mod calendar;
pub mod carrier;
pub mod codes;
pub mod column;
pub mod company;
pub mod customer;
pub mod event;
pub mod evidence;
pub mod id;
pub mod judged;
pub mod lifecycle;
pub mod link;
pub mod message;
pub mod number;
pub mod offer;
pub mod order;
pub mod parcel;
pub mod password;
pub mod permission;
pub mod reason;
pub mod receivable;
pub mod remedy;
pub mod settings;
pub mod stock;
pub mod task_plan;
pub mod tax;
pub mod terms;
pub mod time;
pub mod visible;
pub mod words;
pub mod working_time;
pub mod zone;
