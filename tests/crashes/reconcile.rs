//! Compares what was acknowledged with what the store holds, read past the service.

use super::writers::Record;
use super::writes::{KINDS, Kind, People, SKUS};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use docket::db::{Conn, Target, dialect};
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Text)]
    says: String,
}

/// By the key of a write, what is found of it.
type Found = BTreeMap<String, Vec<String>>;

fn find(conn: &mut Conn, query: &str) -> Found {
    let rows: Vec<Row> = docket::each!(conn, c => diesel::sql_query(query).load(c)).unwrap_or_else(|error| panic!("{query}: {error}"));
    let mut found = Found::new();
    for row in rows {
        found.entry(row.key.unwrap_or_default()).or_default().push(row.says);
    }
    found
}

/// What one state of the store holds of a kind of write: effects, and history.
fn find_all(store: &Target) -> Vec<(&'static Kind, Found, Found)> {
    let mut conn = store.open().expect("the store can be opened");
    dialect::begin_snapshot(&mut conn).expect("the store can be read");
    let history = |kind: &Kind| format!("SELECT request_id AS key, name AS says FROM events WHERE name = '{}'", kind.event);
    KINDS.iter().map(|kind| (*kind, find(&mut conn, kind.effects), find(&mut conn, &history(kind)))).collect()
}

/// Every acknowledged write is in the store once, with what was answered, and once in its history;
/// one in doubt is there once or not at all.
#[track_caller]
pub fn holds_what_was_acknowledged(store: &Target, records: &[Record]) {
    for (kind, effects, history) in find_all(store) {
        for Record { write, answer, .. } in records.iter().filter(|record| record.write.kind.event == kind.event) {
            let times = history.get(&write.key).map_or(0, Vec::len);
            let effect = effects.get(&write.key).map_or(&[][..], Vec::as_slice);
            assert!(times == effect.len() && times <= 1, "{}: {times} times in the history, with the effects {effect:?}", write.key);
            if answer.is_some() {
                assert_eq!(effect, write.says.as_slice(), "{} ({}) was acknowledged", write.key, kind.event);
            }
        }
    }
}

/// Every write is there as if each had been sent once, nothing else is, and stock is what was received.
#[track_caller]
pub fn holds_nothing_else(store: &Target, records: &[Record], people: &People) {
    assert!(records.iter().all(|record| record.answer.is_some()), "something is in doubt still");
    holds_what_was_acknowledged(store, records);
    for (kind, effects, history) in find_all(store) {
        let known = records.iter().filter(|record| record.write.kind.event == kind.event).count();
        assert_eq!((effects.len(), history.len()), (known, known), "{} was done without being asked for", kind.event);
    }
    for sku in SKUS {
        let received = records.iter().filter(|record| record.write.kind.event == "stock.moved" && record.write.says.as_deref() == Some(sku)).count();
        let stock = people.reader().get(&format!("/v1/stock?sku={sku}")).ok();
        let on_hand = stock["data"][0]["on_hand"].as_str().unwrap_or("0");
        assert_eq!(on_hand, received.to_string(), "of {sku} lies there what was received");
    }
}
