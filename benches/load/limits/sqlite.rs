//! SQLite's limit: the statements as SQLite's own trace shows them, prepared once, replayed by one
//! thread, 64 orders a commit. Ids, number, reference and key are new in each replay, so that every
//! insert does what it did.

use crate::callers::{JSON, order, unique};
use crate::seed::Store;
use crate::server::PASSWORD;
use docket::config::Config;
use docket::db::clock::Clock;
use docket::domain::id::Kind;
use libsqlite3_sys as raw;
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How many orders share a commit.
const BATCH: usize = 64;

/// A statement that ran: on which connection, its text, and its text with values in it.
type Logged = (usize, String, String);

static LOG: Mutex<Vec<Logged>> = Mutex::new(Vec::new());

unsafe extern "C" fn on_statement(_: c_uint, _: *mut c_void, statement: *mut c_void, text: *mut c_void) -> c_int {
    // SAFETY: SQLite gives a live statement and its text for the time of this call.
    unsafe {
        let statement = statement.cast::<raw::sqlite3_stmt>();
        let template = CStr::from_ptr(text.cast::<c_char>()).to_string_lossy().into_owned();
        if !template.starts_with("--") {
            let expanded = raw::sqlite3_expanded_sql(statement);
            let values = CStr::from_ptr(expanded).to_string_lossy().into_owned();
            raw::sqlite3_free(expanded.cast());
            LOG.lock().expect("nobody panicked here").push((raw::sqlite3_db_handle(statement) as usize, template, values));
        }
    }
    0
}

unsafe extern "C" fn on_open(db: *mut raw::sqlite3, _: *mut *mut c_char, _: *const raw::sqlite3_api_routines) -> c_int {
    // SAFETY: SQLite calls this with the connection it has just opened.
    unsafe { raw::sqlite3_trace_v2(db, raw::SQLITE_TRACE_STMT as c_uint, Some(on_statement), std::ptr::null_mut()) }
}

/// One value of a statement.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// A statement and its values.
#[derive(Debug)]
struct Step {
    template: String,
    values: Vec<Value>,
}

/// Orders a second.
pub fn create(store: &Store, seconds: u64) -> f64 {
    let (steps, marks) = statements_of_one_order(store);
    println!("the statements of one POST /v1/orders ({}):", steps.len());
    for step in &steps {
        println!("    {}", step.template.chars().take(150).collect::<String>());
    }
    replay(&store.url().replace("sqlite:", ""), &steps, &marks, seconds)
}

/// What is new in each order: the first bytes of its ids, and its texts.
struct Marks {
    ids: Vec<u8>,
    texts: Vec<String>,
}

