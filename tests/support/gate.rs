//! Overlap for certain, made from outside: nobody gets to write before everyone is there. On
//! PostgreSQL a transaction of ours holds a table against writing, so that whoever decides before
//! it holds what it decides about has done so when the gate opens; on SQLite a job of ours keeps
//! the one writer busy, so that all that come are waiting in its queue and share one commit.

use super::app::{TestApp, block_on};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use docket::db::{Database, Target};
use std::sync::mpsc;
use std::thread::{JoinHandle, ScopedJoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// Longer than anything takes to arrive, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);
/// As many threads as write on PostgreSQL on the smallest machine; more cannot arrive at a server.
pub const WRITERS: usize = 4;
/// Between two looks at who is there.
const BREATH: Duration = Duration::from_millis(1);
/// Sessions that wait for a lock of this database.
const WAITING: &str = "SELECT count(*) AS value FROM pg_stat_activity \
     WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// What holds everyone back.
enum Bar {
    /// A transaction that holds a table, and a session that looks who waits.
    Table { _holder: PgConnection, watcher: PgConnection },
    /// A job on the writer's thread, which ends when it is told to or nobody can tell it any more.
    Writer { release: mpsc::Sender<()>, job: JoinHandle<()>, queue: Database },
}

/// A gate that is closed until it is dropped.
struct Gate {
    bar: Bar,
    /// How many can stand before it.
    room: usize,
}

impl Gate {
    /// Lets everybody read, and nobody write to this table (on SQLite to any).
    fn close(app: &TestApp, table: &str) -> Self {
        match &app.app.config.database {
            Target::Postgres(url) => Self { bar: hold_table(url, table), room: WRITERS * app.servers().len() },
            Target::Sqlite(_) => Self { bar: hold_writer(app.app.database.clone()), room: usize::MAX },
        }
    }

    /// How many stand before it: they wait for a lock, or for the one writer.
    fn waiting(&mut self) -> usize {
        match &mut self.bar {
            Bar::Table { watcher, .. } => number(watcher, WAITING),
            Bar::Writer { queue, .. } => queue.waiting().0,
        }
    }

    fn open(self) {
        if let Bar::Writer { release, job, .. } = self.bar {
            release.send(()).expect("the job waits to be told");
            job.join().expect("the job ends well");
        }
    }
}

fn number(connection: &mut PgConnection, query: &str) -> usize {
    let row: Number = diesel::sql_query(query).get_result(connection).expect("the server can be asked");
    usize::try_from(row.value).expect("a number of rows")
}

fn hold_table(url: &str, table: &str) -> Bar {
    let connect = || PgConnection::establish(url).expect("the store can be opened");
    let mut holder = connect();
    // it lets reading and locking of rows pass, and no INSERT, UPDATE or DELETE
    let lock = format!("SET lock_timeout = '20s'; BEGIN; LOCK TABLE {table} IN SHARE MODE");
    holder.batch_execute(&lock).unwrap_or_else(|error| panic!("{table} cannot be held: {error}"));
    Bar::Table { _holder: holder, watcher: connect() }
}

fn hold_writer(database: Database) -> Bar {
    let (release, told) = mpsc::channel();
    let (entered, begun) = mpsc::channel();
    let queue = database.clone();
    let job = spawn(move || {
        let wait = move |_: &mut docket::db::Conn| {
            entered.send(()).expect("the test waits");
            // an error says that the test has ended
            let _ = told.recv_timeout(PATIENCE);
            Ok(())
        };
        block_on(database.write(wait)).expect("the writer works");
    });
    begun.recv().expect("the writer takes the job");
    Bar::Writer { release, job, queue }
}

/// What came of those that went through a gate together.
pub struct Passed<T> {
    /// In the order of what was tried.
    pub outcomes: Vec<T>,
    /// How many stood before the gate when it opened.
    pub together: usize,
}

/// Tries all of these at once: none gets to write to the table before each has come as far as it
/// can, which is the gate or its end. They come one by one, so that it is known who comes while
/// who stands there. On PostgreSQL those for whom there is no thread come after.
pub fn at_once<T: Send, F: FnOnce() -> T + Send>(app: &TestApp, table: &str, tries: Vec<F>) -> Passed<T> {
    let mut gate = Gate::close(app, table);
    std::thread::scope(|scope| {
        let (mut threads, mut together) = (Vec::new(), 0);
        for attempt in tries {
            threads.push(scope.spawn(attempt));
            together = wait_for(&mut gate, &threads);
        }
        gate.open();
        Passed { outcomes: threads.into_iter().map(|thread| thread.join().expect("a try ends")).collect(), together }
    })
}

/// Waits until all who can stand before the gate or have ended; gives how many stand there. The
/// server's own workers may be among them, if they have something to write just then.
fn wait_for<T>(gate: &mut Gate, threads: &[ScopedJoinHandle<T>]) -> usize {
    let enough = threads.len().min(gate.room);
    let deadline = Instant::now() + PATIENCE;
    loop {
        // in this order, so that nobody who ends in between is counted twice
        let ended = threads.iter().filter(|thread| thread.is_finished()).count();
        let waiting = gate.waiting();
        if waiting + ended >= enough {
            return waiting;
        }
        assert!(Instant::now() < deadline, "of {} only {waiting} wait and {ended} have ended", threads.len());
        sleep(BREATH);
    }
}
