//! The real server, in this process on a thread of its own, with a store of its own.

use super::client::{Client, Person};
use super::company::Company;
use super::postgres;
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use docket::app::App;
use docket::config::Config;
use docket::db::Target;
use docket::db::clock::Clock;
use docket::delivery::{Sender, deliver_once};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// The most requests that waiting for the feed may take; each is a round trip, so this is long.
pub const FEED_POLLS: usize = 5_000;

/// Runs a test on SQLite, and on PostgreSQL where there is one; says on which it failed.
#[track_caller]
pub fn on_every_store(test: impl Fn(&TestApp)) {
    on_every_store_with(&[], test);
}

/// As [`on_every_store`], with settings of the server's own.
#[track_caller]
pub fn on_every_store_with(settings: &[(&str, &str)], test: impl Fn(&TestApp)) {
    let postgres = postgres_server();
    let only_postgres = std::env::var("DOCKET_TEST_ONLY").is_ok_and(|only| only == "postgres");
    assert!(!only_postgres || postgres.is_some(), "DOCKET_TEST_ONLY=postgres needs DOCKET_TEST_POSTGRES_URL");
    if !only_postgres {
        run("SQLite", || TestApp::start(None, settings), &test);
    }
    if let Some(server) = &postgres {
        run("PostgreSQL", || TestApp::start(Some(server), settings), &test);
    }
}

/// Runs a test on two servers that share one PostgreSQL, where there is one, with these settings
/// more; SQLite has one server only.
#[track_caller]
pub fn on_two_replicas(settings: &[(&str, &str)], test: impl Fn(&TestApp)) {
    if let Some(server) = postgres_server() {
        run("two replicas", || TestApp::start(Some(&server), settings).with_second_server(), &test);
    }
}

fn postgres_server() -> Option<String> {
    std::env::var("DOCKET_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

#[track_caller]
fn run(store: &str, start: impl FnOnce() -> TestApp, test: &impl Fn(&TestApp)) {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let app = start();
        test(&app);
        app.drain();
    }));
    if let Err(panic) = outcome {
        let message = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        panic!("on {store}: {}", message.unwrap_or_default());
    }
}

/// Waits for a future on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    actix_web::rt::System::new().block_on(future)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Started and not yet stopped.
pub struct Server {
    /// What its handlers hold.
    pub app: Data<App>,
    /// Who has shown it nothing yet.
    pub anyone: Client,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(config: Config, clock: Clock) -> Self {
        let (ready, started) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            block_on(async move {
                let running = docket::server::start(config, clock).await.unwrap_or_else(|error| panic!("the server does not start: {error}"));
                ready.send((running.address, running.app.clone(), running.handle.clone())).expect("the test waits");
                running.wait().await.expect("the server serves until it is told to stop");
            });
        });
        let (address, app, handle) = started.recv().expect("the server starts");
        Self { app, anyone: Client::new(agent(), &format!("http://{address}")), handle, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // what it panicked about has been said where it did
            let _ = thread.join();
        }
    }
}

/// A server under test. Fields are dropped in this order: the server before its store.
pub struct TestApp {
    /// What the server's handlers hold.
    pub app: Data<App>,
    /// Who has shown nothing yet.
    pub anyone: Client,
    clock: Clock,
    /// Everyone who was made, and their log-in where it is still good.
    people: Mutex<BTreeMap<String, Option<Person>>>,
    /// The one that everything above belongs to, and where there are two the other.
    servers: Vec<Server>,
    _database: Option<postgres::Database>,
    _folder: tempfile::TempDir,
}

impl TestApp {
    fn start(server: Option<&str>, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let database = server.map(postgres::Database::create);
        let url = database.as_ref().map_or_else(|| format!("sqlite:{}", folder.path().join("docket.db").display()), postgres::Database::url);
        let data = folder.path().join("data").display().to_string();
        let variables = [
            ("DOCKET_LISTEN", "127.0.0.1:0"),
            ("DOCKET_DATABASE_URL", &url),
            ("DOCKET_DATA_DIR", &data),
            ("DOCKET_ADMIN_PASSWORD", PASSWORD),
            ("DOCKET_LOGIN_LIMIT", "100000"),
        ];
        let variables = variables.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::from_variables(variables).expect("the configuration is good");
        let clock = Clock::default();
        let server = Server::start(config, clock.clone());
        Self {
            app: server.app.clone(),
            anyone: server.anyone.clone(),
            clock,
            people: Mutex::default(),
            servers: vec![server],
            _database: database,
            _folder: folder,
        }
    }

    /// With another server over the same store and files, and so with the same secret.
    fn with_second_server(mut self) -> Self {
        self.servers.push(Server::start(self.app.config.clone(), self.clock.clone()));
        self
    }

    /// Every server over the store.
    pub fn servers(&self) -> &[Server] {
        &self.servers
    }

