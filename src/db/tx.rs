//! The unit of work: what an act may use while its transaction is open. It carries the
//! connection, the instant, who acts, and collects the events and messages that `app` writes
//! before the commit. It can't begin a transaction of its own.

use crate::db::clock;
use crate::db::connection::Conn;
use crate::db::executor::run_prepared;
use crate::db::numbers::Numbers;
use crate::db::trial::undone;
use crate::domain::actor::Actor;
use crate::domain::company::Company;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Id;
use crate::domain::message::{MessageChannel, MessageKind};
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Code, Error, Problem, Result};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a request came from, for history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    pub request_id: String,
    pub address: Option<String>,
}

/// What `If-Match` said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Precondition {
    /// There was none.
    #[default]
    Absent,
    /// `*`: anything that exists.
    Any,
    /// One of these versions.
    Versions(Vec<i64>),
}

/// An event that was recorded, with who caused it and under which version of its order.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub id: Id,
    pub event: Event,
    pub actor: Actor,
    pub order_version: Option<i64>,
}

/// A message to a customer, to be written beside the event that caused it (BEHAVIOUR 6).
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub event_id: Id,
    /// None where a text is tried.
    pub order_id: Option<Id>,
    pub kind: MessageKind,
    pub channel: MessageChannel,
    pub recipient: String,
    pub language: Language,
    pub subject: String,
    pub body: String,
    /// The link that is put into the text when it is sent.
    pub link_id: Option<Id>,
    /// The shipment to whose page its link leads instead.
    pub shipment_id: Option<Id>,
}

/// A write in progress.
pub struct Tx<'c> {
    pub conn: &'c mut Conn,
    /// The instant of this attempt; every row it writes carries it.
    pub now: UtcTime,
    pub actor: Actor,
    pub origin: Origin,
    pub language: Language,
    pub company: Arc<Company>,
    pub numbers: Numbers,
    pub precondition: Precondition,
    recorded: Vec<Recorded>,
    settled: usize,
    outgoing: Vec<Outgoing>,
    taken: BTreeMap<Id, i64>,
    clock_is_asked: bool,
    delivery_is_asked: bool,
    ids_made: Cell<u16>,
}

impl<'c> Tx<'c> {
    /// A unit of work on a connection whose transaction `app` has begun.
    pub fn new(conn: &'c mut Conn, now: UtcTime, actor: Actor, origin: Origin, language: Language, company: Arc<Company>) -> Self {
        Self {
            conn,
            now,
            actor,
            origin,
            language,
            company,
            numbers: Numbers::default(),
            precondition: Precondition::Absent,
            recorded: Vec::new(),
            settled: 0,
            outgoing: Vec::new(),
            taken: BTreeMap::new(),
            clock_is_asked: false,
            delivery_is_asked: false,
            ids_made: Cell::new(0),
        }
    }

    /// A new id, sorting by this attempt's instant and by when it was made in it.
    pub fn new_id(&self) -> Id {
        let number = self.ids_made.get();
        self.ids_made.set(number.wrapping_add(1));
        clock::numbered_id(self.now, number)
    }

    /// Refuses a change without `If-Match` (428) or with a stale one (412).
    pub fn require_match(&self, version: i64) -> Result<()> {
        if self.precondition == Precondition::Absent {
            return Err(Code::PreconditionRequired.into());
        }
        self.check_match(version)
    }

    /// Refuses a step whose `If-Match`, where there is one, is stale (412).
    pub fn check_match(&self, version: i64) -> Result<()> {
        match &self.precondition {
            Precondition::Versions(versions) if !versions.contains(&version) => {
                Err(Problem::new(Code::VersionMismatch).with("current_version", version).into())
            }
            _ => Ok(()),
        }
    }

    /// Notes that this unit of work holds an order, at this version.
    pub fn note_taken(&mut self, order: Id, version: i64) {
        self.taken.insert(order, version);
    }

    /// The version at which this unit of work holds an order, if it does.
    pub fn taken(&self, order: Id) -> Option<i64> {
        self.taken.get(&order).copied()
    }

    /// Every order that this unit of work holds.
    pub fn taken_orders(&self) -> Vec<Id> {
        self.taken.keys().copied().collect()
    }

