//! An exception with all that is shown of it. Several are read at once, by a fixed number of
//! queries: none a row.

use super::{ExceptionRow, find_by_ref, links_of, numbers_of};
use crate::db::Conn;
use crate::domain::id::Id;
use crate::error::Result;
use crate::repositories::exception_causes::{self, CauseRow};
use crate::repositories::files::{self, FileRow};
use crate::repositories::users::{self, User};
use std::collections::{BTreeMap, BTreeSet};

/// An exception and what it refers to.
#[derive(Debug, Clone)]
pub struct Whole {
    pub exception: ExceptionRow,
    /// The orders that it covers, each with its number.
    pub orders: Vec<(Id, String)>,
    /// Who is responsible.
    pub owner: Option<User>,
    /// The number of the exception that it repeats.
    pub duplicate_of: Option<String>,
    /// Its cause, of the catalogue.
    pub cause: Option<CauseRow>,
    /// Who sees to it that it does not happen again.
    pub prevention_owner: Option<User>,
    /// What was attached to it, oldest first.
    pub files: Vec<FileRow>,
}

/// Each id once, however often it is named.
fn named(rows: &[ExceptionRow], id: impl Fn(&ExceptionRow) -> Option<Id>) -> Vec<Id> {
    rows.iter().filter_map(id).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Adds to exceptions what they refer to, keeping their order.
pub fn load(conn: &mut Conn, rows: Vec<ExceptionRow>) -> Result<Vec<Whole>> {
    let mut orders: BTreeMap<Id, Vec<(Id, String)>> = BTreeMap::new();
    for (exception, order, number) in links_of(conn, &named(&rows, |row| Some(row.id)))? {
        orders.entry(exception).or_default().push((order, number));
    }
    let mut people = named(&rows, |row| row.owner_id);
    people.extend(named(&rows, |row| row.details.0.prevention_owner));
    let people: BTreeMap<Id, User> = users::find_many(conn, &people)?.into_iter().map(|user| (user.id, user)).collect();
    let codes: BTreeSet<String> = rows.iter().filter_map(|row| row.cause_code.clone()).collect();
    let causes = exception_causes::find_many(conn, &codes.into_iter().collect::<Vec<_>>())?;
    let causes: BTreeMap<String, CauseRow> = causes.into_iter().map(|cause| (cause.code.clone(), cause)).collect();
    let mut files: BTreeMap<Id, Vec<FileRow>> = BTreeMap::new();
    for file in files::list_of_exceptions(conn, &named(&rows, |row| Some(row.id)))? {
        file.exception_id.into_iter().for_each(|id| files.entry(id).or_default().push(file.clone()));
    }
    let originals: BTreeMap<Id, String> = numbers_of(conn, &named(&rows, |row| row.duplicate_of_id))?.into_iter().collect();
    let whole = |exception: ExceptionRow| Whole {
        orders: orders.remove(&exception.id).unwrap_or_default(),
        owner: exception.owner_id.and_then(|id| people.get(&id).cloned()),
        cause: exception.cause_code.as_ref().and_then(|code| causes.get(code).cloned()),
        prevention_owner: exception.details.0.prevention_owner.and_then(|id| people.get(&id).cloned()),
        files: files.remove(&exception.id).unwrap_or_default(),
        duplicate_of: exception.duplicate_of_id.and_then(|id| originals.get(&id).cloned()),
        exception,
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// One exception by id or number, with what it refers to.
pub fn find(conn: &mut Conn, reference: &str) -> Result<Option<Whole>> {
    let row = find_by_ref(conn, reference)?;
    Ok(load(conn, row.into_iter().collect())?.pop())
}

/// One exception by id, with what it refers to.
pub fn find_id(conn: &mut Conn, id: Id) -> Result<Option<Whole>> {
    let row = super::find(conn, id)?;
    Ok(load(conn, row.into_iter().collect())?.pop())
}
