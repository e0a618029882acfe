//! Rows that are inserted. diesel asks each value of a row several times whether there is anything of it to write, on
//! each run; a statement of one text has its values walked once, and nothing else.

use crate::db::cached::{Text, asks_for_values, keep};
use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::sqlite::Sqlite;

/// What to do where a row is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is an error.
    Refuse,
    /// Nothing is inserted.
    PassOver,
}

/// A row to insert, by the statement that is written at a place of our code.
pub struct Row<Table, Clause, Values, Place> {
    /// Into which table.
    pub table: Table,
    /// Columns and values, as diesel writes them.
    pub clause: Clause,
    /// The values alone.
    pub values: fn(&Clause) -> &Values,
    pub taken: Taken,
    pub place: Place,
}

/// Inserts a row: `insert_row!(conn, TABLE, RECORD)`, or with `or nothing` after it where it may be there. Gives how many
/// were.
#[macro_export]
macro_rules! insert_row {
    ($connection:expr, $table:ident, $record:expr) => {
        $crate::insert_row!(@ $connection, $table, $record, Refuse)
    };
    ($connection:expr, $table:ident, $record:expr, or nothing) => {
        $crate::insert_row!(@ $connection, $table, $record, PassOver)
    };
    (@ $connection:expr, $table:ident, $record:expr, $taken:ident) => {
        $crate::each!($connection, inner => diesel::RunQueryDsl::execute($crate::row_of!($table, $record, $taken), inner))
    };
}

/// A row as [`Row`].
#[macro_export]
macro_rules! row_of {
    ($table:ident, $record:expr, $taken:ident) => {
        $crate::db::rows::Row {
            table: diesel::QuerySource::from_clause(&$table::table),
            clause: diesel::Insertable::<$table::table>::values($record),
            values: |clause| &clause.values,
            taken: $crate::db::rows::Taken::$taken,
            place: $crate::here!(),
        }
    };
}

/// The values of a row, one after the other.
pub trait Values<DB: Backend> {
    /// Hands all of them over.
    ///
    /// # Errors
    /// Where one cannot be written for the database.
    fn collect<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()>;
}

macro_rules! tuples {
    (@ [$($value:ident $at:tt)+] ) => { tuples!(= $($value $at)+); };
    (@ [$($value:ident $at:tt)+] $next:ident $place:tt $($rest:tt)*) => {
        tuples!(= $($value $at)+);
        tuples!(@ [$($value $at)+ $next $place] $($rest)*);
    };
    (= $($value:ident $at:tt)+) => {
        impl<DB: Backend, $($value: QueryFragment<DB>),+> Values<DB> for ($($value,)+) {
            fn collect<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
                $( self.$at.walk_ast(pass.reborrow())?; )+
                Ok(())
            }
        }
    };
}
tuples!(@ [A 0] B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23 Y 24 Z 25
    Aa 26 Ab 27 Ac 28 Ad 29 Ae 30 Af 31);

impl<Table, Clause, Values, Place> Row<Table, Clause, Values, Place> {
    fn written<DB>(&self, backend: &DB) -> QueryResult<String>
    where
        DB: Backend<QueryBuilder: Default>,
        Table: QueryFragment<DB>,
        Clause: QueryFragment<DB>,
    {
        let mut builder = DB::QueryBuilder::default();
        builder.push_sql("INSERT INTO ");
        self.table.to_sql(&mut builder, backend)?;
        builder.push_sql(" ");
        self.clause.to_sql(&mut builder, backend)?;
        if self.taken == Taken::PassOver {
            builder.push_sql(" ON CONFLICT DO NOTHING");
        }
        Ok(builder.finish())
    }
}

macro_rules! rows_on {
    ($backend:ty) => {
        impl<Table, Clause, V, Place> QueryFragment<$backend> for Row<Table, Clause, V, Place>
        where
            Table: QueryFragment<$backend>,
            Clause: QueryFragment<$backend> + QueryId,
            V: Values<$backend>,
            Place: Fn() -> Text,
        {
            fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                const { assert!(Clause::HAS_STATIC_QUERY_ID, "a record with treat_none_as_default_value has several texts") };
                if asks_for_values(&mut pass) {
                    return (self.values)(&self.clause).collect(pass);
                }
                let text = keep((self.place)(), || self.written(pass.backend()))?;
                pass.push_sql(text);
                Ok(())
            }
        }
    };
}
rows_on!(Pg);
rows_on!(Sqlite);

impl<Table, Clause, Values, Place: 'static> QueryId for Row<Table, Clause, Values, Place> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Table, Clause, Values, Place, C> RunQueryDsl<C> for Row<Table, Clause, Values, Place> {}
