//! What exceptions come to over some time, by what they have in common (DOMAIN 6.2): which causes, goods and carriers make
//! trouble, how many orders that touches, what it costs, how long it lasts.

use crate::db::types::Json;
use crate::db::{Conn, Snapshot};
use crate::domain::actor::Department;
use crate::domain::amount::Amount;
use crate::domain::carrier::Carrier;
use crate::domain::company::Company;
use crate::domain::exception_figures::{Counted, Figure, FiguresBy};
use crate::domain::id::Id;
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::exceptions::figures::{self as rows, CountedRow, Span};
use crate::repositories::{carriers, exception_causes, products};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// How many rows are shown at most, those with the most exceptions.
const MOST: usize = 500;
/// How many names are looked up together.
const TOGETHER: usize = 256;

/// The exceptions that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiguresRow {
    /// What they have in common; none of those that have nothing of the kind.
    pub key: Option<String>,
    /// The same for people.
    pub label: String,
    pub figure: Figure,
}

/// What exceptions come to over some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Those with the most exceptions first.
    pub rows: Vec<FiguresRow>,
    /// All exceptions, each counted once.
    pub all: Figure,
    /// How many orders were entered in that time.
    pub orders_entered: i64,
}

/// Orders by the exception that covers them.
type Covered = BTreeMap<Id, BTreeSet<Id>>;
/// By what they have in common.
type Groups = BTreeMap<Option<String>, Covered>;

/// Counts the exceptions that were reported from one day to another by the company's calendar, without those that were
/// dismissed.
///
/// # Errors
/// `invalid_parameter` for days outside the calendar.
pub fn count(snapshot: &mut Snapshot, by: FiguresBy, from: NaiveDate, to: NaiveDate) -> Result<Figures> {
    let span = span(&snapshot.company, from, to)?;
    let (conn, language) = (&mut *snapshot.conn, snapshot.language);
    let reported = rows::reported(conn, span)?;
    let counted: BTreeMap<Id, Counted> = reported.iter().map(|row| (row.id, counted(row))).collect();
    let mut covered: Covered = reported.iter().map(|row| (row.id, BTreeSet::new())).collect();
    for (exception, order) in rows::covered(conn, span)? {
        covered.get_mut(&exception).into_iter().for_each(|orders| orders.extend([order]));
    }
    let groups = grouped(conn, by, span, &reported, &covered)?;
    let mut labels = labels(conn, by, &groups, language)?;
    let row = |(key, of): (Option<String>, Covered)| {
        let unnamed = || language.pick("None named", "未注明").to_owned();
        let label = key.as_ref().map_or_else(unnamed, |key| labels.remove(key).unwrap_or_else(|| key.clone()));
        FiguresRow { key, label, figure: summed(&counted, of) }
    };
    let mut rows: Vec<FiguresRow> = groups.into_iter().map(row).collect();
    rows.sort_by(|one, other| other.figure.exceptions.cmp(&one.figure.exceptions).then_with(|| one.key.cmp(&other.key)));
    rows.truncate(MOST);
    Ok(Figures { rows, all: summed(&counted, covered), orders_entered: rows::orders_entered(conn, span)? })
}

/// From the beginning of a day to the end of another.
fn span(company: &Company, from: NaiveDate, to: NaiveDate) -> Result<Span> {
    let outside = |name: &str| Problem::parameter(name, "lies outside the calendar");
    let begins = |day: NaiveDate| UtcTime::new(company.zone.start_of_day(day));
    let first = begins(from).ok_or_else(|| outside("from"))?;
    let end = to.succ_opt().and_then(begins).ok_or_else(|| outside("to"))?;
    Ok((first, end))
}

/// What is counted of an exception; only a plan that was approved has cost anything.
fn counted(row: &CountedRow) -> Counted {
    let plan = row.plan.as_ref().map(|Json(plan)| plan);
    let carried = plan.filter(|plan| plan.decision.as_ref().is_some_and(|decision| decision.approved));
    Counted {
        open: row.status.is_open(),
        late_report: row.late_report,
        cost: carried.and_then(|plan| plan.cost).unwrap_or(Amount::ZERO),
        took: row.resolved_at.map(|at| at.utc() - row.reported_at.utc()),
    }
}

