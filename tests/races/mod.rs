//! Two people, two requests, two replicas, two processes at once: exactly one wins where one may,
//! the others are told, and there is an order of all of it that explains every answer (BEHAVIOUR 3,
//! 11). That they overlap is no chance: see `support::gate`. What a race must hold is in `race`,
//! how it is proved in `history`.

mod history;
mod keys;
mod logins;
mod orders;
mod processes;
mod race;
mod records;
mod replicas;
mod shipping;
mod stock;
mod thousand;
mod work;

/// Makes a test of each of these on every store, and one across two replicas of the service.
macro_rules! everywhere {
    ($($race:ident),+ $(,)?) => {
        mod on_every_store {
            $(#[test] fn $race() { crate::support::on_every_store(super::$race); })+
        }
        mod on_two_replicas {
            $(#[test] fn $race() { crate::support::on_two_replicas(&[], super::$race); })+
        }
    };
}
use everywhere;
