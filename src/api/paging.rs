//! Lists: `{"data", "page"}` with signed keyset cursors that are bound to their filter
//! (BEHAVIOUR 4). Rows are sorted by what never changes, so a row that exists throughout a walk
//! is seen exactly once.

use crate::app::{Answer, App};
use crate::domain::id::Id;
use crate::error::{Code, Problem, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use uuid::Uuid;

/// The default number of rows on a page.
pub const DEFAULT_LIMIT: u32 = 50;
/// The largest number of rows on a page.
pub const MOST: u32 = 200;
/// Where counting stops (BEHAVIOUR 4).
pub const COUNTED: i64 = 10_000;

/// Where in a list a page is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page {
    /// Give it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
    pub has_more: bool,
    pub limit: u32,
    /// How many there are in all pages; with `include_total=true` only, where a list knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total: Option<i64>,
    /// There are more than `total`, which is where counting stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total_capped: Option<bool>,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Listing<T> {
    pub data: Vec<T>,
    pub page: Page,
}

/// Reads and writes the cursors of one list under one filter.
pub struct Cursors {
    key: Vec<u8>,
    scope: String,
}

impl Cursors {
    /// For a list named by its operation, under a filter written as text.
    pub fn new(app: &App, list: &str, filter: &str) -> Self {
        Self { key: app.keys.cursor_key().to_vec(), scope: format!("{list}\n{filter}") }
    }

    fn seal(&self, position: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(self.scope.as_bytes());
        mac.update(b"\0");
        mac.update(position);
        mac.finalize().into_bytes()[..12].to_vec()
    }

    /// The cursor for a position.
    pub fn write(&self, position: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([self.seal(position), position.to_vec()].concat())
    }

    /// The position that a cursor stands for.
    ///
    /// # Errors
    /// `invalid_cursor` for one that we did not make for this list and filter.
    pub fn read(&self, cursor: Option<&str>) -> Result<Option<Vec<u8>>> {
        let Some(cursor) = cursor else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().filter(|bytes| bytes.len() > 12);
        match bytes {
            Some(bytes) if constant_time_equal(&self.seal(&bytes[12..]), &bytes[..12]) => Ok(Some(bytes[12..].to_vec())),
            _ => Err(Problem::new(Code::InvalidCursor).into()),
        }
    }

    /// As [`Cursors::read`], for lists sorted by id.
    ///
    /// # Errors
    /// `invalid_cursor`.
    pub fn read_id(&self, cursor: Option<&str>) -> Result<Option<Id>> {
        match self.read(cursor)? {
            None => Ok(None),
            Some(bytes) => Uuid::from_slice(&bytes).map(|u| Some(Id(u))).map_err(|_| Problem::new(Code::InvalidCursor).into()),
        }
    }
}

fn constant_time_equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

/// How many rows a page has, from the query.
pub fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(DEFAULT_LIMIT)
}

/// How many rows to fetch for a page: one more, to know whether there are any.
pub fn fetch(limit: u32) -> i64 {
    i64::from(limit) + 1
}

/// Cuts the row too many and says where the next page begins.
pub fn page<R, T>(mut rows: Vec<R>, limit: u32, cursors: &Cursors, position: impl Fn(&R) -> Vec<u8>, view: impl FnMut(R) -> T) -> Listing<T> {
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| has_more).map(|row| cursors.write(&position(row)));
    let page = Page { next_cursor, has_more, limit, total: None, total_capped: None };
    Listing { data: rows.into_iter().map(view).collect(), page }
}

/// The position of a row in a list sorted by id.
pub fn by_id(id: Id) -> Vec<u8> {
    id.0.as_bytes().to_vec()
}

impl Page {
    /// Adds a total that was counted to one past [`COUNTED`].
    pub fn counted(self, found: i64) -> Self {
        Self { total: Some(found.min(COUNTED)), total_capped: Some(found > COUNTED), ..self }
    }

    /// The `Link` to the next page, which takes the cursor under this parameter; none on the last.
    fn link(&self, parameter: &str, path: &str, query: &str) -> Option<String> {
        let cursor = self.next_cursor.as_ref().filter(|_| self.has_more)?;
        let others = query.split('&').filter(|part| !part.is_empty() && part.split('=').next() != Some(parameter));
        let rest: String = others.map(|part| format!("{part}&")).collect();
        Some(format!("<{path}?{rest}{parameter}={cursor}>; rel=\"next\""))
    }
}

impl<T: Serialize> Listing<T> {
    /// The answer, with `Link: rel="next"` where there is more.
    ///
    /// # Errors
    /// Where the rows cannot be written.
    pub fn answer(&self, path: &str, query: &str) -> Result<Answer> {
        self.answer_under("cursor", path, query)
    }

    /// As [`Listing::answer`], for a list that takes its cursor under another name.
    ///
    /// # Errors
    /// Where the rows cannot be written.
    pub fn answer_under(&self, parameter: &str, path: &str, query: &str) -> Result<Answer> {
        let answer = Answer::json(200, self)?;
        Ok(self.page.link(parameter, path, query).into_iter().fold(answer, |answer, link| answer.header("link", link)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_keeps_the_filter_and_goes_on() {
        let page = |has_more| Page { next_cursor: Some("c".to_owned()), has_more, limit: 1, total: None, total_capped: None };
        assert_eq!(page(true).link("after", "/v1/events", "after=b&limit=1").unwrap(), "</v1/events?limit=1&after=c>; rel=\"next\"");
        assert_eq!(page(true).link("cursor", "/v1/tasks", "").unwrap(), "</v1/tasks?cursor=c>; rel=\"next\"");
        assert_eq!(page(false).link("after", "/v1/events", ""), None);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    fn of(scope: &str) -> Cursors {
        Cursors { key: b"a key for cursors".to_vec(), scope: scope.to_owned() }
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place_in_its_own_list(position in prop::collection::vec(any::<u8>(), 1..40), scope in any::<String>(), other in any::<String>()) {
            let cursor = of(&scope).write(&position);
            prop_assert_eq!(of(&scope).read(Some(&cursor)).unwrap(), Some(position));
            prop_assert_eq!(of(&other).read(Some(&cursor)).is_ok(), scope == other);
        }

        #[test]
        fn a_cursor_with_any_other_letter_in_it_is_refused(position in prop::collection::vec(any::<u8>(), 1..40), at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_=+/-]") {
            let cursor = of("list").write(&position);
            let at = at.index(cursor.len());
            let changed = format!("{}{letter}{}", &cursor[..at], &cursor[at + 1..]);
            prop_assert_eq!(of("list").read(Some(&changed)).is_ok(), changed == cursor);
        }

        #[test]
        fn what_we_did_not_write_is_refused(cursor in prop_oneof!["[A-Za-z0-9_-]{0,60}", any::<String>()]) {
            prop_assert!(of("list").read(Some(&cursor)).is_err() && of("list").read_id(Some(&cursor)).is_err());
        }

        #[test]
        fn only_an_id_is_taken_for_one(position in prop::collection::vec(any::<u8>(), 1..20)) {
            let read = of("list").read_id(Some(&of("list").write(&position)));
            prop_assert_eq!(read.is_ok(), position.len() == 16);
        }
    }
}
