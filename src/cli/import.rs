//! `docket import`: bodies of `POST /v1/orders`, one a line, through the same service. A bad row is
//! named with its reason, good rows are kept, and a repeat of the file adds nothing (DOMAIN 1.4).

use super::{CommandError, Outcome};
use crate::app::App;
use crate::config::Config;
use crate::db::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::permission::{Operation, permit};
use crate::domain::words::Language;
use crate::error::{Error, Problem};
use crate::input;
use crate::repositories::users;
use crate::server;
use crate::services::orders::create::{self, Entered, Incoming};
use crate::services::orders::input::OrderInput;
use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// How many rows are on their way to the database at a time; the writer commits them together.
const AT_ONCE: usize = 64;
/// A row longer than a request may be is no order.
const ROW_BYTES: usize = 1024 * 1024;

/// What became of one row.
struct Row {
    line: usize,
    outcome: Result<(String, bool), Box<Problem>>,
}

/// How many rows ended in which way.
#[derive(Default)]
struct Counts {
    entered: usize,
    known: usize,
    refused: usize,
}

/// Enters every row of a file.
pub async fn run(config: Config, file: &Path, username: Option<String>, report: Option<&Path>) -> Outcome {
    let named = |path: &Path, error: std::io::Error| CommandError::Said(format!("{}: {error}", path.display()));
    let rows = read(BufReader::new(File::open(file).map_err(|e| named(file, e))?)).map_err(|e| named(file, e))?;
    let mut report = match report {
        Some(path) => Some(BufWriter::new(File::create(path).map_err(|e| named(path, e))?)),
        None => None,
    };
    let (app, _) = server::open(config, Clock::default())?;
    let actor = actor(&app, username).await?;
    let bar = ProgressBar::new(rows.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let mut counts = Counts::default();
    let mut entered = futures_util::stream::iter(rows.into_iter().map(|(line, said)| enter(&app, &actor, line, said))).buffered(AT_ONCE);
    while let Some(row) = entered.next().await {
        bar.inc(1);
        tell(&bar, &row, &mut counts, report.as_mut())?;
    }
    bar.finish_and_clear();
    if let Some(mut report) = report {
        report.flush()?;
    }
    println!("{} orders entered, {} known already, {} rows refused.", counts.entered, counts.known, counts.refused);
    if counts.refused == 0 { Ok(()) } else { Err(CommandError::Silent) }
}

type Said = Result<Incoming, Problem>;

/// The rows of a file by their line numbers; blank lines are none. Rows without a reference of
/// their channel get one from their content, so that a repeat of the file finds them.
fn read(reader: impl BufRead) -> std::io::Result<Vec<(usize, Said)>> {
    let mut seen: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for (at, line) in reader.split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        rows.push((at + 1, order_of(&line, &mut seen)));
    }
    Ok(rows)
}

fn order_of(line: &[u8], seen: &mut BTreeMap<Vec<u8>, usize>) -> Said {
    if line.len() > ROW_BYTES {
        return Err(Problem::new(crate::error::Code::BodyTooLarge));
    }
    let value = input::parse(line)?;
    let fingerprint = input::fingerprint(&value);
    let mut said: OrderInput = input::read(value)?;
    if said.channel_ref.is_none() {
        let times = seen.entry(fingerprint.clone()).or_default();
        *times += 1;
        said.channel_ref = Some(format!("row-{}-{times}", hex::encode(fingerprint.get(..12).unwrap_or_default())));
    }
    Ok(Incoming::new(said))
}

/// Who enters the rows: the user of this name, who must be allowed to; without one, the import
/// itself.
async fn actor(app: &App, username: Option<String>) -> Result<Actor, CommandError> {
    let Some(username) = username else { return Ok(Actor::system("import")) };
    let name = username.to_lowercase();
    let user = app.look(move |conn| users::find_by_username(conn, &name)).await?.filter(|user| user.active);
    let user = user.ok_or_else(|| CommandError::Said(format!("there is no active user {username}")))?;
    let person = users::acting(user);
    permit(&person, Operation::CreateOrder).map_err(Error::from)?;
    Ok(person)
}

async fn enter(app: &App, actor: &Actor, line: usize, said: Said) -> Row {
    let outcome = match said {
        Err(problem) => Err(Box::new(problem)),
        Ok(incoming) => app
            .write_as(actor.clone(), move |tx| create::create(tx, &incoming))
            .await
            .map(|entered| (entered.order().number.clone(), matches!(entered, Entered::New(_)))),
    };
    Row { line, outcome }
}

/// Counts a row, shows it where it is refused, and writes it into the report.
fn tell(bar: &ProgressBar, row: &Row, counts: &mut Counts, report: Option<&mut BufWriter<File>>) -> Outcome {
    let said: Value = match &row.outcome {
        Ok((number, true)) => {
            counts.entered += 1;
            json!({"row": row.line, "outcome": "entered", "number": number})
        }
        Ok((number, false)) => {
            counts.known += 1;
            json!({"row": row.line, "outcome": "known", "number": number})
        }
        Err(problem) => {
            counts.refused += 1;
            let fields: Vec<String> = problem.errors.iter().map(|e| format!("{} {}", e.pointer, e.detail_en)).collect();
            let why = if fields.is_empty() { problem.detail_text(Language::English) } else { fields.join("; ") };
            bar.suspend(|| println!("row {}: {}: {why}", row.line, problem.code.as_str()));
            json!({"row": row.line, "outcome": "refused", "code": problem.code.as_str(), "detail": why})
        }
    };
    if let Some(report) = report {
        writeln!(report, "{said}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_reference_get_the_same_one_each_time() {
        // DOMAIN 1.4
        let row = r#"{"channel":"import","customer":{"name":"Acme"},"currency":"CNY","lines":[{"name":"Paper","quantity":"1","unit_price":"2"}]}"#;
        let text = format!("{row}\n\n{row}\nnonsense\n");
        let references = |text: &str| -> Vec<Option<String>> {
            let rows = read(text.as_bytes()).unwrap_or_default();
            rows.into_iter().map(|(_, said)| said.ok().and_then(|order| order.said.channel_ref)).collect()
        };
        let first = references(&text);
        assert_eq!(first, references(&text));
        assert_eq!(first.len(), 3);
        assert!(first[0].is_some() && first[0] != first[1] && first[2].is_none());
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    const ROW: &str =
        r#"{"channel":"import","customer":{"name":"Acme"},"currency":"CNY","lines":[{"name":"Paper","quantity":"1","unit_price":"2"}]}"#;

    proptest! {
        #[test]
        fn bad_rows_spoil_none_of_the_good_ones(noise in prop::collection::vec(prop::collection::vec(any::<u8>().prop_filter("one row", |b| *b != b'\n'), 0..40), 1..6)) {
            let file: Vec<u8> = noise.iter().flat_map(|bad| [bad.as_slice(), b"\n", ROW.as_bytes(), b"\r\n"].concat()).collect();
            let rows = read(file.as_slice()).unwrap();
            let good: Vec<usize> = rows.iter().filter(|(_, said)| said.is_ok()).map(|(line, _)| *line).collect();
            prop_assert_eq!(good, (1..=noise.len()).map(|at| 2 * at).collect::<Vec<_>>());
        }
    }
}
