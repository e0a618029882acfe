//! The threads that work on the database. Callers send closures over bounded queues and await
//! the answers; a full queue is `overloaded`, at once. SQLite has one writer thread that runs the
//! closures that are waiting in one durable transaction, each in its own savepoint, and answers
//! all of them after the commit; PostgreSQL has threads with a transaction a closure, run again on
//! serialization failures. Both look the same from above.

use crate::db::cached::Cache;
use crate::db::checkpoints::Checkpoints;
use crate::db::clock::random;
use crate::db::connection::{Conn, Target};
use crate::db::numbers::Numbers;
use crate::db::pool::{self, Pool, Pooled};
use crate::error::{Code, Error, Failure, Problem, Result, database_problem};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::{Error as DieselError, QueryResult};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::sync::oneshot;

/// The largest number of closures that share one commit on SQLite.
const BATCH: usize = 128;
/// How often a transaction is run at the most (BEHAVIOUR 3).
const ATTEMPTS: u32 = 5;

type Manager = <Conn as diesel::Connection>::TransactionManager;

/// How a job's answer travels back.
pub type Answer<T> = std::result::Result<T, Box<Problem>>;

/// A job's work is done; what became of it?
enum Ran {
    /// Its effects stay (a value, or a refusal that outlives itself).
    Keep,
    /// Its effects are undone.
    Undo,
    /// Undone, and worth another try.
    Again,
    /// Undone, and the connection is no good any more.
    Broken,
}

impl Ran {
    fn after(error: &DieselError) -> Self {
        // where the job's own connection is lost, it cannot roll back either, and is known by that
        if Failure::of(error) == Failure::Conflict { Self::Again } else { Self::Undo }
    }
}

trait Job: Send {
    /// Does the work; may be asked again after a conflict. Where it panics it has no outcome.
    fn run(&mut self, connection: &mut Conn) -> Ran;
    /// Gives up with this problem, whatever the work said.
    fn fail(&mut self, problem: Problem);
    /// Sends the answer.
    fn answer(self: Box<Self>);
}

struct Work<F, T> {
    act: F,
    outcome: Option<Answer<T>>,
    /// Whether what the work did was to be committed.
    stays: bool,
    /// Takes the work back with its answer: freeing all that it holds is left to whoever asked.
    reply: oneshot::Sender<(Answer<T>, F)>,
}

impl<F, T> Job for Work<F, T>
where
    F: Fn(&mut Conn) -> Result<T> + Send,
    T: Send,
{
    fn run(&mut self, connection: &mut Conn) -> Ran {
        self.outcome = None;
        let (outcome, ran) = match (self.act)(connection) {
            Ok(value) => (Ok(value), Ran::Keep),
            Err(Error::Refused(problem)) => (Err(problem), Ran::Keep),
            Err(Error::Problem(problem)) => (Err(problem), Ran::Undo),
            Err(Error::Database(error)) => (Err(Box::new(database_problem(&error))), Ran::after(&error)),
        };
        self.outcome = Some(outcome);
        self.stays = matches!(ran, Ran::Keep);
        ran
    }

    fn fail(&mut self, problem: Problem) {
        // a plain refusal stands whether or not its batch was committed; what was to stay does not
        if self.stays || !matches!(self.outcome, Some(Err(_))) {
            self.outcome = Some(Err(Box::new(problem)));
        }
    }

    fn answer(self: Box<Self>) {
        let Self { act, outcome, reply, .. } = *self;
        let outcome = outcome.unwrap_or_else(|| Err(Box::new(Problem::new(Code::Internal))));
        // whoever asked may have gone away
        let _ = reply.send((outcome, act));
    }
}

fn run_caught(job: &mut dyn Job, connection: &mut Conn) -> Ran {
    catch_unwind(AssertUnwindSafe(|| job.run(connection))).unwrap_or(Ran::Undo)
}

/// Runs a statement that the connection keeps prepared: it is the same for each job.
pub(super) fn run_prepared(connection: &mut Conn, statement: &'static str) -> QueryResult<()> {
    crate::each!(connection, inner => diesel::sql_query(statement).cached().execute(inner).map(drop))
}

