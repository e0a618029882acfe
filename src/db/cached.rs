//! Statements that are prepared once a connection. diesel prepares those anew whose text may vary
//! (`UPDATE … SET`, upserts, several rows at once, `IN` over a list); ours vary within narrow bounds.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::internal::derives::multiconnection::AstPassHelper;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::sqlite::Sqlite;
use std::sync::OnceLock;

/// Up to so many rows or values the text of a statement is kept; more are rare, and each number is
/// another text.
pub const FEW: usize = 8;

/// A statement that the connection keeps prepared, found again by its text.
pub struct Cached<Q> {
    statement: Q,
    keep: bool,
}

/// The text of a statement, written once in the life of the process.
pub type Text = &'static OnceLock<String>;

/// A statement of one text, kept prepared and found again by the place in our code that runs it: the
/// text is not even written for that.
pub struct Fixed<Q, Place> {
    statement: Q,
    place: Place,
}

/// The place where it stands, for [`Cache::fixed`]: a closure, whose type no other place has, that
/// leads to the text of the statement there.
#[macro_export]
macro_rules! here {
    () => {
        || {
            static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
            &TEXT
        }
    };
}

/// The texts of a statement over lists of 1, 2, 4 … values, up to 256.
pub type Texts = &'static [OnceLock<String>; 9];

/// A statement over a list made as long as a power of two ([`padded`]), kept prepared for each length.
pub struct Listed<Q, Place> {
    statement: Q,
    values: usize,
    place: Place,
}

/// The place where a statement over a list stands, for [`Cache::listed`].
#[macro_export]
macro_rules! here_by_length {
    () => {
        || {
            static TEXTS: [std::sync::OnceLock<String>; 9] = [const { std::sync::OnceLock::new() }; 9];
            &TEXTS
        }
    };
}

/// Adds [`Cache::fixed`] and its like to statements.
pub trait Cache: Sized {
    /// Keeps the statement prepared. Only for statements of few texts.
    fn cached(self) -> Cached<Self> {
        Cached { statement: self, keep: true }
    }

    /// The same where it has few rows.
    fn cached_if_few(self, rows: usize) -> Cached<Self> {
        Cached { statement: self, keep: rows <= FEW }
    }

    /// Keeps a statement prepared that has one text only, whatever is bound to it; `place` is
    /// [`here!`]. Within `each!`, since the databases write it differently.
    fn fixed<Place: Fn() -> Text>(self, place: Place) -> Fixed<Self, Place> {
        Fixed { statement: self, place }
    }

    /// Keeps a statement over a [`padded`] list prepared, for each of its lengths; `place` is
    /// [`here_by_length!`]. Within `each!`.
    fn listed<Place: Fn() -> Texts>(self, values: usize, place: Place) -> Listed<Self, Place> {
        Listed { statement: self, values, place }
    }
}

impl<Q> Cache for Q {}

fn written<Q, DB>(statement: &Q, backend: &DB) -> QueryResult<String>
where
    DB: Backend<QueryBuilder: Default>,
    Q: QueryFragment<DB>,
{
    let mut builder = DB::QueryBuilder::default();
    statement.to_sql(&mut builder, backend)?;
    Ok(builder.finish())
}

/// Whether a pass over a statement asks for what is bound to it. The others ask for its text, and
/// whether it can be kept: to them a statement of ours is its text, which can be.
pub(super) fn asks_for_values<'a, 'b, DB: Backend>(pass: &mut AstPass<'a, 'b, DB>) -> bool {
    pass.bind_collector().is_some() || pass.debug_binds().is_some()
}

impl<Q, DB> QueryFragment<DB> for Cached<Q>
where
    DB: Backend<QueryBuilder: Default>,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.keep || asks_for_values(&mut pass) {
            return self.statement.walk_ast(pass);
        }
        let text = written(&self.statement, pass.backend())?;
        pass.push_sql(&text);
        Ok(())
    }
}

impl<Q: QueryId> QueryId for Cached<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Cached<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Cached<Q> {}

/// The text of a statement that is written once. It is the same each time: a debug build looks.
pub(super) fn keep(known: Text, write: impl Fn() -> QueryResult<String>) -> QueryResult<&'static str> {
    let text = match known.get() {
        Some(text) => text,
        None => {
            let text = write()?;
            known.get_or_init(|| text)
        }
    };
    debug_assert_eq!(&write()?, text, "a statement that is kept has one text");
    Ok(text)
}

/// Passes over a statement of which the text may be known already.
fn walk_known<'b, Q, DB>(statement: &'b Q, known: Option<&'static OnceLock<String>>, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: Backend<QueryBuilder: Default>,
    Q: QueryFragment<DB>,
{
    let Some(known) = known else { return statement.walk_ast(pass) };
    if asks_for_values(&mut pass) {
        return statement.walk_ast(pass);
    }
    let text = keep(known, || written(statement, pass.backend()))?;
    pass.push_sql(text);
    Ok(())
}

macro_rules! fixed_on {
    ($backend:ty) => {
        impl<Q, Place> QueryFragment<$backend> for Fixed<Q, Place>
        where
            Q: QueryFragment<$backend>,
            Place: Fn() -> Text,
        {
            fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                walk_known(&self.statement, Some((self.place)()), pass)
            }
        }

        impl<Q, Place> QueryFragment<$backend> for Listed<Q, Place>
        where
            Q: QueryFragment<$backend>,
            Place: Fn() -> Texts,
        {
            fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                // over nothing, and over more than are listed, it is written anew
                let power = self.values.next_power_of_two().checked_ilog2().filter(|_| self.values > 0);
                let text = power.and_then(|power| (self.place)().get(usize::try_from(power).ok()?));
                walk_known(&self.statement, text, pass)
            }
        }
    };
}
fixed_on!(Pg);
fixed_on!(Sqlite);

impl<Q, Place: 'static> QueryId for Fixed<Q, Place> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Q: Query, Place> Query for Fixed<Q, Place> {
    type SqlType = Q::SqlType;
}

impl<Q, Place, C> RunQueryDsl<C> for Fixed<Q, Place> {}

impl<Q, Place> QueryId for Listed<Q, Place> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query, Place> Query for Listed<Q, Place> {
    type SqlType = Q::SqlType;
}

impl<Q, Place, C> RunQueryDsl<C> for Listed<Q, Place> {}

/// A list of values made as long as the next power of two by repeating the last, so that `IN` over it
/// has few texts.
pub fn padded<T: Clone>(values: &[T]) -> Vec<T> {
    let mut padded = values.to_vec();
    if let Some(last) = values.last() {
        padded.resize(values.len().next_power_of_two(), last.clone());
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::padded;

    #[test]
    fn a_padded_list_names_the_same_values_in_few_lengths() {
        assert!(padded::<i32>(&[]).is_empty());
        assert_eq!(padded(&[7]), [7]);
        assert_eq!(padded(&[1, 2, 3]), [1, 2, 3, 3]);
        let lengths: std::collections::BTreeSet<usize> = (0..=200).map(|n| padded(&vec![0; n]).len()).collect();
        assert_eq!(lengths.len(), 10);
    }
}