    /// Records what happened; the row is written by `app` before the commit. An event in an
    /// order's history needs the order's row taken first. Gives the event's id.
    pub fn record(&mut self, event: Event) -> Result<Id> {
        let order_version = match event.order {
            Some(order) => {
                let held = self.taken(order);
                Some(held.ok_or_else(|| Error::internal(format!("{} recorded without taking its order", event.name)))?)
            }
            None => None,
        };
        let id = self.new_id();
        self.recorded.push(Recorded { id, event, actor: self.actor.clone(), order_version });
        Ok(id)
    }

    /// The next recorded event that `workflow` has not looked at.
    pub fn next_unsettled(&mut self) -> Option<Recorded> {
        let next = self.recorded.get(self.settled).cloned();
        self.settled += usize::from(next.is_some());
        next
    }

    /// Whether what follows from an event of this name that happened to an order is still to come.
    pub fn is_to_follow(&self, order: Id, name: EventName) -> bool {
        self.recorded.iter().skip(self.settled).any(|recorded| recorded.event.order == Some(order) && recorded.event.name == name)
    }

    /// All that was recorded, in order.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// Whether this is all that has happened to an order in this unit of work.
    pub fn only_happened(&self, order: Id, name: EventName) -> bool {
        let mut of_order = self.recorded.iter().filter(|recorded| recorded.event.order == Some(order));
        of_order.next().is_some_and(|first| first.event.name == name) && of_order.next().is_none()
    }

    /// Puts a message into the outbox of this unit of work.
    pub fn send(&mut self, message: Outgoing) {
        self.outgoing.push(message);
    }

    /// All messages of this unit of work.
    pub fn outgoing(&self) -> &[Outgoing] {
        &self.outgoing
    }

    /// Asks delivery to look now: there is something to send that was not written here.
    pub fn ask_delivery(&mut self) {
        self.delivery_is_asked = true;
    }

    /// Whether there is something to send.
    pub fn leaves_messages(&self) -> bool {
        self.delivery_is_asked || !self.outgoing.is_empty()
    }

    /// Asks the clock to look now rather than at its next turn: there is work that touches other
    /// orders (DECISIONS 6).
    pub fn ask_clock(&mut self) {
        self.clock_is_asked = true;
    }

    /// Whether the clock is to look once this is committed.
    pub fn clock_is_asked(&self) -> bool {
        self.clock_is_asked
    }

    /// Tries something in a unit of work of its own, and undoes it whatever comes of it.
    pub fn try_out<T>(&mut self, act: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let (now, actor, origin) = (self.now, self.actor.clone(), self.origin.clone());
        let (language, company, precondition) = (self.language, self.company.clone(), self.precondition.clone());
        undone(self.conn, |conn| {
            let mut trial = Tx::new(conn, now, actor, origin, language, company);
            trial.precondition = precondition;
            act(&mut trial)
        })
    }

    /// Does a part by itself: where it is refused, its effects are undone and the rest goes on. What
    /// goes wrong in the database ends the whole.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attempt<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T>) -> Result<std::result::Result<T, Box<Problem>>> {
        run_prepared(self.conn, "SAVEPOINT part")?;
        let before = (self.recorded.len(), self.outgoing.len(), self.taken.clone(), self.clock_is_asked);
        let refused = match act(self) {
            Ok(value) => {
                run_prepared(self.conn, "RELEASE part")?;
                return Ok(Ok(value));
            }
            Err(Error::Problem(problem) | Error::Refused(problem)) => problem,
            Err(error) => return Err(error),
        };
        run_prepared(self.conn, "ROLLBACK TO part")?;
        run_prepared(self.conn, "RELEASE part")?;
        let (recorded, outgoing, taken, clock_is_asked) = before;
        self.recorded.truncate(recorded);
        self.outgoing.truncate(outgoing);
        (self.taken, self.clock_is_asked) = (taken, clock_is_asked);
        Ok(Err(refused))
    }

    /// Runs what follows as another actor (the system), then goes back.
    pub fn as_actor<T>(&mut self, actor: Actor, act: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.actor, actor);
        let outcome = act(self);
        self.actor = before;
        outcome
    }
}

/// A read in progress.
pub struct Snapshot<'c> {
    pub conn: &'c mut Conn,
    pub now: UtcTime,
    pub actor: Actor,
    pub language: Language,
    pub company: Arc<Company>,
}