/// Runs jobs in one transaction, each in its own savepoint, as long as more are waiting: those that
/// arrive while others run share their commit (SQLite).
fn run_batch(connection: &mut Conn, batch: &mut Vec<Box<dyn Job>>, queue: &Receiver<Box<dyn Job>>) -> QueryResult<()> {
    if let Conn::Sqlite(inner) = connection {
        AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE")?;
    }
    let mut run = 0;
    while let Some(job) = batch.get_mut(run) {
        run_prepared(connection, "SAVEPOINT job")?;
        if !matches!(run_caught(job.as_mut(), connection), Ran::Keep) {
            run_prepared(connection, "ROLLBACK TO job")?;
        }
        run_prepared(connection, "RELEASE job")?;
        run += 1;
        if run < BATCH {
            batch.extend(queue.try_recv());
        }
    }
    Manager::commit_transaction(connection)
}

/// The one writer of SQLite: runs what is waiting, commits once, then answers everyone.
fn sqlite_writer(target: &Target, queue: &Receiver<Box<dyn Job>>, mut checkpoints: Checkpoints) {
    let mut connection = None;
    while let Ok(first) = queue.recv() {
        let mut batch: Vec<Box<dyn Job>> = vec![first];
        if connection.is_none() {
            connection = target.open().inspect_err(|error| log::error!("cannot open the database: {error}")).ok();
        }
        match connection.as_mut().map(|c| run_batch(c, &mut batch, queue)) {
            Some(Ok(())) => checkpoints.committed(batch.len()),
            Some(Err(error)) => {
                let problem = database_problem(&error);
                batch.iter_mut().for_each(|job| job.fail(problem.clone()));
                connection = None;
            }
            None => batch.iter_mut().for_each(|job| job.fail(Problem::unavailable())),
        }
        batch.into_iter().for_each(Job::answer);
    }
}

/// One attempt at a write on PostgreSQL.
fn attempt(job: &mut dyn Job, connection: &mut Conn) -> Ran {
    if let Err(error) = Manager::begin_transaction(connection) {
        job.fail(Problem::unavailable());
        log::warn!("cannot begin: {error}");
        return Ran::Broken;
    }
    let ran = run_caught(job, connection);
    let ended = match ran {
        Ran::Keep => Manager::commit_transaction(connection),
        Ran::Undo | Ran::Again | Ran::Broken => Manager::rollback_transaction(connection),
    };
    match (ended, ran) {
        (Ok(()), ran) => ran,
        (Err(error), Ran::Keep) => {
            job.fail(database_problem(&error));
            if Failure::of(&error) == Failure::Conflict { Ran::Again } else { Ran::Broken }
        }
        (Err(_), _) => Ran::Broken,
    }
}

/// How long to wait after so many attempts; a little chance is in it, so that two that collided do not collide again.
fn pause(attempt: u32, chance: u8) -> Duration {
    Duration::from_millis(u64::from(attempt * 5 + u32::from(chance % 10)))
}

/// Tries a write on PostgreSQL as often as it is worth it.
fn persist(job: &mut dyn Job, connection: &mut Conn) -> Ran {
    let mut ran = attempt(job, connection);
    for number in 1..ATTEMPTS {
        if !matches!(ran, Ran::Again) {
            break;
        }
        std::thread::sleep(pause(number, random::<1>()[0]));
        ran = attempt(job, connection);
    }
    ran
}

/// Where nobody has a connection and none can be had, those who wait are told as well: asking for one
/// takes the pool's patience each time. While others have theirs, they serve those who wait.
fn without_connection(first: Box<dyn Job>, pool: &Pool, queue: &Receiver<Box<dyn Job>>) {
    let waiting = if pool.state().connections == 0 { queue.len() } else { 0 };
    for mut job in std::iter::once(first).chain(queue.try_iter().take(waiting)) {
        job.fail(Problem::unavailable());
        job.answer();
    }
}

