//! What is around every request, and how the process lives and dies (BEHAVIOUR 10, DECISIONS 33).

mod crash;
mod limits;
mod origins;
mod pages;
mod requests;
mod stopping;