    /// Whether the store is the embedded one.
    pub fn is_embedded(&self) -> bool {
        matches!(self.app.config.database, Target::Sqlite(_))
    }

    /// The administrator of the first start.
    pub fn admin(&self) -> Person {
        self.known("admin", || {}) // made by the server at its first start
    }

    /// A person with these roles, made by the administrator and logged in on first use.
    pub fn person(&self, username: &str, roles: &[&str], department: &str) -> Person {
        let admin = self.admin();
        self.known(username, || {
            let body = json!({"username": username, "password": PASSWORD, "display_name": username, "roles": roles, "department": department});
            admin.post("/v1/users", body).created();
        })
    }

    fn known(&self, username: &str, make: impl FnOnce()) -> Person {
        let mut people = self.people.lock().expect("nobody panicked while making a person");
        match people.get(username) {
            Some(Some(person)) => return person.clone(),
            Some(None) => {}
            None => make(),
        }
        let person = self.log_in(username);
        people.insert(username.to_owned(), Some(person.clone()));
        person
    }

    /// A fresh log-in of someone who exists.
    pub fn log_in(&self, username: &str) -> Person {
        let tokens = self.anyone.post("/v1/auth/login", json!({"username": username, "password": PASSWORD})).ok();
        Person::new(username, &self.anyone, &tokens)
    }

    /// A machine with a key of these scopes.
    pub fn machine(&self, name: &str, scopes: &[&str]) -> Client {
        let key = self.admin().post("/v1/api-keys", json!({"name": name, "scopes": scopes})).created();
        self.anyone.with_bearer(key["key"].as_str().expect("a new key is shown"))
    }

    /// The company with everyone in it.
    pub fn company(&self) -> Company<'_> {
        Company::new(self)
    }

    /// Lets the clock's jobs have their turn now.
    pub fn let_the_clock_look(&self) {
        block_on(docket::jobs::tick(&self.app));
    }

    /// Moves the clock on. Tokens may end by that, so everyone logs in again when next needed.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.people.lock().expect("nobody panicked while making a person").values_mut().for_each(|login| *login = None);
    }

    /// How many rows there are, e.g. of `events WHERE name = 'order.created'`.
    pub fn count(&self, rows: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS value FROM {rows}"))
    }

    /// The one number, `value`, that a query gives.
    pub fn number(&self, query: &str) -> i64 {
        let mut connection = self.app.config.database.open().expect("the store can be opened");
        docket::each!(&mut connection, c => diesel::sql_query(query).get_result::<Number>(c)).expect("the store answers with a number").value
    }

    /// What `docket check` finds wrong in the store.
    pub fn check(&self) -> Vec<docket::check::Finding> {
        let mut connection = self.app.config.database.open().expect("the store can be opened");
        docket::check::run(&mut connection, &self.app.company)
    }

    /// Changes the store by hand, past all rules but its own.
    pub fn execute(&self, statement: &str) {
        self.try_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// As [`TestApp::execute`]; gives what the store said against it.
    pub fn try_execute(&self, statement: &str) -> Result<(), diesel::result::Error> {
        self.app.config.database.open().expect("the store can be opened").batch_execute(statement)
    }

    /// The whole feed, once it shows all that has been recorded. On PostgreSQL an event is served
    /// only when nothing older on the whole server can still come, other tests' work included
    /// (DECISIONS 14); so this polls, as any reader of the feed does.
    pub fn feed(&self) -> Vec<Value> {
        let reader = self.admin();
        let recorded = usize::try_from(self.count("events")).expect("a number of rows");
        let (mut events, mut after) = (Vec::new(), None::<String>);
        for _ in 0..FEED_POLLS {
            let path = after.as_ref().map_or_else(|| "/v1/events".to_owned(), |after| format!("/v1/events?after={after}"));
            let page = reader.get(&path).ok();
            events.extend(page["data"].as_array().expect("a feed has data").iter().cloned());
            if events.len() >= recorded {
                return events;
            }
            after = page["page"]["next_cursor"].as_str().map(str::to_owned).or(after);
        }
        panic!("the feed shows {} of {recorded} events", events.len());
    }

    /// Hands on what waits to be sent until nothing is left, and waits for what the server's own worker
    /// is sending. Every test ends with it.
    pub fn drain(&self) {
        let sender = Sender::new(&self.app.config).expect("the configuration is good");
        let mut left = 0;
        for _ in 0..FEED_POLLS {
            let deliver_all = async { while deliver_once(&self.app, &sender).await.expect("the store answers") > 0 {} };
            block_on(deliver_all);
            left = self.count("messages WHERE status IN ('queued', 'sending')");
            if left == 0 {
                break;
            }
        }
        assert_eq!(left, 0, "something is left in the outbox");
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_idle_connections_per_host(64)
        .timeout_global(Some(Duration::from_secs(60)));
    config.build().new_agent()
}
