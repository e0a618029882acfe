//! The command line. Each command works on the store that the environment names; `serve` is the
//! default.

mod backup;
mod import;
mod people;

use crate::check;
use crate::config::{Config, ConfigErrors};
use crate::db::clock::Clock;
use crate::db::{Conn, Target};
use crate::demo;
use crate::domain::company::Company;
use crate::domain::link::LinkKeys;
use crate::domain::zone::Zone;
use crate::error::{Error, Problem, database_problem};
use crate::server::{self, StartError, opening};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Order follow-up and management.
#[derive(Parser)]
#[command(name = "docket", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API (the default command)
    Serve {
        /// First makes a small company with orders in every stage, in a store that holds nothing yet
        #[arg(long)]
        demo: bool,
    },
    /// Brings the store's schema up to date
    Migrate,
    /// Writes the OpenAPI document
    Openapi,
    /// People who log in
    #[command(subcommand)]
    User(people::UserCommand),
    /// Keys for machines
    #[command(subcommand)]
    Key(people::KeyCommand),
    /// Enters orders from a file: bodies of POST /v1/orders, one a line; a repeat adds nothing
    Import {
        /// The file (NDJSON)
        file: PathBuf,
        /// Who enters them: a user name
        #[arg(long = "as", value_name = "USER")]
        username: Option<String>,
        /// Where to write what became of each row (NDJSON); rows that are refused are shown in any case
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Proves that everything in the store fits together
    Check,
    /// Copies the store and its files, while it serves (SQLite)
    Backup {
        /// A folder that does not exist yet
        folder: PathBuf,
    },
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    #[error("{0}")]
    Start(#[from] StartError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Said(String),
    /// Everything was said already.
    #[error("")]
    Silent,
}

impl CommandError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Config(_)) { 2 } else { 1 })
    }
}

impl From<Box<Problem>> for CommandError {
    fn from(problem: Box<Problem>) -> Self {
        let language = crate::domain::words::Language::English;
        let fields: Vec<String> = problem.errors.iter().map(|e| format!("{} {}", e.pointer.trim_start_matches('/'), e.detail_en)).collect();
        let said = if fields.is_empty() { problem.detail_text(language) } else { fields.join("; ") };
        Self::Said(said)
    }
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        match error {
            Error::Problem(problem) | Error::Refused(problem) => problem.into(),
            Error::Database(error) => Box::new(database_problem(&error)).into(),
        }
    }
}

pub(crate) type Outcome = Result<(), CommandError>;

/// Runs what the command line asks for.
pub fn run() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(Command::Serve { demo: false });
    match actix_web::rt::System::new().block_on(perform(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let said = error.to_string();
            if !said.is_empty() {
                eprintln!("docket: {said}");
            }
            error.exit_code()
        }
    }
}

async fn perform(command: Command) -> Outcome {
    if let Command::Openapi = command {
        // whoever reads may have seen enough
        let _ = writeln!(std::io::stdout(), "{}", document());
        return Ok(());
    }
    let config = Config::from_environment()?;
    match command {
        Command::Openapi => Ok(()),
        Command::Serve { demo } => serve(config, demo).await,
        Command::Migrate => migrate(&config),
        Command::User(command) => people::user(config, command).await,
        Command::Key(command) => people::key(config, command).await,
        Command::Import { file, username, report } => import::run(config, &file, username, report.as_deref()).await,
        Command::Check => check(&config),
        Command::Backup { folder } => backup::run(&config, &folder),
    }
}

/// The OpenAPI document as it stands in the repository.
pub fn document() -> String {
    server::document().to_pretty_json().unwrap_or_default()
}

async fn serve(config: Config, with_demo: bool) -> Outcome {
    if with_demo {
        // a store that was filled for nothing would refuse the next try
        drop(TcpListener::bind(config.listen).map_err(|source| StartError::Listen { address: config.listen, source })?);
        let (app, _) = server::open(config.clone(), Clock::default())?;
        println!("{}", demo::make(&app).await?);
    }
    let running = server::start(config, Clock::default()).await?;
    running.heed_signals()?;
    println!("Docket listens on http://{}", running.address);
    println!("Swagger UI: http://{}/docs/", running.address);
    if let Some(password) = &running.first_password {
        println!("First start: log in as admin with the password {password} (shown this once)");
    }
    Ok(running.wait().await?)
}

fn migrate(config: &Config) -> Outcome {
    opening::prepare_store(&config.database, &Clock::default())?;
    println!("The schema is up to date.");
    Ok(())
}

/// Opens a store that is there; SQLite would make an empty one otherwise.
fn open_existing(config: &Config) -> Result<Conn, CommandError> {
    match &config.database {
        Target::Sqlite(path) if !Path::new(path).exists() => Err(CommandError::Said(format!("there is no store at {path}"))),
        target => target.open().map_err(|error| CommandError::Said(error.to_string())),
    }
}

fn check(config: &Config) -> Outcome {
    let mut conn = open_existing(config)?;
    let company = Company { zone: Zone::new(config.time_zone), base_currency: config.base_currency.clone(), links: LinkKeys::default() };
    let found = check::run(&mut conn, &company);
    for finding in &found {
        println!("{finding}");
    }
    if found.is_empty() {
        println!("Everything fits together.");
        return Ok(());
    }
    println!("{} findings.", found.len());
    Err(CommandError::Silent)
}
