//! From a configuration to something that can be worked with: the store brought up to date and
//! furnished with its defaults, the secret, the threads. What the server and the command line
//! have in common; no HTTP here.

use super::metrics::{self, Figures};
use crate::app::passwords::Passwords;
use crate::app::renderings::Renderings;
use crate::app::storage::Storage;
use crate::app::tokens::Keys;
use crate::app::{App, passwords};
use crate::config::Config;
use crate::db::clock::{Clock, random};
use crate::db::executor::Sizes;
use crate::db::{Conn, Database, Target};
use crate::domain::actor::{Actor, Department, Role};
use crate::domain::company::Company;
use crate::domain::zone::Zone;
use crate::error::{Error, Problem};
use crate::repositories::{approvals, carriers, exception_causes, tasks, users as user_rows};
use crate::services::users::{self, CreateUser};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Notify;

/// Why Docket cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database cannot be opened: {0}")]
    Database(String),
    #[error("{what}: {source}")]
    File { what: String, source: io::Error },
    #[error("another server works on this database already ({0})")]
    Occupied(String),
    #[error("{what}: {why}")]
    Refused { what: &'static str, why: String },
    #[error("{0}")]
    Sender(#[from] crate::delivery::SenderError),
    #[error("{0}")]
    Metrics(#[from] prometheus::Error),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: std::net::SocketAddr, source: io::Error },
}

fn file_error(what: &Path) -> impl FnOnce(io::Error) -> StartError + '_ {
    move |source| StartError::File { what: what.display().to_string(), source }
}

/// Brings a database's schema up to date and furnishes it with the default rules and templates,
/// where it has none.
///
/// # Errors
/// Where the database cannot be opened or does not take a step.
pub fn prepare_store(target: &Target, clock: &Clock) -> Result<Conn, StartError> {
    let mut conn = target.open_migrated().map_err(|error| StartError::Database(error.to_string()))?;
    let now = clock.now();
    let furnished = approvals::rules::seed(&mut conn, now)
        .and_then(|()| tasks::templates::seed(&mut conn, now))
        .and_then(|()| carriers::seed(&mut conn, now))
        .and_then(|()| exception_causes::seed(&mut conn, now));
    furnished.map_err(|error: Error| StartError::Database(format!("{error:?}")))?;
    Ok(conn)
}

/// The master secret: configured, or made at the first start and kept.
fn secret(config: &Config) -> Result<String, StartError> {
    if let Some(secret) = &config.secret {
        return Ok(secret.clone());
    }
    let path = config.data_dir.join("secret");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(mut file) => {
            let made = hex::encode(random::<32>());
            file.write_all(made.as_bytes()).and_then(|()| file.sync_all()).map_err(file_error(&path))?;
            Ok(made)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let kept = fs::read_to_string(&path).map_err(file_error(&path))?.trim().to_owned();
            if kept.len() >= 32 { Ok(kept) } else { Err(StartError::Refused { what: "secret", why: format!("{} is damaged", path.display()) }) }
        }
        Err(source) => Err(StartError::File { what: path.display().to_string(), source }),
    }
}

/// Opens a store for work: everything that handlers and commands share.
///
/// # Errors
/// See [`StartError`].
pub fn open(config: Config, clock: Clock) -> Result<(App, Figures), StartError> {
    fs::create_dir_all(&config.data_dir).map_err(file_error(&config.data_dir))?;
    drop(prepare_store(&config.database, &clock)?);
    let (secret, previous) = (secret(&config)?, config.previous_secret.as_deref());
    let (keys, links) = (Keys::new(&secret, previous), Keys::for_links(&secret, previous));
    let database =
        Database::start(&config.database, Sizes::default()).map_err(|source| StartError::File { what: "database threads".to_owned(), source })?;
    let (registry, figures) = metrics::registry(database.clone())?;
    let passwords = Passwords::new().map_err(|problem| StartError::Refused { what: "passwords", why: problem.code.as_str().to_owned() })?;
    registry.register(Box::new(passwords.compared()))?;
    let company = Company { zone: Zone::new(config.time_zone), base_currency: config.base_currency.clone(), links };
    let storage = Storage::open(&config).map_err(|why| StartError::Refused { what: "the storage of files", why })?;
    let app = App {
        clock,
        company: Arc::new(company),
        keys,
        passwords,
        database,
        storage,
        renderings: Renderings::default(),
        outbox: Arc::new(Notify::new()),
        clockwork: Arc::new(Notify::new()),
        metrics: registry,
        stopping: AtomicBool::new(false),
        config,
    };
    Ok((app, figures))
}

/// Claims a SQLite store for one server; the claim ends with the process, however it ends.
///
/// # Errors
/// `Occupied` where another server has it.
pub fn claim(target: &Target) -> Result<Option<File>, StartError> {
    let Target::Sqlite(path) = target else { return Ok(None) };
    let path = format!("{path}.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(file_error(Path::new(&path)))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Err(StartError::Occupied(path)),
        Err(fs::TryLockError::Error(source)) => Err(StartError::File { what: path, source }),
    }
}

/// Makes the user `admin` where nobody can administrate. Gives the password, if it had to be made
/// up: it is shown once and kept nowhere.
///
/// # Errors
/// Where the configured password is refused, or the store cannot be written.
pub async fn first_administrator(app: &App) -> Result<Option<String>, StartError> {
    let refused = |problem: Problem| {
        let fields = problem.errors.iter().map(|e| e.detail_en.clone()).collect::<Vec<_>>().join("; ");
        StartError::Refused { what: "DOCKET_ADMIN_PASSWORD", why: if fields.is_empty() { problem.code.as_str().to_owned() } else { fields } }
    };
    let database = |problem: Box<Problem>| StartError::Database(problem.code.as_str().to_owned());
    if app.look(user_rows::any_administrator).await.map_err(database)? {
        return Ok(None);
    }
    let made = app.config.admin_password.is_none().then(|| hex::encode(random::<12>()));
    let password = app.config.admin_password.clone().or_else(|| made.clone()).unwrap_or_default();
    let user = CreateUser {
        username: "admin".to_owned(),
        password: password.clone(),
        display_name: "Administrator".to_owned(),
        roles: vec![Role::Admin],
        department: Some(Department::Operations),
    };
    crate::input::check(&user).map_err(refused)?;
    let hash = passwords::Passwords::hash_blocking(&password).map_err(refused)?;
    let outcome = app.write_as(Actor::system("first_start"), move |tx| users::create(tx, &user, &hash).map(drop)).await;
    match outcome {
        Ok(()) => Ok(made),
        // another replica was first
        Err(problem) if problem.code == crate::error::Code::DuplicateReference => Ok(None),
        Err(problem) => Err(refused(*problem)),
    }
}
