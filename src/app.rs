//! What a handler holds: configuration, database, clock, keys; and the one way of a request.
//! `write` is the only place from which changes are made: it authorises, claims the idempotency
//! key, runs the act, lets `workflow` settle, renders and stores the answer, and only then the
//! executor commits (DECISIONS 1). It must not know the API or the senders; it wakes them.

pub mod passwords;
pub mod renderings;
pub mod storage;
pub mod tokens;

use crate::config::Config;
use crate::db::trial::undone;
use crate::db::tx::{Origin, Precondition};
use crate::db::types::Json;
use crate::db::{Conn, Database, Snapshot, Tx, clock::Clock, dialect, migrations};
use crate::domain::actor::Actor;
use crate::domain::company::Company;
use crate::domain::permission::{Operation, permit};
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Code, Error, Problem, Result};
use crate::repositories::{events, idempotency, identity};
use crate::services::workflow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokens::{Credentials, Keys};
use tokio::sync::Notify;

/// What all handlers, workers and commands share.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub company: Arc<Company>,
    pub keys: Keys,
    pub passwords: passwords::Passwords,
    pub database: Database,
    pub storage: storage::Storage,
    /// Orders as they were last shown.
    pub renderings: renderings::Renderings,
    /// Woken after every commit that left something to be sent.
    pub outbox: Arc<Notify>,
    /// Woken after every commit that left work for the clock.
    pub clockwork: Arc<Notify>,
    /// What `/metrics` shows.
    pub metrics: prometheus::Registry,
    /// The process has been told to stop: not ready any more, but what is in flight is finished.
    pub stopping: AtomicBool,
}

/// A key for repeating a request safely, with the fingerprint of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    pub key: String,
    pub fingerprint: Vec<u8>,
}

/// What a request says about itself, whatever it asks for.
#[derive(Debug, Clone)]
pub struct Call {
    pub credentials: Credentials,
    pub origin: Origin,
    pub language: Language,
    pub precondition: Precondition,
    pub repeat: Option<Repeat>,
    /// A header that could not be read; told only to those who may ask at all (DECISIONS 29).
    pub flaw: Option<Box<Problem>>,
}

impl Call {
    /// A call by the process itself.
    pub fn internal(actor: Actor) -> Self {
        Self {
            credentials: Credentials::Internal(Box::new(actor)),
            origin: Origin { request_id: "internal".into(), address: None },
            language: Language::English,
            precondition: Precondition::Any,
            repeat: None,
            flaw: None,
        }
    }
}

/// A success, rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A JSON body.
    ///
    /// # Errors
    /// Where the view cannot be written, which no data brings about.
    pub fn json(status: u16, view: &impl serde::Serialize) -> Result<Self> {
        let body = serde_json::to_vec(view).map_err(Error::internal)?;
        Ok(Self { status, headers: Vec::new(), body })
    }

    /// No body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds the `ETag` of a version, apart for each language where labels differ (DECISIONS 31).
    pub fn etag(self, version: i64, variant: &str) -> Self {
        self.header("etag", format!("\"v{version}-{variant}\""))
    }
}

impl Answer {
    /// Adds the `ETag` of a version whose representation holds more than is its own, such as people's
    /// names: apart for each content (DECISIONS 31).
    pub fn etag_by_content(self, version: i64) -> Self {
        let digest = renderings::digest(&self.body);
        self.etag(version, &digest)
    }
}

/// Finds out who calls, as of now, and whether they may.
fn admit(conn: &mut Conn, call: &Call, operation: Operation, now: UtcTime) -> Result<Actor> {
    let actor = match &call.credentials {
        Credentials::Anonymous => return Err(Code::Unauthenticated.into()),
        Credentials::Bad(problem) => return Err(Error::Problem(problem.clone())),
        Credentials::Internal(actor) => actor.as_ref().clone(),
        Credentials::Person { user, session } => identity::of_person(conn, *user, *session, now)?,
        Credentials::Key { hash } => identity::of_key(conn, hash, now)?,
    };
    permit(&actor, operation)?;
    if let Some(flaw) = &call.flaw {
        return Err(Error::Problem(flaw.clone()));
    }
    Ok(actor)
}

