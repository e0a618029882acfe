//! First floor: how to speak to the database, whichever it is. The connection enum, the threads
//! that work on it, the unit of work, the schema. Only this room asks which database it is, and
//! only this room begins transactions. Must not know what the tables mean.

pub mod cached;
mod checkpoints;
pub mod clock;
pub mod connection;
pub mod dialect;
pub mod executor;
pub mod migrations;
pub mod numbers;
mod pool;
pub mod rows;
pub mod schema;
pub mod trial;
pub mod tx;
pub mod types;

pub use connection::{Conn, MultiBackend, Target};
pub use executor::Database;
pub use tx::{Snapshot, Tx};