/// Serves in this process for a moment, with SQLite's trace on.
fn statements_of_one_order(store: &Store) -> (Vec<Step>, Marks) {
    // SAFETY: the hook stays valid; it is taken back before anything else opens a connection.
    unsafe { raw::sqlite3_auto_extension(Some(on_open)) };
    let variables = [
        ("DOCKET_LISTEN", "127.0.0.1:0".to_owned()),
        ("DOCKET_DATABASE_URL", store.url()),
        ("DOCKET_DATA_DIR", store.folder().join("docket-data").display().to_string()),
    ];
    let config = Config::from_variables(variables.map(|(name, value)| (name.to_owned(), value))).expect("a good configuration");
    let (send, started) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let running = docket::server::start(config, Clock::default()).await.unwrap_or_else(|error| panic!("{error}"));
            send.send((running.address, running.handle.clone())).expect("we wait");
            running.wait().await.expect("it serves");
        });
    });
    let (address, handle) = started.recv().expect("it starts");
    let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
    let post = |path: &str, token: &str, key: &str, body: serde_json::Value| -> serde_json::Value {
        let request = agent.post(format!("http://{address}{path}")).header(JSON[0].0, JSON[0].1).header("idempotency-key", key);
        let request = request.header("authorization", format!("Bearer {token}"));
        request.send(body.to_string()).expect("an answer").body_mut().read_json().expect("JSON")
    };
    let token = post("/v1/auth/login", "", "log-in", serde_json::json!({"username": "sales1", "password": PASSWORD}));
    let token = token["access_token"].as_str().expect("a token").to_owned();
    let mut entered = serde_json::Value::Null;
    let mut texts = Vec::new();
    for _ in 0..20 {
        LOG.lock().expect("nobody panicked").clear();
        let number = unique();
        let key = format!("load-{number}");
        entered = post("/v1/orders", &token, &key, order(number));
        texts = vec![key, format!("shop-{number}"), entered["number"].as_str().expect("a number").to_owned()];
    }
    let log = std::mem::take(&mut *LOG.lock().expect("nobody panicked"));
    // SAFETY: the hook that was given before.
    unsafe { raw::sqlite3_cancel_auto_extension(Some(on_open)) };
    drop(handle.stop(false));
    thread.join().expect("the server ends");
    let writer = log.iter().find(|(_, text, _)| text.starts_with("INSERT") && text.contains("`orders`")).expect("an order was stored").0;
    let whole = ["BEGIN", "COMMIT"]; // of the batch, which the replay begins itself
    let steps = log.iter().filter(|(db, text, _)| *db == writer && !whole.iter().any(|word| text.starts_with(word)));
    let steps = steps.map(|(_, template, expanded)| Step { template: template.clone(), values: values(template, expanded) }).collect();
    let id = Kind::Order.parse(entered["id"].as_str().expect("an id")).expect("our own id");
    (steps, Marks { ids: id.0.as_bytes()[..6].to_vec(), texts })
}

/// The values in a text, where its template has question marks.
fn values(template: &str, expanded: &str) -> Vec<Value> {
    let mut rest = expanded;
    let mut found = Vec::new();
    let pieces: Vec<&str> = template.split('?').collect();
    for (at, piece) in pieces.iter().enumerate() {
        rest = rest.strip_prefix(piece).unwrap_or_else(|| panic!("{expanded} is not {template}"));
        if at + 1 < pieces.len() {
            let (value, after) = value(rest);
            found.push(value);
            rest = after;
        }
    }
    found
}

