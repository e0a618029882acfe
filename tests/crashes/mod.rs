//! What was acknowledged is there after a crash, and nothing happened twice (BEHAVIOUR 10, 11): the
//! process killed, PostgreSQL killed, and by `strace` that no answer is ahead of the disk.

mod chance;
mod cluster;
mod kills;
mod postgres;
mod reconcile;
mod sessions;
mod syncs;
mod trace;
mod writers;
mod writes;
