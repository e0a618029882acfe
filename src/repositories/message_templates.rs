//! Texts that the company has written itself in place of Docket's own.

use crate::db::Conn;
use crate::db::cached::Cache;
use crate::db::schema::message_templates;
use crate::domain::message::templates::standard;
use crate::domain::message::{MessageKind, Template};
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::Result;
use crate::{each, here, insert_row};
use diesel::prelude::*;

/// The texts of a kind of message in one language. Version 0 is Docket's own.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = message_templates, treat_none_as_default_value = false)]
pub struct Written {
    pub kind: MessageKind,
    /// BCP 47.
    pub language: String,
    pub version: i64,
    pub subject: String,
    pub body: String,
    pub sms: String,
    pub updated_at: UtcTime,
}

impl Written {
    /// The texts alone.
    pub fn template(&self) -> Template {
        Template { subject: self.subject.clone().into(), body: self.body.clone().into(), sms: self.sms.clone().into() }
    }
}

/// What the company has written for a kind and language, if it has.
pub fn find(conn: &mut Conn, kind: MessageKind, language: Language) -> Result<Option<Written>> {
    Ok(each!(conn, c => message_templates::table.find((kind, language.tag())).select(Written::as_select()).limit(1).fixed(here!()).get_result(c))
        .optional()?)
}

/// The texts that are used for a kind and language.
pub fn used(conn: &mut Conn, kind: MessageKind, language: Language) -> Result<Template> {
    Ok(find(conn, kind, language)?.map_or_else(|| standard(kind, language), |written| written.template()))
}

/// All that the company has written.
pub fn all(conn: &mut Conn) -> Result<Vec<Written>> {
    Ok(message_templates::table.order((message_templates::kind.asc(), message_templates::language.asc())).select(Written::as_select()).load(conn)?)
}

/// Stores texts over the version before theirs; false where they have another by now.
pub fn store(conn: &mut Conn, written: &Written) -> Result<bool> {
    if written.version == 1 {
        return Ok(insert_row!(conn, message_templates, written, or nothing)? == 1);
    }
    let before = message_templates::kind
        .eq(written.kind)
        .and(message_templates::language.eq(&written.language))
        .and(message_templates::version.eq(written.version - 1));
    Ok(each!(conn, c => diesel::update(message_templates::table.filter(before)).set(written).fixed(here!()).execute(c))? == 1)
}
