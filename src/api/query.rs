//! What the queries of lists share: words separated by commas, orders named by id or number, ids,
//! and people, one of whom may be `me`. All refuse with `invalid_parameter`, naming the parameter.

use crate::db::Snapshot;
use crate::domain::actor::Actor;
use crate::domain::id::{Id, Kind};
use crate::error::{Problem, Result};
use crate::repositories::orders;
use std::fmt::Display;

/// The words of a list separated by commas, each once, out of all that there are; none where
/// nothing is said.
///
/// # Errors
/// `invalid_parameter` for a word that is not known.
pub fn words<T: Copy + PartialEq + Display>(name: &str, text: Option<&str>, all: &[T]) -> Result<Vec<T>> {
    let refusal = |part: &str| {
        let known: Vec<String> = all.iter().map(ToString::to_string).collect();
        Problem::parameter(name, &format!("\"{part}\" is none of {}", known.join(", ")))
    };
    let mut words = Vec::new();
    for part in text.into_iter().flat_map(|text| text.split(',')) {
        let word = all.iter().copied().find(|word| word.to_string() == part).ok_or_else(|| refusal(part))?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Ok(words)
}

/// The order that `order_id` names, by its id or its number. An id need not be known: nothing
/// belongs to it then.
///
/// # Errors
/// `invalid_parameter` for what is neither an id nor a known number.
pub fn order(snapshot: &mut Snapshot, text: Option<&str>) -> Result<Option<Id>> {
    let Some(text) = text else { return Ok(None) };
    let found = orders::resolve(snapshot.conn, text)?;
    found.map(Some).ok_or_else(|| Problem::parameter("order_id", "must be an id such as ord_… or the number of an order").into())
}

/// The id of a kind that a parameter names.
///
/// # Errors
/// `invalid_parameter` for what is none.
pub fn id(name: &str, kind: Kind, text: Option<&str>) -> Result<Option<Id>> {
    let Some(text) = text else { return Ok(None) };
    let refusal = || Problem::parameter(name, &format!("must be an id such as {}_…", kind.prefix())).into();
    kind.parse(text).map(Some).ok_or_else(refusal)
}

/// The person that a parameter names: `usr_…`, or `me` for whoever asks.
///
/// # Errors
/// `invalid_parameter` for what is neither, and for `me` from one who is no person.
pub fn person(name: &str, text: Option<&str>, actor: &Actor) -> Result<Option<Id>> {
    if text != Some("me") {
        return id(name, Kind::User, text);
    }
    actor.user_id().map(Some).ok_or_else(|| Problem::parameter(name, "only a person can ask for their own").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::task::TaskStatus;

    #[test]
    fn a_list_of_words_holds_each_once() {
        let read = |text: Option<&str>| words("status", text, TaskStatus::ALL);
        assert_eq!(read(Some("open,blocked,open")).unwrap(), [TaskStatus::Open, TaskStatus::Blocked]);
        assert!(read(Some("open,")).is_err() && read(Some("lost")).is_err());
        assert!(read(None).unwrap().is_empty());
    }

    #[test]
    fn an_id_is_of_its_kind() {
        let text = Id::from_parts(1, [7; 10]).text(Kind::Customer);
        assert!(id("customer_id", Kind::Customer, Some(&text)).unwrap().is_some());
        assert!(id("owner", Kind::User, Some(&text)).is_err());
        assert_eq!(id("owner", Kind::User, None).unwrap(), None);
    }
}
