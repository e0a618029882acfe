//! All tests of the service in one binary, a chapter a folder. Each starts the real server with a
//! store of its own and speaks HTTP to it; with `DOCKET_TEST_POSTGRES_URL` set the same tests run on
//! PostgreSQL too. `DOCKET_TEST_BLESS=1` writes the golden files anew instead of comparing them.

mod command_line;
mod confirming;
mod crashes;
mod errors;
mod executing;
mod hostile;
mod lifecycle;
mod main_job;
mod model;
mod money;
mod openapi;
mod orders;
mod proofs;
mod races;
mod reading;
mod resolving;
mod review;
mod rights;
mod running;
mod shipping;
mod storing;
mod support;
mod tidy;
mod writing;
