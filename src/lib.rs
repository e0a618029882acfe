//! Docket: order follow-up and management. The map of the house; imports only ever go down.
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`api`] | actix handlers, a file a resource; requests and views |
//! | [`services`] | what happens; `services::workflow` says what follows from what |
//! | [`repositories`] | queries, a file a family of tables |
//! | [`db`] | connections, threads, the unit of work, the schema |
//! | [`domain`] | values and rules, pure |
//! | [`app`] | what a handler holds: `read` and `write` |
//! | [`input`] | how JSON is read, strictly |
//! | [`error`] | everything that can be answered but a success |
//! | [`config`] | the environment, read once |
//! | [`delivery`], [`jobs`] | what leaves by itself, what the clock starts |
//! | [`server`], [`cli`], [`check`], [`demo`] | putting it together and the command line |

pub mod api;
pub mod app;
pub mod check;
pub mod cli;
pub mod config;
pub mod db;
pub mod delivery;
pub mod demo;
pub mod domain;
pub mod error;
pub mod input;
pub mod jobs;
pub mod repositories;
pub mod server;
pub mod services;