fn summed(counted: &BTreeMap<Id, Counted>, of: Covered) -> Figure {
    let mut figure = Figure::default();
    for (exception, orders) in of {
        counted.get(&exception).into_iter().for_each(|one| figure.add(one, orders.iter().copied()));
    }
    figure
}

fn grouped(conn: &mut Conn, by: FiguresBy, span: Span, reported: &[CountedRow], covered: &Covered) -> Result<Groups> {
    let of_itself = |row: &CountedRow| match by {
        FiguresBy::Kind => Some(row.kind.as_str().to_owned()),
        FiguresBy::Cause => row.cause_code.clone(),
        FiguresBy::Department => row.department.map(|department| department.as_str().to_owned()),
        FiguresBy::Product | FiguresBy::Carrier => None,
    };
    let parts = match by {
        FiguresBy::Product => rows::covered_skus(conn, span)?,
        FiguresBy::Carrier => by_code(rows::covered_carriers(conn, span)?, &carriers::all(conn)?),
        FiguresBy::Kind | FiguresBy::Cause | FiguresBy::Department => Vec::new(),
    };
    let mut groups = Groups::new();
    let mut placed: BTreeSet<Id> = BTreeSet::new();
    for (exception, order, key) in parts.into_iter().filter(|(exception, ..)| covered.contains_key(exception)) {
        groups.entry(key).or_default().entry(exception).or_default().insert(order);
        placed.insert(exception);
    }
    for row in reported.iter().filter(|row| !placed.contains(&row.id)) {
        groups.entry(of_itself(row)).or_default().insert(row.id, covered.get(&row.id).cloned().unwrap_or_default());
    }
    Ok(groups)
}

/// The codes of the carriers that shipments name, as far as they are known; else the names themselves.
fn by_code(parts: Vec<(Id, Id, Option<String>)>, known: &[Carrier]) -> Vec<(Id, Id, Option<String>)> {
    let mut codes: BTreeMap<String, String> = BTreeMap::new();
    let mut code = |said: String| {
        let find = || known.iter().find(|carrier| carrier.goes_by(&said)).map_or_else(|| said.clone(), |carrier| carrier.code.clone());
        codes.entry(said.clone()).or_insert_with(find).clone()
    };
    parts.into_iter().map(|(exception, order, said)| (exception, order, said.map(&mut code))).collect()
}

/// What people call what exceptions have in common, as far as that differs from how it is written.
fn labels(conn: &mut Conn, by: FiguresBy, groups: &Groups, language: Language) -> Result<BTreeMap<String, String>> {
    let keys: Vec<String> = groups.keys().flatten().cloned().collect();
    let word = |label: fn(&str, Language) -> Option<&'static str>| -> BTreeMap<String, String> {
        keys.iter().filter_map(|key| Some((key.clone(), label(key, language)?.to_owned()))).collect()
    };
    match by {
        FiguresBy::Kind => Ok(word(|key, language| ExceptionKind::parse(key).map(|kind| kind.label(language)))),
        FiguresBy::Department => Ok(word(|key, language| Department::parse(key).map(|department| department.label(language)))),
        FiguresBy::Carrier => Ok(carriers::all(conn)?.into_iter().map(|carrier| (carrier.code, carrier.name)).collect()),
        FiguresBy::Cause | FiguresBy::Product => {
            let mut named = BTreeMap::new();
            for keys in keys.chunks(TOGETHER) {
                named.extend(names(conn, by, keys, language)?);
            }
            Ok(named)
        }
    }
}

/// The names of causes, or of products.
fn names(conn: &mut Conn, by: FiguresBy, keys: &[String], language: Language) -> Result<Vec<(String, String)>> {
    if by == FiguresBy::Cause {
        let causes = exception_causes::find_many(conn, keys)?;
        return Ok(causes.into_iter().map(|cause| (cause.code.clone(), cause.label(language).to_owned())).collect());
    }
    Ok(products::find_by_skus(conn, keys)?.into_iter().map(|product| (product.sku, product.name)).collect())
}
