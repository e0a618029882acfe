//! Who may do what: every operation asked for by every kind of caller, what is another's, and the
//! ways to show who one is, forged ones included (BEHAVIOUR 5, DECISIONS 27).

mod callers;
mod carried;
mod documented;
mod forged;
mod guessing;
mod heads;
mod keys;
mod matrix;
mod mint;
mod money;
mod operations;
mod others;
mod people;
mod rotation;
mod table;
mod tampered;
