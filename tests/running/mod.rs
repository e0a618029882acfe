//! What is around every request, and how the process ends when told to (BEHAVIOUR 10, DECISIONS 33).

mod limits;
mod origins;
mod pages;
mod requests;
mod stopping;
