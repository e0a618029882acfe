//! The main job of API.md, from the first log-in to the last signature: the table row by row, and
//! the orders that take another way through it.

mod exceptions;
mod kinds;
mod shipping;
mod table;