/// Runs an act and lets follow what follows; what outlives a refusal is written (DECISIONS 3).
fn carry_out<T>(tx: &mut Tx, act: &impl Fn(&mut Tx) -> Result<T>) -> Result<T> {
    let outcome = act(tx);
    match outcome {
        Ok(_) => workflow::settle(tx)?,
        Err(Error::Refused(_)) => close(tx)?,
        Err(_) => {}
    }
    outcome
}

/// Writes what the unit of work collected: history first, then the messages it caused.
fn close(tx: &mut Tx) -> Result<()> {
    events::insert_recorded(tx)?;
    events::insert_outgoing(tx)
}

/// The answer kept for a key, if the request was made before.
fn replay(conn: &mut Conn, caller: &str, repeat: &Repeat) -> Result<Option<Answer>> {
    if !dialect::try_lock(conn, &format!("{caller}/{}", repeat.key))? {
        return Err(Problem::new(Code::IdempotencyInFlight).retry_after(1).into());
    }
    let Some(kept) = idempotency::find(conn, caller, &repeat.key)? else { return Ok(None) };
    if kept.fingerprint != repeat.fingerprint {
        return Err(Code::IdempotencyKeyReused.into());
    }
    let Json(headers) = kept.headers;
    let answer = Answer { status: u16::try_from(kept.status).unwrap_or(200), headers, body: kept.body };
    Ok(Some(answer.header("idempotency-replayed", "true")))
}

/// Keeps an answer under the caller's key, in the transaction that made it, and gives it back.
fn keep(conn: &mut Conn, caller: String, repeat: &Repeat, operation: Operation, answer: Answer, now: UtcTime) -> Result<Answer> {
    let kept = idempotency::Kept {
        caller,
        key: repeat.key.clone(),
        fingerprint: repeat.fingerprint.clone(),
        operation: operation.grant().id.to_owned(),
        status: i32::from(answer.status),
        headers: Json(answer.headers),
        body: answer.body,
        created_at: now,
    };
    idempotency::insert(conn, &kept)?;
    Ok(Answer { headers: kept.headers.0, body: kept.body, status: answer.status })
}

/// What a commit left for the workers in the background.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    messages: bool,
    work: bool,
}

impl Left {
    fn by(tx: &Tx) -> Self {
        Self { messages: tx.leaves_messages(), work: tx.clock_is_asked() }
    }
}

impl App {
    fn wake(&self, left: Left) {
        if left.messages {
            self.outbox.notify_one();
        }
        if left.work {
            self.clockwork.notify_one();
        }
    }

