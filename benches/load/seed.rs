//! Stores to measure on: a new one with the example company, plenty in stock, and many orders.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use docket::db::clock::{Clock, new_id, random};
use docket::db::tx::Origin;
use docket::db::types::Json;
use docket::db::{Conn, Target, Tx};
use docket::domain::actor::{Actor, ActorKind};
use docket::domain::company::Company;
use docket::domain::event::{Event, EventName};
use docket::domain::id::Id;
use docket::domain::link::LinkKeys;
use docket::domain::words::Language;
use docket::domain::zone::Zone;
use docket::repositories::orders::parts::{self, NewRevision};
use docket::repositories::orders::whole::{self, Whole};
use docket::repositories::{events, orders, users};
use docket::services::orders::create::{self, Incoming};
use serde_json::value::to_raw_value;
use std::path::Path;
use std::sync::Arc;

/// Orders that share a commit.
const BATCH: usize = 2_000;

/// A store of one run; gone with this value.
pub struct Store {
    folder: tempfile::TempDir,
    /// Server and database, on PostgreSQL.
    postgres: Option<(String, String)>,
}

impl Store {
    /// A new one: `sqlite`, or beside the database that a PostgreSQL URL names.
    pub fn new(option: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("docket-load").tempdir().expect("there is room for a folder");
        if option == "sqlite" {
            return Self { folder, postgres: None };
        }
        let name = format!("docket_load_{}", hex::encode(random::<4>()));
        admin(option, &format!("CREATE DATABASE {name}"));
        let (head, _) = option.rsplit_once('/').expect("the URL names a database");
        Self { folder, postgres: Some((option.to_owned(), format!("{head}/{name}"))) }
    }

    /// Where the server may leave files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its URL.
    pub fn url(&self) -> String {
        match &self.postgres {
            Some((_, url)) => url.clone(),
            None => format!("sqlite:{}", self.folder.path().join("docket.db").display()),
        }
    }

    /// The server's own database and this one, on PostgreSQL.
    pub fn postgres(&self) -> Option<(&str, &str)> {
        self.postgres.as_ref().map(|(server, url)| (server.as_str(), url.as_str()))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some((server, url)) = &self.postgres {
            let name = url.rsplit('/').next().unwrap_or_default();
            admin(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn admin(server: &str, statement: &str) {
    let mut connection = PgConnection::establish(server).unwrap_or_else(|error| panic!("{server}: {error}"));
    connection.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}

fn open(url: &str) -> Conn {
    Target::parse(url).expect("our own URL").open().expect("the store can be opened")
}

/// Far more of everything than a run ships. By a receipt, so that the ledger stays true.
pub fn stock(url: &str) {
    let mut conn = open(url);
    let actor = Actor { kind: ActorKind::System, label: "load".to_owned(), ..Actor::anonymous() };
    for sku in ["PAPER-A4", "PEN-05", "CHAIR-M"] {
        let said = serde_json::json!({"kind": "receipt", "warehouse": "WH1", "sku": sku, "quantity": "10000000"});
        let said = serde_json::from_value(said).expect("a movement");
        within(&mut conn, actor.clone(), |tx| docket::services::stock::record(tx, &said).map(drop).expect("goods come in"));
    }
}

/// Does something in a transaction of its own, as a request would, and writes its events.
fn within<T>(conn: &mut Conn, actor: Actor, act: impl FnOnce(&mut Tx) -> T) -> T {
    let company = Company { zone: Zone::new(chrono_tz::Asia::Shanghai), base_currency: "CNY".to_owned(), links: LinkKeys::default() };
    conn.batch_execute("BEGIN").expect("a transaction begins");
    let mut tx = Tx::new(conn, Clock::default().now(), actor, Origin::default(), Language::English, Arc::new(company));
    let value = act(&mut tx);
    events::insert_recorded(&mut tx).expect("events are written");
    conn.batch_execute("COMMIT").expect("it commits");
    value
}

/// So many orders like the shop's, entered over the year before.
pub fn orders(url: &str, count: usize) {
    if count == 0 {
        return;
    }
    let mut conn = open(url);
    if let Conn::Postgres(inner) = &mut conn {
        inner.batch_execute("SET synchronous_commit = off").expect("a setting of this session");
    }
    let sales = users::find_by_username(&mut conn, "sales1").expect("the store answers").expect("the example company has sales");
    let actor = users::acting(sales);
    let said = Incoming::new(serde_json::from_value(super::callers::order(0)).expect("an order"));
    let id = within(&mut conn, actor.clone(), |tx| create::create(tx, &said).expect("the template is entered").order().id);
    let pattern = whole::find_id(&mut conn, id).expect("the store answers").expect("it is there");
    let kept = parts::revision(&mut conn, id, 1).expect("it has a revision");
    let revision = NewRevision {
        order_id: id,
        revision: 1,
        at: kept.at,
        author_id: kept.author_id,
        author_label: kept.author_label,
        reason: None,
        content: Json(to_raw_value(&kept.content.0).expect("a revision can be written")),
        fingerprint: kept.fingerprint,
    };
    let begun = std::time::Instant::now();
    for first in (0..count).step_by(BATCH) {
        within(&mut conn, actor.clone(), |tx| {
            let last = (first + BATCH).min(count);
            (first..last).for_each(|number| copy(tx, &pattern, &revision, number, count));
        });
    }
    // what the seeding left to be written is not the callers' to wait for
    let tidy: &[&str] = if matches!(conn, Conn::Postgres(_)) { &["VACUUM ANALYZE", "CHECKPOINT"] } else { &["PRAGMA wal_checkpoint(TRUNCATE)"] };
    tidy.iter().for_each(|statement| conn.batch_execute(statement).expect("the store tidies up"));
    println!("{count} orders seeded in {:.0} s", begun.elapsed().as_secs_f64());
}

fn copy(tx: &mut Tx, pattern: &Whole, revision: &NewRevision, number: usize, count: usize) {
    let back = chrono::TimeDelta::minutes(i64::try_from((count - number) * 525_600 / count).unwrap_or(0));
    let at = tx.now.plus(-back);
    let id: Id = new_id(at);
    let mut order = pattern.order.clone();
    (order.id, order.created_at, order.updated_at, order.ordered_at) = (id, at, at, at);
    order.number = format!("SEED-{number:08}");
    order.channel_ref = Some(format!("seed-{number}"));
    assert!(orders::insert(tx, &order).expect("an order is stored"), "{} is there already", order.number);
    let mut details = pattern.details.clone();
    details.order_id = id;
    details.goods_fingerprint[..8].copy_from_slice(&(number as u64 % 70).to_be_bytes());
    let mut delivery = pattern.delivery.clone();
    delivery.order_id = id;
    let mut lines: Vec<_> = pattern.lines.iter().map(|(line, _)| line.clone()).collect();
    for line in &mut lines {
        (line.id, line.order_id) = (new_id(at), id);
    }
    parts::insert(tx.conn, &details, &delivery, &lines).expect("its parts are stored");
    let revision = NewRevision { order_id: id, at, ..revision.clone() };
    parts::insert_revision(tx.conn, &revision).expect("its revision is stored");
    let event = Event::of_order(EventName::OrderCreated, id)
        .with("number", order.number)
        .with("status", "created")
        .with("version", 1)
        .with("channel", "web")
        .note("state", order.state.as_str())
        .note("revision", 1);
    tx.record(event).expect("the order is held");
}
