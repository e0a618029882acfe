//! The program as whoever runs it meets it: a process of its own, its exit code and what it prints
//! (BEHAVIOUR 10, README "The command line").

mod asking;
mod copies;
mod demo;
mod import;
mod people;
mod program;

pub use program::{PATIENCE, Place, Served, on_every_store, on_every_store_with};