/// Reads run in a transaction too, so that all their queries see one state.
fn read_in_transaction(job: &mut dyn Job, connection: &mut Conn) -> Ran {
    let begun = match connection {
        Conn::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
        Conn::Postgres(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
    };
    if begun.is_err() {
        job.fail(Problem::unavailable());
        return Ran::Broken;
    }
    let ran = run_caught(job, connection);
    if Manager::rollback_transaction(connection).is_err() { Ran::Broken } else { ran }
}

/// Serves a queue with the connections of a pool, in this way.
fn serve(pool: &Pool, queue: &Receiver<Box<dyn Job>>, way: fn(&mut dyn Job, &mut Conn) -> Ran) {
    while let Ok(mut job) = queue.recv() {
        match pool.get() {
            Err(_) => without_connection(job, pool, queue),
            Ok(mut pooled) => {
                let Pooled { connection, broken } = &mut *pooled;
                *broken = matches!(way(job.as_mut(), connection), Ran::Broken);
                job.answer();
            }
        }
    }
}

/// How many threads and how long queues are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Reader threads on SQLite; threads for reads and for writes, each, on PostgreSQL.
    pub threads: usize,
    /// Jobs that may wait before callers are told `overloaded`.
    pub queue: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { threads: (cores * 2).clamp(4, 32), queue: 1024 }
    }
}

/// The database as the rest of the house sees it.
#[derive(Clone)]
pub struct Database {
    /// Numbers for what comes in many at a time.
    pub numbers: Numbers,
    writes: Sender<Box<dyn Job>>,
    reads: Sender<Box<dyn Job>>,
}

impl Database {
    /// Starts the threads. The schema must be up to date. They end when the last clone is dropped.
    ///
    /// # Errors
    /// Where the operating system gives no threads.
    pub fn start(target: &Target, sizes: Sizes) -> std::io::Result<Self> {
        let (writes, write_queue) = bounded::<Box<dyn Job>>(sizes.queue);
        let (reads, read_queue) = bounded::<Box<dyn Job>>(sizes.queue);
        let threads = u32::try_from(sizes.threads).unwrap_or(u32::MAX);
        match target {
            Target::Sqlite(_) => {
                let (target, checkpoints) = (target.clone(), Checkpoints::start(target)?);
                spawn("db-writer".to_owned(), move || sqlite_writer(&target, &write_queue, checkpoints))?;
            }
            Target::Postgres(_) => {
                let pool = pool::build(target, threads, false);
                for number in 0..sizes.threads {
                    let (pool, queue) = (pool.clone(), write_queue.clone());
                    spawn(format!("db-writer-{number}"), move || serve(&pool, &queue, persist))?;
                }
            }
        }
        let pool = pool::build(target, threads, true);
        for number in 0..sizes.threads {
            let (pool, queue) = (pool.clone(), read_queue.clone());
            spawn(format!("db-reader-{number}"), move || serve(&pool, &queue, read_in_transaction))?;
        }
        Ok(Self { numbers: Numbers::new(target), writes, reads })
    }

    /// Runs a closure in a write transaction; resolves when its effects are durable. The closure
    /// may be called again after a serialization failure.
    pub async fn write<T, F>(&self, act: F) -> Answer<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        submit(&self.writes, act).await
    }

    /// Runs a closure that only reads, on one consistent state.
    pub async fn read<T, F>(&self, act: F) -> Answer<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        submit(&self.reads, act).await
    }

    /// How many jobs wait to write and to read.
    pub fn waiting(&self) -> (usize, usize) {
        (self.writes.len(), self.reads.len())
    }
}

fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name).spawn(body).map(drop)
}

async fn submit<T, F>(queue: &Sender<Box<dyn Job>>, act: F) -> Answer<T>
where
    F: Fn(&mut Conn) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    match queue.try_send(Box::new(Work { act, outcome: None, stays: false, reply })) {
        Ok(()) => answer.await.map_or_else(|_| Err(Box::new(Problem::unavailable())), |(outcome, _)| outcome),
        Err(TrySendError::Full(_)) => Err(Box::new(Problem::new(Code::Overloaded).retry_after(1))),
        Err(TrySendError::Disconnected(_)) => Err(Box::new(Problem::unavailable())),
    }
}

#[cfg(test)]
mod tests;
