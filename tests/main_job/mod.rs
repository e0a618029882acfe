//! The main job (docs/api.md, "One order from entry to receipt"), from the first log-in to the last signature: the table row by row, and
//! the orders that take another way through it.

mod exceptions;
mod kinds;
mod proof;
mod shipping;
mod table;
