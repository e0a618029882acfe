//! What every test stands on: a server of its own for each store, people who speak HTTP to it, a
//! company with everyone in it, golden files. Knows no rule of the product.

mod app;
mod client;
mod company;
mod documented;
mod gate;
mod golden;
mod mail;
mod peer;
mod postgres;
mod wire;

pub use app::{FEED_POLLS, PASSWORD, TestApp, block_on, on_every_store, on_every_store_with, on_two_replicas};
pub use client::{Answer, Client, Person};
pub use company::{Company, id, note_pdf, order_of, parcel};
pub use gate::{Passed, WRITERS, at_once};
pub use golden::golden;
pub use mail::MailServer;
pub use peer::Peer;
pub use postgres::Database;
