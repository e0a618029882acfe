//! API keys: for machines, with scopes and perhaps an end, never administrators (BEHAVIOUR 5).

use crate::db::Tx;
use crate::db::tx::Precondition;
use crate::db::types::Json;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::permission::SCOPES;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::input::rules;
use crate::repositories::identity::{self, KeyRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use validator::{Validate, ValidationError};

/// A new key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Web shop", "scopes": ["orders:write", "customers:read"]}))]
pub struct CreateApiKey {
    /// What history calls the key.
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What the key may do; `…:write` implies `…:read`.
    #[validate(length(min = 1, max = 40), custom(function = known_and_distinct))]
    #[schema(schema_with = scopes_schema)]
    pub scopes: Vec<String>,
    /// From when on the key is no good; must lie in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time", example = "2099-12-31T00:00:00Z")]
    pub expires_at: Option<UtcTime>,
}

fn known_and_distinct(scopes: &[String]) -> std::result::Result<(), ValidationError> {
    if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        let shown: String = unknown.chars().take(40).collect();
        return rules::refuse("scope", format!("does not know the scope \"{shown}\""), format!("未知的权限范围“{shown}”"));
    }
    let twice = scopes.iter().enumerate().any(|(index, scope)| scopes[..index].contains(scope));
    rules::when(!twice, "distinct", "must not hold a scope twice", "权限范围不得重复")
}

fn scopes_schema() -> RefOr<Schema> {
    let scope = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(SCOPES.iter().copied()));
    ArrayBuilder::new()
        .items(scope)
        .description(Some("What the key may do; `…:write` implies `…:read`."))
        .min_items(Some(1))
        .max_items(Some(40))
        .unique_items(true)
        .into()
}

/// Makes a key of which only the hash is kept.
///
/// # Errors
/// `validation_failed` where it would have expired already.
pub fn create(tx: &mut Tx, input: &CreateApiKey, key_hash: &[u8]) -> Result<KeyRow> {
    if input.expires_at.is_some_and(|at| at <= tx.now) {
        return Err(Problem::invalid("/expires_at", "range", "must lie in the future", "必须晚于当前时间").into());
    }
    let key = KeyRow {
        id: tx.new_id(),
        version: 1,
        name: input.name.clone(),
        key_hash: key_hash.to_vec(),
        scopes: Json(input.scopes.clone()),
        created_by: tx.actor.user_id(),
        created_at: tx.now,
        expires_at: input.expires_at,
        revoked_at: None,
    };
    identity::insert_key(tx.conn, &key)?;
    let event = Event::new(EventName::ApiKeyCreated, Kind::ApiKey, key.id).with("version", 1);
    tx.record(event.note("scopes", json!(input.scopes)))?;
    Ok(key)
}

/// Revokes a key under `If-Match`; one that is revoked already stays so, whatever its version.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`.
pub fn revoke(tx: &mut Tx, id: Id) -> Result<()> {
    let key = identity::find_key(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    if key.revoked_at.is_some() && tx.precondition != Precondition::Absent {
        return Ok(());
    }
    tx.require_match(key.version)?;
    if !identity::set_key_revoked(tx.conn, id, key.version, tx.now)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(Event::new(EventName::ApiKeyRevoked, Kind::ApiKey, id).with("version", key.version + 1))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_holds_known_scopes_each_once() {
        let scopes = |list: &[&str]| known_and_distinct(&list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(scopes(SCOPES).is_ok());
        assert!(scopes(&["orders:write", "orders:write"]).is_err());
        assert!(scopes(&["users:write"]).is_err());
    }
}
