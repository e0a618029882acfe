//! The real program, started in an empty folder with the settings of a store of its own.

use crate::support::Database;
use crate::support::{Client, PASSWORD, Person};
use docket::db::Target;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longer than anything that the program does by itself; a process that takes longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a test on SQLite, and on PostgreSQL where there is one; says on which it failed.
#[track_caller]
pub fn on_every_store(test: impl Fn(&Place)) {
    on_every_store_with(&[], test);
}

/// As [`on_every_store`], with settings more.
#[track_caller]
pub fn on_every_store_with(settings: &[(&str, &str)], test: impl Fn(&Place)) {
    let postgres = std::env::var("DOCKET_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    let only_postgres = std::env::var("DOCKET_TEST_ONLY").is_ok_and(|only| only == "postgres");
    let sqlite = (!only_postgres).then_some(("SQLite", None));
    let places = sqlite.into_iter().chain(postgres.as_deref().map(|server| ("PostgreSQL", Some(server))));
    for (store, server) in places {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let place = settings.iter().fold(Place::on(server), |place, (name, value)| place.with(name, value));
            test(&place);
        }));
        if let Err(panic) = outcome {
            let message = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            panic!("on {store}: {}", message.unwrap_or_default());
        }
    }
}

/// A folder to start the program in. Without settings it keeps its store there, in `docket.db` and
/// `docket-data`.
pub struct Place {
    settings: Vec<(String, String)>,
    database: Option<Database>,
    folder: tempfile::TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    /// The standard output.
    pub said: String,
    /// The standard error.
    pub complained: String,
}

impl Ran {
    /// Expects this exit code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.said, self.complained);
        self
    }

    /// Expects success and gives what was said.
    #[track_caller]
    pub fn well(self) -> String {
        self.ends(0).said
    }
}

impl Place {
    /// With the embedded store and no settings at all.
    pub fn embedded() -> Self {
        Self::on(None)
    }

    fn on(server: Option<&str>) -> Self {
        let database = server.map(Database::create);
        let settings = database.iter().map(|database| ("DOCKET_DATABASE_URL".to_owned(), database.url())).collect();
        Self { settings, database, folder: tempfile::tempdir().expect("there is room for a folder") }
    }

    /// Whether the store is the embedded one.
    pub fn is_embedded(&self) -> bool {
        self.database.is_none()
    }

    /// Where its store is.
    pub fn store(&self) -> Target {
        let url = self.settings.iter().find(|(name, _)| name == "DOCKET_DATABASE_URL").map(|(_, url)| url.as_str());
        let target = url.map_or_else(|| Ok(Target::Sqlite(self.path("docket.db").display().to_string())), Target::parse);
        target.unwrap_or_else(|error| panic!("DOCKET_DATABASE_URL: {error}"))
    }

    /// With a setting more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file or folder in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file into it.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file can be written");
    }

    /// What a file in it says.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(Command::new(env!("CARGO_BIN_EXE_docket")), arguments)
    }

    fn prepared(&self, mut command: Command, arguments: &[&str]) -> Command {
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DOCKET_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.folder.path()).env("RUST_LOG", "warn").env("DOCKET_LISTEN", "127.0.0.1:0");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[], "")
    }

    /// Runs a command with more settings and something on its standard input.
    #[track_caller]
    pub fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command.envs(settings.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Process(command.spawn().expect("the program starts"));
        let mut stdin = process.0.stdin.take().expect("its input is ours");
        // a program that does not read has ended, and says why
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let said = all_of(process.0.stdout.take().expect("its output is ours"));
        let complained = all_of(process.0.stderr.take().expect("its complaints are ours"));
        let end = |text: Receiver<String>| text.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("docket {} does not end", arguments.join(" ")));
        let (said, complained) = (end(said), end(complained));
        let code = process.0.wait().expect("a process ends").code();
        Ran { code, said, complained }
    }

    /// Starts serving, and waits until it listens.
    #[track_caller]
    pub fn serve(&self, arguments: &[&str]) -> Served {
        let mut command = self.command(&[&["serve"], arguments].concat());
        listening(&mut command, &|| String::new())
    }

    /// Starts serving under a program that is given Docket's command line, as `strace` is, and takes
    /// its place in the end. Gives also what both say on the standard error, once they have ended.
    #[track_caller]
    pub fn serve_under(&self, program: &str, arguments: &[&str]) -> (Served, Receiver<String>) {
        let arguments = [arguments, &[env!("CARGO_BIN_EXE_docket"), "serve"]].concat();
        let (read, write) = std::io::pipe().expect("there is room for a pipe");
        let complained = all_of(read);
        let mut command = self.prepared(Command::new(program), &arguments);
        command.stderr(write);
        let served = listening(&mut command, &|| complained.recv_timeout(PATIENCE).unwrap_or_default());
        (served, complained)
    }

    /// Makes somebody who can log in with everybody's password.
    pub fn hire(&self, username: &str, role: &str, department: &str) {
        let arguments = ["user", "add", username, "--role", role, "--department", department, "--password-stdin"];
        self.run_with(&arguments, &[], PASSWORD).well();
    }
}

