//! Refusals: the same shape on every path, in the caller's language, in one order, and never
//! telling too much (BEHAVIOUR 2, DECISIONS 29).

mod input;
mod order_of_refusals;
mod shape;
