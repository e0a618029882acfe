//! Steps with all that is shown of them. Several are read at once, by a fixed number of queries:
//! none a row.

use super::{Round, Step, find_rounds, find_step, rounds_of, steps_of_order};
use crate::db::Conn;
use crate::domain::id::Id;
use crate::error::{Error, Result};
use crate::repositories::{orders, users};
use std::collections::{BTreeMap, BTreeSet};

/// A step, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub step: Step,
    pub round: Round,
    pub order_number: String,
    /// The user name of who decided.
    pub decided_by: Option<String>,
    /// The user name of whom they decided for.
    pub decided_for: Option<String>,
}

fn distinct(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    ids.collect::<BTreeSet<Id>>().into_iter().collect()
}

/// Adds to steps what they belong to, keeping their order.
pub fn load(conn: &mut Conn, steps: Vec<Step>) -> Result<Vec<Whole>> {
    let of_rounds = distinct(steps.iter().map(|step| step.round_id));
    let of_orders = distinct(steps.iter().map(|step| step.order_id));
    let deciders = distinct(steps.iter().flat_map(|step| [step.decided_by_id, step.decided_for_id]).flatten());
    let rounds: BTreeMap<Id, Round> = find_rounds(conn, &of_rounds)?.into_iter().map(|round| (round.id, round)).collect();
    let numbers: BTreeMap<Id, String> = orders::find_many(conn, &of_orders)?.into_iter().map(|order| (order.id, order.number)).collect();
    let names: BTreeMap<Id, String> = users::find_many(conn, &deciders)?.into_iter().map(|user| (user.id, user.username)).collect();
    let missing = || Error::internal("a step without its round or order");
    let whole = |step: Step| -> Result<Whole> {
        Ok(Whole {
            round: rounds.get(&step.round_id).cloned().ok_or_else(missing)?,
            order_number: numbers.get(&step.order_id).cloned().ok_or_else(missing)?,
            decided_by: step.decided_by_id.and_then(|id| names.get(&id).cloned()),
            decided_for: step.decided_for_id.and_then(|id| names.get(&id).cloned()),
            step,
        })
    };
    steps.into_iter().map(whole).collect()
}

/// One step by id, with what it belongs to.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Whole>> {
    let step = find_step(conn, id)?;
    Ok(load(conn, step.into_iter().collect())?.pop())
}

/// All rounds of an order, first to last, each with its steps, lowest level first.
pub fn rounds(conn: &mut Conn, order: Id) -> Result<Vec<(Round, Vec<Whole>)>> {
    let steps = steps_of_order(conn, order)?;
    let mut of_round: BTreeMap<Id, Vec<Whole>> = BTreeMap::new();
    for whole in load(conn, steps)? {
        of_round.entry(whole.round.id).or_default().push(whole);
    }
    let with_steps = |round: Round| {
        let steps = of_round.remove(&round.id).unwrap_or_default();
        (round, steps)
    };
    Ok(rounds_of(conn, order)?.into_iter().map(with_steps).collect())
}
