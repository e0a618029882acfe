//! PostgreSQL's limit: the statements as the server's log shows them, run by pgbench, prepared.
//! Needs a superuser and a server that logs into files (`logging_collector`), as
//! `.ci/run with-postgres` starts it.

use crate::callers::People;
use crate::callers::create as request;
use crate::http::Connection;
use crate::seed::Store;
use crate::server::Server;
use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::{PgConnection, QueryableByName, RunQueryDsl};
use diesel::sql_types::Text;
use docket::domain::id::Kind;
use std::process::Command;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    value: String,
}

/// Orders a second at 64 clients.
pub fn create(store: &Store, server: &str, url: &str, seconds: u64) -> f64 {
    let mut admin = PgConnection::establish(server).expect("the server answers");
    let name = url.rsplit('/').next().expect("the URL names a database");
    admin.batch_execute(&format!("ALTER DATABASE {name} SET log_statement = 'all'")).expect("a superuser may");
    let before = log(&mut admin).len();
    let (id, number) = enter_some(store, url);
    let text = log(&mut admin);
    admin.batch_execute(&format!("ALTER DATABASE {name} RESET log_statement")).expect("a superuser may");
    let script = script(&text[before..], &id, &number);
    println!("the statements of one POST /v1/orders ({}):", script.lines().count() - 1);
    for line in script.lines() {
        println!("    {}", line.chars().take(150).collect::<String>());
    }
    let path = store.folder().join("create.sql");
    std::fs::write(&path, &script).expect("a file can be written");
    let programs = std::env::var("PATH").unwrap_or_default();
    let pgbench = Command::new("pgbench")
        .env("PATH", format!("{programs}:/usr/lib/postgresql/15/bin"))
        .args(["-n", "-M", "prepared", "-c", "8", "-j", "1", "-T", &seconds.to_string(), "-f"])
        .arg(&path)
        .arg(url)
        .output()
        .expect("pgbench is installed with the server");
    let said = String::from_utf8_lossy(&pgbench.stdout);
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench: {said}{}", String::from_utf8_lossy(&pgbench.stderr)))
}

fn log(admin: &mut PgConnection) -> String {
    let query = diesel::sql_query("SELECT pg_read_file(pg_current_logfile('stderr')) AS value");
    query.get_result::<Line>(admin).expect("the server logs into files, and we may read them").value
}

/// Enters a few orders, so that statements are prepared; gives the last one's id and number.
fn enter_some(store: &Store, url: &str) -> (String, String) {
    let server = Server::docket(store.folder(), url, false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let people = People::log_in(server.address).await;
        let mut connection = Connection::open(server.address).await.expect("it listens");
        let mut last = serde_json::Value::Null;
        for _ in 0..100 {
            last = connection.ask(&request(people.token("sales1"))).await.expect("an answer").good("create").json();
        }
        let text = |field: &str| last[field].as_str().expect("it is shown").to_owned();
        (text("id"), text("number"))
    })
}

/// The last order's transaction as a script for pgbench.
fn script(log: &str, id: &str, number: &str) -> String {
    let id = Kind::Order.parse(id).expect("our own id").0.to_string();
    let mut transactions: Vec<Vec<String>> = Vec::new();
    for (statement, values) in statements(log) {
        if statement.starts_with("BEGIN") {
            transactions.push(Vec::new());
        }
        if let Some(last) = transactions.last_mut() {
            last.push(filled(&statement, &values, &New { ids: &id[..13], number }));
        }
    }
    let one = transactions.into_iter().rfind(|steps| steps.iter().any(|step| step.starts_with("INSERT INTO \"orders\"")));
    let steps = one.expect("the log has an order's transaction");
    format!("\\set r random(1, 9000000000000000000)\n{};\n", steps.join(";\n"))
}

/// Each statement of a log with the values of its parameters.
fn statements(log: &str) -> Vec<(String, Vec<Option<String>>)> {
    let mut found: Vec<(String, Vec<Option<String>>)> = Vec::new();
    // what goes on over several lines is indented
    for entry in log.replace("\n\t", "\u{1}").lines() {
        let entry = entry.replace('\u{1}', "\n");
        if let Some((_, rest)) = entry.split_once("LOG:  execute ") {
            let statement = rest.split_once(": ").map_or(rest, |(_, statement)| statement);
            found.push((statement.replace('\n', " "), Vec::new()));
        } else if let Some((_, statement)) = entry.split_once("LOG:  statement: ") {
            found.push((statement.replace('\n', " "), Vec::new()));
        } else if let Some((_, values)) = entry.split_once("DETAIL:  parameters: ")
            && let Some(last) = found.last_mut()
        {
            last.1 = parameters(values);
        }
    }
    found
}

/// `$1 = 'a', $2 = NULL`: the quoted values, as SQL literals.
fn parameters(text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push(None);
            rest = &after[4..];
            continue;
        };
        let mut end = 0;
        loop {
            end += quoted[end..].find('\'').expect("a value ends");
            if !quoted[end + 1..].starts_with('\'') {
                break;
            }
            end += 2;
        }
        values.push(Some(quoted[..end].to_owned()));
        rest = &quoted[end + 1..];
    }
    values
}

/// What is new in each order: the beginning of its ids, and its number; key and reference are told by
/// how they begin.
struct New<'a> {
    ids: &'a str,
    number: &'a str,
}

/// The statement with its values in it; what is new in each order is made from pgbench's number.
fn filled(statement: &str, values: &[Option<String>], new: &New) -> String {
    let mut text = statement.to_owned();
    for (at, value) in values.iter().enumerate().rev() {
        let literal = value.as_ref().map_or_else(|| "NULL".to_owned(), |value| literal(value, new));
        text = text.replace(&format!("${}", at + 1), &literal);
    }
    text
}

fn literal(value: &str, new: &New) -> String {
    let new_ids = new.ids;
    let renewed = |id: &str| format!("md5(:r::text || '{}')::uuid", &id[14..]);
    let unique = value == new.number || value.starts_with("load-") || value.starts_with("shop-");
    if value.starts_with(new_ids) && value.len() == 36 {
        return renewed(value);
    }
    if value.starts_with('{') && value.contains(new_ids) && !value.contains('"') {
        let ids: Vec<String> =
            value.trim_matches(['{', '}']).split(',').map(|id| if id.starts_with(new_ids) { renewed(id) } else { format!("'{id}'::uuid") }).collect();
        return format!("ARRAY[{}]", ids.join(", "));
    }
    if unique && value.len() < 60 {
        return format!("({} || :r::text)", quoted(value));
    }
    quoted(value)
}

/// A literal on one line without a colon, which would be a variable to pgbench.
fn quoted(value: &str) -> String {
    let special = value.contains([':', '\n']);
    let escaped = || value.replace('\\', r"\\").replace(':', r"\x3A").replace('\n', r"\n");
    if special { format!("E'{}'", escaped()) } else { format!("'{value}'") }
}