fn value(text: &str) -> (Value, &str) {
    if let Some(rest) = text.strip_prefix("NULL") {
        return (Value::Null, rest);
    }
    if let Some(rest) = text.strip_prefix("x'") {
        let end = rest.find('\'').expect("a blob ends");
        return (Value::Blob(hex::decode(&rest[..end]).expect("a blob is hex")), &rest[end + 1..]);
    }
    if let Some(rest) = text.strip_prefix('\'') {
        let mut at = 0;
        loop {
            at += rest[at..].find('\'').expect("a text ends");
            if !rest[at + 1..].starts_with('\'') {
                return (Value::Text(rest[..at].replace("''", "'")), &rest[at + 1..]);
            }
            at += 2;
        }
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(text.len());
    let number = text[..end].parse().map(Value::Integer).or_else(|_| text[..end].parse().map(Value::Real));
    (number.unwrap_or_else(|_| panic!("no value: {text}")), &text[end..])
}

impl Marks {
    /// The value in a replay of this number.
    fn renew(&self, value: &Value, number: u64) -> Value {
        match value {
            Value::Blob(bytes) if bytes.len() == 16 && bytes.starts_with(&self.ids) => {
                let mut bytes = bytes.clone();
                for (byte, other) in bytes[8..].iter_mut().zip(number.to_be_bytes()) {
                    *byte ^= other;
                }
                Value::Blob(bytes)
            }
            Value::Text(text) if self.texts.contains(text) => Value::Text(format!("{text}-{number}")),
            other => other.clone(),
        }
    }
}

/// A database, opened as Docket opens it.
struct Database(*mut raw::sqlite3);

impl Database {
    fn open(path: &str) -> Self {
        let path = CString::new(path).expect("a path without NUL");
        let mut db = std::ptr::null_mut();
        // SAFETY: plain calls of the C interface with what it asks for.
        let code = unsafe { raw::sqlite3_open(path.as_ptr(), &raw mut db) };
        assert_eq!(code, raw::SQLITE_OK);
        let database = Self(db);
        database.execute(
            "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
             PRAGMA recursive_triggers=ON; PRAGMA cache_size=-16384; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
        );
        database
    }

    fn execute(&self, text: &str) {
        let text = CString::new(text).expect("no NUL");
        // SAFETY: as above.
        let code = unsafe { raw::sqlite3_exec(self.0, text.as_ptr(), None, std::ptr::null_mut(), std::ptr::null_mut()) };
        assert!(code == raw::SQLITE_OK, "{text:?}: {}", self.message());
    }

    fn message(&self) -> String {
        // SAFETY: as above.
        unsafe { CStr::from_ptr(raw::sqlite3_errmsg(self.0)) }.to_string_lossy().into_owned()
    }

    fn prepare(&self, text: &str) -> *mut raw::sqlite3_stmt {
        let text = CString::new(text).expect("no NUL");
        let mut statement = std::ptr::null_mut();
        // SAFETY: as above.
        let code =
            unsafe { raw::sqlite3_prepare_v3(self.0, text.as_ptr(), -1, raw::SQLITE_PREPARE_PERSISTENT, &raw mut statement, std::ptr::null_mut()) };
        assert!(code == raw::SQLITE_OK, "{text:?}: {}", self.message());
        statement
    }

    /// Binds, steps to the end, touches each column of each row, resets.
    fn run(&self, statement: *mut raw::sqlite3_stmt, values: &[Value]) {
        // SAFETY: the statement is prepared on this connection; texts and blobs outlive the steps.
        unsafe {
            for (at, value) in values.iter().enumerate() {
                let at = c_int::try_from(at + 1).expect("few values");
                let length = |bytes: &[u8]| c_int::try_from(bytes.len()).expect("a short value");
                match value {
                    Value::Null => raw::sqlite3_bind_null(statement, at),
                    Value::Integer(number) => raw::sqlite3_bind_int64(statement, at, *number),
                    Value::Real(number) => raw::sqlite3_bind_double(statement, at, *number),
                    Value::Text(text) => raw::sqlite3_bind_text(statement, at, text.as_ptr().cast(), length(text.as_bytes()), None),
                    Value::Blob(bytes) => raw::sqlite3_bind_blob(statement, at, bytes.as_ptr().cast(), length(bytes), None),
                };
            }
            loop {
                match raw::sqlite3_step(statement) {
                    raw::SQLITE_ROW => {
                        for at in 0..raw::sqlite3_column_count(statement) {
                            std::hint::black_box(raw::sqlite3_column_value(statement, at));
                        }
                    }
                    raw::SQLITE_DONE => break,
                    _ => panic!("{}", self.message()),
                }
            }
            raw::sqlite3_reset(statement);
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: the last use of it; its statements are finalised.
        unsafe { raw::sqlite3_close(self.0) };
    }
}

fn replay(path: &str, steps: &[Step], marks: &Marks, seconds: u64) -> f64 {
    let database = Database::open(path);
    let mut prepared: std::collections::BTreeMap<&str, *mut raw::sqlite3_stmt> = std::collections::BTreeMap::new();
    for step in steps {
        prepared.entry(&step.template).or_insert_with(|| database.prepare(&step.template));
    }
    let statements: Vec<_> = steps.iter().map(|step| (prepared[step.template.as_str()], &step.values)).collect();
    let (begin, commit) = (database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT"));
    let begun = Instant::now();
    let mut orders = 0_usize;
    while begun.elapsed() < Duration::from_secs(seconds) {
        database.run(begin, &[]);
        for _ in 0..BATCH {
            orders += 1;
            for (statement, values) in &statements {
                let renewed: Vec<Value> = values.iter().map(|value| marks.renew(value, orders as u64)).collect();
                database.run(*statement, &renewed);
            }
        }
        database.run(commit, &[]);
    }
    let rate = orders as f64 / begun.elapsed().as_secs_f64();
    // SAFETY: none of them is used again.
    prepared.values().copied().chain([begin, commit]).for_each(|statement| unsafe {
        raw::sqlite3_finalize(statement);
    });
    rate
}