/// Starts a process and waits until it listens; says what it complained of where it does not.
#[track_caller]
fn listening(command: &mut Command, complaint: &dyn Fn() -> String) -> Served {
    command.env("DOCKET_ADMIN_PASSWORD", PASSWORD).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = Process(command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", command.get_program().display())));
    command.stderr(Stdio::inherit()); // what was given to the process is its alone now
    let (lines, said) = lines_of(process.0.stdout.take().expect("its output is ours"));
    let mut known = Vec::new();
    loop {
        let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            drop(process.0.kill()); // so that it has complained to the end
            panic!("docket serve does not listen ({error}): {known:?} {}", complaint())
        });
        if let Some(base) = line.strip_prefix("Docket listens on ") {
            let anyone = Client::new(agent(), base);
            return Served { anyone, base: base.to_owned(), said: known, process, lines, _reader: said };
        }
        known.push(line);
    }
}

/// Ends with this value, however the test ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn all_of(mut output: impl Read + Send + 'static) -> Receiver<String> {
    let (whole, text) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = output.read_to_end(&mut bytes);
        let _ = whole.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    text
}

/// The lines as they come; the channel closes when the process ends.
fn lines_of(output: impl Read + Send + 'static) -> (Receiver<String>, JoinHandle<()>) {
    let (send, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // nobody may want it any more
            let _ = send.send(line);
        }
    });
    (lines, reader)
}

/// A process that serves.
pub struct Served {
    /// Who has shown nothing yet.
    pub anyone: Client,
    /// Where it listens, as the beginning of a URL.
    pub base: String,
    /// What it said before it listened.
    pub said: Vec<String>,
    process: Process,
    lines: Receiver<String>,
    _reader: JoinHandle<()>,
}

impl Served {
    /// A log-in with everybody's password.
    #[track_caller]
    pub fn log_in(&self, username: &str) -> Person {
        self.log_in_with(username, PASSWORD)
    }

    #[track_caller]
    pub fn log_in_with(&self, username: &str, password: &str) -> Person {
        let tokens = self.anyone.post("/v1/auth/login", json!({"username": username, "password": password})).ok();
        Person::new(username, &self.anyone, &tokens)
    }

    /// Tells it to stop, as a service manager does.
    pub fn terminate(&self) {
        let told = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.process.0.id())]).status();
        assert!(told.expect("there is a shell").success(), "the process is gone already");
    }

    /// Waits for its end, at most so long.
    #[track_caller]
    pub fn end_within(mut self, patience: Duration) -> ExitStatus {
        let deadline = std::time::Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(std::time::Instant::now())) {
                Ok(_) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return self.process.0.wait().expect("a process ends"),
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("still there after {patience:?}"),
            }
        }
    }

    /// Tells it to stop and waits until it has.
    #[track_caller]
    pub fn stop(self) {
        self.terminate();
        assert_eq!(self.end_within(PATIENCE).code(), Some(0));
    }

    /// Takes its life without a warning, as a power failure does.
    pub fn kill(mut self) {
        self.process.0.kill().expect("it lives");
        self.process.0.wait().expect("a process ends");
    }
}

/// All orders there are, newest first.
pub fn orders(reader: &Client) -> Vec<Value> {
    let (mut all, mut path) = (Vec::new(), "/v1/orders?limit=200".to_owned());
    loop {
        let page = reader.get(&path).ok();
        all.extend(page["data"].as_array().expect("a list has data").iter().cloned());
        let Some(cursor) = page["page"]["next_cursor"].as_str() else { return all };
        path = format!("/v1/orders?limit=200&cursor={cursor}");
    }
}

/// Whether a path is there.
pub fn exists(path: &Path) -> bool {
    path.try_exists().expect("a folder can be looked into")
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_idle_connections_per_host(64)
        .timeout_global(Some(PATIENCE));
    config.build().new_agent()
}
