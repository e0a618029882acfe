//! The program: reads the command line and the environment, and says by its exit code how it
//! went (0 well, 1 something is wrong, 2 it was asked wrongly).

#![forbid(unsafe_code)]

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// For SQLite's memory as well as ours: what one thread allocates another frees all the time, which
/// the system's allocator does slowly and without giving much back.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    docket::cli::run()
}
