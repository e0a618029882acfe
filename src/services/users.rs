//! People: made and amended by administrators. Whoever is disabled or gets another password is
//! logged out everywhere; someone who can administrate always remains (BEHAVIOUR 5).

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{Department, Role};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::password::is_too_common;
use crate::error::{Code, Error, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::identity;
use crate::repositories::users::{self, User};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use validator::{Validate, ValidationError};

/// A new user. Not `Debug`: it holds a password.
#[derive(Clone, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "li.wei", "password": "correct horse battery", "display_name": "Li Wei", "roles": ["warehouse"], "department": "warehouse"}))]
pub struct CreateUser {
    /// The name to log in with, unique.
    #[validate(length(min = 1, max = 64), custom(function = username))]
    #[schema(min_length = 1, max_length = 64, pattern = r"^[a-z0-9._-]+$")]
    pub username: String,
    /// Common passwords and the user's own name are refused.
    #[validate(length(min = 8, max = 1024))]
    #[schema(min_length = 8, max_length = 1024, format = "password")]
    pub password: String,
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub display_name: String,
    #[validate(length(min = 1, max = 11), custom(function = distinct))]
    #[schema(schema_with = roles_schema)]
    pub roles: Vec<Role>,
    /// Whose department head or worker the person is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
}

/// What can be changed about a user. Not `Debug`: it may hold a password.
#[derive(Clone, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInput {
    /// A new password; the user is logged out everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 8, max = 1024))]
    #[schema(min_length = 8, max_length = 1024, format = "password")]
    pub password: Option<String>,
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub display_name: String,
    #[validate(length(min = 1, max = 11), custom(function = distinct))]
    #[schema(schema_with = roles_schema)]
    pub roles: Vec<Role>,
    /// Whose department head or worker the person is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Whoever is not active cannot log in, and is logged out everywhere.
    pub active: bool,
}

fn username(text: &str) -> std::result::Result<(), ValidationError> {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
    rules::when(plain, "username", "must consist of lower-case letters, digits, and - _ .", "只能包含小写字母、数字和 - _ .")
}

fn distinct(roles: &[Role]) -> std::result::Result<(), ValidationError> {
    let twice = roles.iter().enumerate().any(|(index, role)| roles[..index].contains(role));
    rules::when(!twice, "distinct", "must not hold a role twice", "角色不得重复")
}

fn roles_schema() -> RefOr<Schema> {
    ArrayBuilder::new().items(Ref::from_schema_name("Role")).min_items(Some(1)).max_items(Some(11)).unique_items(true).into()
}

impl UserInput {
    fn of(user: &User) -> Self {
        let Json(roles) = user.roles.clone();
        Self { password: None, display_name: user.display_name.clone(), roles, department: user.department, active: user.active }
    }
}

fn refuse_common(password: &str, username: &str) -> Result<()> {
    if is_too_common(password, username) {
        return Err(Problem::invalid("/password", "too_common", "is a password that many people try first", "密码过于常见").into());
    }
    Ok(())
}

fn words<T: Serialize>(value: &T) -> Value {
    json!(value)
}

/// Makes a user whose password was hashed beforehand.
///
/// # Errors
/// `validation_failed` for a common password, `duplicate_reference` where the name is taken.
pub fn create(tx: &mut Tx, input: &CreateUser, password_hash: &str) -> Result<User> {
    refuse_common(&input.password, &input.username)?;
    let user = User {
        id: tx.new_id(),
        version: 1,
        username: input.username.clone(),
        display_name: input.display_name.clone(),
        password_hash: password_hash.to_owned(),
        roles: Json(input.roles.clone()),
        department: input.department,
        active: true,
        created_at: tx.now,
        updated_at: tx.now,
    };
    if !users::insert(tx.conn, &user)? {
        return Err(Problem::duplicate("username").into());
    }
    let event = Event::new(EventName::UserCreated, Kind::User, user.id).with("version", 1);
    tx.record(event.note("roles", words(&input.roles)).note("department", words(&input.department)))?;
    Ok(user)
}

/// Amends a user under `If-Match`; a new password in the patch comes with its hash.
///
/// # Errors
/// `precondition_required`, `version_mismatch`, what is wrong with the patched values, or
/// `rule_violated` where no administrator would remain.
pub fn update(tx: &mut Tx, id: Id, patch: &Patch, new_password_hash: Option<&str>) -> Result<User> {
    let before = users::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let input: UserInput = patch.apply(&UserInput::of(&before))?;
    let password_hash = match (&input.password, new_password_hash) {
        (None, _) => before.password_hash.clone(),
        (Some(password), Some(hash)) => {
            refuse_common(password, &before.username)?;
            hash.to_owned()
        }
        (Some(_), None) => return Err(Error::internal("a new password came without its hash")),
    };
    let user = User {
        version: before.version + 1,
        display_name: input.display_name,
        password_hash,
        roles: Json(input.roles),
        department: input.department,
        active: input.active,
        updated_at: tx.now,
        ..before.clone()
    };
    if (User { version: before.version, updated_at: before.updated_at, ..user.clone() }) == before {
        return Ok(before);
    }
    keep_an_administrator(tx, &before, &user)?;
    if !users::update(tx.conn, &user)? {
        return Err(Code::VersionMismatch.into());
    }
    let password_changed = before.password_hash != user.password_hash;
    if password_changed || (before.active && !user.active) {
        identity::revoke_sessions_of(tx.conn, id, tx.now)?;
    }
    tx.record(changes(&before, &user, password_changed))?;
    Ok(user)
}

/// What history says of a change: never a name, never a password.
fn changes(before: &User, after: &User, password_changed: bool) -> Event {
    let mut event = Event::new(EventName::UserUpdated, Kind::User, after.id).with("version", after.version);
    if before.roles != after.roles {
        event = event.change("roles", words(&before.roles.0), words(&after.roles.0));
    }
    if before.department != after.department {
        event = event.change("department", words(&before.department), words(&after.department));
    }
    if before.active != after.active {
        event = event.change("active", before.active, after.active);
    }
    if password_changed {
        event = event.note("password_changed", true);
    }
    event
}

/// Refuses to take the administrator's role from the last active one, or to disable them.
fn keep_an_administrator(tx: &mut Tx, before: &User, after: &User) -> Result<()> {
    let administers = |user: &User| user.active && user.roles.0.contains(&Role::Admin);
    if !administers(before) || administers(after) {
        return Ok(());
    }
    if !users::lock_administrators(tx.conn)? {
        return Err(Problem::unavailable().into());
    }
    if users::another_holds(tx.conn, before.id, Role::Admin)? {
        return Ok(());
    }
    Err(Problem::rule("BEHAVIOUR 5", "At least one active administrator must remain.", "至少须保留一名启用的系统管理员。").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad_fields(value: Value) -> Vec<String> {
        let read = crate::input::read::<CreateUser>(value);
        read.err().map(|problem| problem.errors.iter().map(|e| e.pointer.clone()).collect()).unwrap_or_default()
    }

    #[test]
    fn the_values_of_a_new_user_are_checked_at_once() {
        let good = json!({"username": "li.wei", "password": "correct horse battery", "display_name": "Li Wei", "roles": ["warehouse"]});
        assert!(bad_fields(good).is_empty());
        let bad = json!({"username": "Li Wei", "password": "short", "display_name": " ", "roles": ["admin", "admin"]});
        assert_eq!(bad_fields(bad), ["/display_name", "/password", "/roles", "/username"]);
    }
}
