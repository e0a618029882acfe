//! Who may do what: the table as a golden file, the same table asked through HTTP, and the ways to
//! show who one is (BEHAVIOUR 5, DECISIONS 27).

mod heads;
mod keys;
mod matrix;
mod operations;
mod people;
mod table;
