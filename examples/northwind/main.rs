//! Microsoft's Northwind sample through Docket's API: 91 customers, 77 products with stock and 830 orders, each driven
//! to `received`, with the sums checked on the way.
//!
//! ```text
//! cargo run --release --example northwind -- bodies --out orders.ndjson
//! cargo run --release --example northwind -- run --url http://127.0.0.1:8080 --password …
//! ```
//!
//! A run can be stopped and started again: every order is taken up where it stands. The service should have
//! `DOCKET_BASE_CURRENCY=USD`, or a rate for it, so that the approval thresholds mean what they say; without a rate the
//! strictest approvals apply, and the run holds those roles too.

#![forbid(unsafe_code)]

mod amounts;
mod client;
mod drive;
mod evidence;
mod replay;
mod source;
mod staff;
mod workers;

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::replay::Target;
use crate::source::Northwind;

/// Drives Microsoft's Northwind sample through Docket.
#[derive(Parser)]
#[command(name = "northwind")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the bodies of POST /v1/orders, one a line; `docket import` reads them
    Bodies {
        #[command(flatten)]
        source: Source,
        /// The file to write
        #[arg(long, default_value = "orders.ndjson")]
        out: PathBuf,
    },
    /// Sets the service up, enters all orders, drives them to received and checks the sums
    Run {
        #[command(flatten)]
        source: Source,
        /// Where the service listens (plain HTTP)
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        url: String,
        /// The password of `admin` [default: $DOCKET_ADMIN_PASSWORD]
        #[arg(long)]
        password: Option<String>,
        /// The password given to the people made for the run [default: made from the admin's]
        #[arg(long)]
        staff_password: Option<String>,
        /// How many orders are worked on at once
        #[arg(long, default_value_t = 8)]
        workers: usize,
    },
}

#[derive(Args)]
struct Source {
    /// The folder with Northwind's CSV files [default: northwind in $DOCKET_SAMPLES or ../shared/data]
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Source {
    fn read(self) -> Result<Northwind, source::SourceError> {
        let folder =
            self.data.unwrap_or_else(|| env::var_os("DOCKET_SAMPLES").map_or_else(|| "../shared/data".into(), PathBuf::from).join("northwind"));
        Northwind::read(&folder)
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Bodies { source, out } => bodies(source, &out),
        Command::Run { source, url, password, staff_password, workers } => run(source, &url, password, staff_password, workers),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("northwind: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bodies(source: Source, out: &Path) -> Result<(), Box<dyn Error>> {
    let northwind = source.read()?;
    let named = |error: std::io::Error| format!("{}: {error}", out.display());
    let mut file = BufWriter::new(File::create(out).map_err(named)?);
    for order in &northwind.orders {
        writeln!(file, "{}", order.body).map_err(named)?;
    }
    file.flush().map_err(named)?;
    println!("{} orders written to {}", northwind.orders.len(), out.display());
    Ok(())
}

fn run(source: Source, url: &str, password: Option<String>, staff_password: Option<String>, workers: usize) -> Result<(), Box<dyn Error>> {
    let admin_password = password
        .or_else(|| env::var("DOCKET_ADMIN_PASSWORD").ok())
        .ok_or("give the password of `admin` with --password or in DOCKET_ADMIN_PASSWORD")?;
    // The same in every run, so that a second one can log in as the people that the first one made.
    let staff_password = staff_password.unwrap_or_else(|| format!("Northwind staff: {admin_password}"));
    let northwind = source.read()?;
    let target = Target { url, admin_password: &admin_password, staff_password: &staff_password, workers };
    replay::run(&northwind, &target)?;
    Ok(())
}
