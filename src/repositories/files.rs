//! What is known about files; their bytes are `app::storage`'s.

use crate::db::cached::{Cache, padded};
use crate::db::schema::files;
use crate::db::{Conn, Tx};
use crate::domain::evidence::{Document, MediaType, QcResult, Stored};
use crate::domain::id::Id;
use crate::domain::task_plan::EvidenceKind;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here_by_length, insert_row};
use diesel::prelude::*;

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = files, treat_none_as_default_value = false)]
pub struct FileRow {
    /// Also the name under which its bytes are stored.
    pub id: Id,
    /// None of a file that is about an exception.
    pub order_id: Option<Id>,
    pub task_id: Option<Id>,
    pub kind: EvidenceKind,
    pub file_name: String,
    pub media_type: MediaType,
    /// In bytes.
    pub size: i64,
    pub sha256: Vec<u8>,
    /// Of a quality control report.
    pub result: Option<QcResult>,
    pub uploaded_by_id: Option<Id>,
    pub uploaded_at: UtcTime,
    pub shipment_id: Option<Id>,
    pub exception_id: Option<Id>,
}

impl FileRow {
    /// A file, of an order or none, handed in by whoever acts; what else it belongs to is added.
    pub fn new(tx: &Tx, order: Option<Id>, document: &Document, stored: &Stored) -> Self {
        Self {
            id: stored.id,
            order_id: order,
            task_id: None,
            kind: document.kind,
            file_name: document.file_name.clone(),
            media_type: document.media_type,
            size: stored.size,
            sha256: stored.sha256.clone(),
            result: document.result,
            uploaded_by_id: tx.actor.user_id(),
            uploaded_at: tx.now,
            shipment_id: None,
            exception_id: None,
        }
    }
}

/// A file by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<FileRow>> {
    Ok(each!(conn, c => files::table.find(id).select(FileRow::as_select()).first(c)).optional()?)
}

/// The files of several tasks, oldest first.
pub fn list_of_tasks(conn: &mut Conn, tasks: &[Id]) -> Result<Vec<FileRow>> {
    Ok(
        each!(conn, c => files::table.filter(files::task_id.eq_any(padded(tasks))).order(files::id.asc()).select(FileRow::as_select()).listed(tasks.len(), here_by_length!()).load(c))?,
    )
}

/// The files of several shipments, oldest first.
pub fn list_of_shipments(conn: &mut Conn, shipments: &[Id]) -> Result<Vec<FileRow>> {
    Ok(
        each!(conn, c => files::table.filter(files::shipment_id.eq_any(padded(shipments))).order(files::id.asc()).select(FileRow::as_select()).listed(shipments.len(), here_by_length!()).load(c))?,
    )
}

/// How many files an order has, beside those of its invoices.
pub fn count_of_order(conn: &mut Conn, order: Id) -> Result<i64> {
    Ok(files::table.filter(files::order_id.eq(order).and(files::kind.ne(EvidenceKind::Invoice))).count().get_result(conn)?)
}

/// How many files of invoices an order has, those that were replaced too.
pub fn count_of_invoices(conn: &mut Conn, order: Id) -> Result<i64> {
    Ok(files::table.filter(files::order_id.eq(order).and(files::kind.eq(EvidenceKind::Invoice))).count().get_result(conn)?)
}

/// The files of several exceptions, oldest first.
pub fn list_of_exceptions(conn: &mut Conn, exceptions: &[Id]) -> Result<Vec<FileRow>> {
    Ok(
        each!(conn, c => files::table.filter(files::exception_id.eq_any(padded(exceptions))).order(files::id.asc()).select(FileRow::as_select()).listed(exceptions.len(), here_by_length!()).load(c))?,
    )
}

/// Several files.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<FileRow>> {
    Ok(
        each!(conn, c => files::table.filter(files::id.eq_any(padded(ids))).select(FileRow::as_select()).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// The newest file that something is known of.
pub fn newest(conn: &mut Conn) -> Result<Option<Id>> {
    Ok(files::table.order(files::id.desc()).select(files::id).first(conn).optional()?)
}

/// Those of some files that something is known of.
pub fn known(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Id>> {
    Ok(each!(conn, c => files::table.filter(files::id.eq_any(padded(ids))).select(files::id).listed(ids.len(), here_by_length!()).load(c))?)
}

/// Stores what is known about a file.
pub fn insert(conn: &mut Conn, file: &FileRow) -> Result<()> {
    insert_row!(conn, files, file)?;
    Ok(())
}