    /// Whether requests can be served: the database answers, with the schema that this program
    /// knows.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn ready(&self) -> std::result::Result<(), Box<Problem>> {
        let unavailable = |en: &str, zh: &str| Problem::unavailable().detail(en, zh);
        match self.database.read(|conn| Ok(migrations::pending(conn)?)).await {
            Ok(false) => Ok(()),
            Err(problem) if problem.code != Code::Internal => Err(Box::new(unavailable("The database does not answer.", "数据库没有响应。"))),
            _ => Err(Box::new(unavailable("The schema is not up to date.", "数据库结构不是最新版本。"))),
        }
    }

    /// Changes something, for whoever calls and may.
    ///
    /// # Errors
    /// What stops it, ready to be answered; nothing was changed then, but for a refusal that says
    /// otherwise.
    pub async fn write<T: 'static>(
        &self,
        operation: Operation,
        call: Call,
        act: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
        render: impl Fn(&mut Tx, T) -> Result<Answer> + Send + 'static,
    ) -> std::result::Result<Answer, Box<Problem>> {
        let (clock, company, numbers) = (self.clock.clone(), self.company.clone(), self.database.numbers.clone());
        let (answer, left) = self
            .database
            .write(move |conn| {
                let now = clock.now();
                let actor = admit(conn, &call, operation, now)?;
                let caller = actor.idempotency_name();
                if let Some(repeat) = &call.repeat
                    && let Some(answer) = replay(conn, &caller, repeat)?
                {
                    return Ok((answer, Left::default()));
                }
                let mut tx = Tx::new(conn, now, actor, call.origin.clone(), call.language, company.clone());
                tx.precondition = call.precondition.clone();
                tx.numbers = numbers.clone();
                let value = carry_out(&mut tx, &act)?;
                let answer = render(&mut tx, value)?;
                close(&mut tx)?;
                let left = Left::by(&tx);
                let answer = match &call.repeat {
                    Some(repeat) => keep(tx.conn, caller, repeat, operation, answer, now)?,
                    None => answer,
                };
                Ok((answer, left))
            })
            .await?;
        self.wake(left);
        Ok(answer)
    }

    /// Shows what a change would come to, for whoever calls and may: it is made, rendered and undone.
    /// Nothing is kept under a key, nobody is told, no number is used up.
    ///
    /// # Errors
    /// What would stop it.
    pub async fn preview<T: 'static>(
        &self,
        operation: Operation,
        call: Call,
        act: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
        render: impl Fn(&mut Tx, T) -> Result<Answer> + Send + 'static,
    ) -> std::result::Result<Answer, Box<Problem>> {
        let (clock, company) = (self.clock.clone(), self.company.clone());
        self.database
            .write(move |conn| {
                let now = clock.now();
                let actor = admit(conn, &call, operation, now)?;
                undone(conn, |conn| {
                    let mut tx = Tx::new(conn, now, actor.clone(), call.origin.clone(), call.language, company.clone());
                    tx.precondition = call.precondition.clone();
                    let value = carry_out(&mut tx, &act)?;
                    render(&mut tx, value)
                })
            })
            .await
    }

    /// Changes something that nobody needs to log in for (log-in and refresh, the links of customers).
    /// Never kept under a key.
    ///
    /// # Errors
    /// What stops it.
    pub async fn write_public<T: Send + 'static>(
        &self,
        actor: Actor,
        call: Call,
        act: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Box<Problem>> {
        let (clock, company, numbers) = (self.clock.clone(), self.company.clone(), self.database.numbers.clone());
        let (value, left) = self
            .database
            .write(move |conn| {
                let mut tx = Tx::new(conn, clock.now(), actor.clone(), call.origin.clone(), call.language, company.clone());
                tx.precondition = call.precondition.clone();
                tx.numbers = numbers.clone();
                let value = carry_out(&mut tx, &act)?;
                close(&mut tx)?;
                Ok((value, Left::by(&tx)))
            })
            .await?;
        self.wake(left);
        Ok(value)
    }

    /// Changes something as the process itself does it: the command line, the clock. Nobody is
    /// asked for rights.
    ///
    /// # Errors
    /// What stops it.
    pub async fn write_as<T: Send + 'static>(
        &self,
        actor: Actor,
        act: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Box<Problem>> {
        let call = Call::internal(actor.clone());
        self.write_public(actor, call, act).await
    }

    /// Reads something, for whoever calls and may.
    ///
    /// # Errors
    /// What stops it.
    pub async fn read<T: Send + 'static>(
        &self,
        operation: Operation,
        call: Call,
        look: impl Fn(&mut Snapshot) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Box<Problem>> {
        let (clock, company) = (self.clock.clone(), self.company.clone());
        self.database
            .read(move |conn| {
                let now = clock.now();
                let actor = admit(conn, &call, operation, now)?;
                look(&mut Snapshot { conn, now, actor, language: call.language, company: company.clone() })
            })
            .await
    }

    /// Reads without anyone asking: readiness, log-in, workers.
    ///
    /// # Errors
    /// What stops it.
    pub async fn look<T: Send + 'static>(&self, look: impl Fn(&mut Conn) -> Result<T> + Send + 'static) -> std::result::Result<T, Box<Problem>> {
        self.database.read(look).await
    }
}
