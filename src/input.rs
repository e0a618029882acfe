//! How input is read, strictly and in one way for requests, patches and imported rows: JSON
//! without duplicate keys, NUL or depth, text in NFC, unknown fields refused, every bad value
//! named by a pointer at once and told in both languages (BEHAVIOUR 1, DECISIONS 29). Knows no
//! resource.

pub mod day;
#[cfg(test)]
mod fuzz;
mod named;
pub mod rules;
pub mod sentences;

use crate::error::{Code, Error, FieldError, Problem, Result};
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use std::fmt;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// How deep JSON may be nested (DECISIONS 30).
const DEPTH: usize = 32;

/// By this key serde_json knows an object whose text it is to parse; said by a caller it would smuggle
/// in what has not been looked at.
const RAW_JSON: &str = "$serde_json::private::RawValue";

/// Reads a value and refuses what serde_json would swallow.
struct Strict {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn text<E: serde::de::Error>(text: &str) -> std::result::Result<String, E> {
    if text.contains('\0') {
        return Err(E::custom("text may not hold the character NUL"));
    }
    Ok(if is_nfc(text) { text.to_owned() } else { text.nfc().collect() })
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    /// What is whole is an integer however it is written (`2.0`), as JSON Schema has it.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> std::result::Result<Value, E> {
        if value.fract() == 0.0 {
            let exact = value.abs() < 9_007_199_254_740_992.0;
            return if exact { Ok((value as i64).into()) } else { Err(E::custom("a number is too large to be kept exactly; send it as text")) };
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> std::result::Result<Value, E> {
        text(value).map(Value::String)
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Value, A::Error> {
        let depth = deeper(self.depth)?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Strict { depth })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Value, A::Error> {
        let depth = deeper(self.depth)?;
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let key = text::<A::Error>(&key)?;
            if key == RAW_JSON {
                return Err(A::Error::custom("this key cannot be kept"));
            }
            if members.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            let value = map.next_value_seed(Strict { depth })?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

fn deeper<E: serde::de::Error>(depth: usize) -> std::result::Result<usize, E> {
    if depth < DEPTH { Ok(depth + 1) } else { Err(E::custom(format!("nested deeper than {DEPTH}"))) }
}

fn malformed(en: &str, zh: &str) -> Problem {
    Problem::new(Code::MalformedJson).detail(format!("The body cannot be read: {en}."), format!("无法解析请求体：{zh}。"))
}

fn unreadable(error: &serde_json::Error) -> Problem {
    let why = error.to_string();
    let zh = sentences::chinese(&why, "不是有效的 JSON");
    malformed(&why, &format!("第 {} 行第 {} 列，{zh}", error.line(), error.column()))
}

/// Parses JSON strictly.
///
/// # Errors
/// `malformed_json`.
pub fn parse(bytes: &[u8]) -> std::result::Result<Value, Problem> {
    let bytes = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8", "不是 UTF-8 编码"))?;
    let mut deserializer = serde_json::Deserializer::from_str(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut deserializer).map_err(|e| unreadable(&e))?;
    deserializer.end().map_err(|e| unreadable(&e))?;
    Ok(value)
}

/// A hash of a value that does not depend on the order of its keys.
pub fn fingerprint(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    write_sorted(&mut bytes, value);
    Sha256::digest(&bytes).to_vec()
}

/// The fingerprint of what was read into a shape of ours.
pub fn fingerprint_of(value: &impl Serialize) -> Vec<u8> {
    fingerprint(&serde_json::to_value(value).expect("what was read from JSON can be written as JSON"))
}

/// Writes a value in one way only: the members of objects in the order of their names.
fn write_sorted(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            bytes.push(b'{');
            for (name, member) in members {
                write_scalar(bytes, name);
                write_sorted(bytes, member);
            }
            bytes.push(b'}');
        }
        Value::Array(items) => {
            bytes.push(b'[');
            for item in items {
                write_sorted(bytes, item);
                bytes.push(b',');
            }
            bytes.push(b']');
        }
        other => write_scalar(bytes, other),
    }
}

fn write_scalar(bytes: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(bytes, value).expect("what was read from JSON can be written as JSON, and memory takes it");
}

/// `/lines/0/quantity` from serde's `lines[0].quantity`.
fn pointer(path: &str) -> String {
    if path == "." || path.is_empty() {
        String::new()
    } else {
        format!("/{}", path.replace('[', ".").replace(']', "").replace("..", ".").replace('.', "/"))
    }
}

/// Gives a parsed value its shape.
///
/// # Errors
/// `unknown_field`, or `validation_failed` naming the first value of a wrong shape.
pub fn shape<T: DeserializeOwned>(value: Value) -> std::result::Result<T, Problem> {
    serde_path_to_error::deserialize(named::Named(value)).map_err(|error| {
        let at = pointer(&error.path().to_string());
        let why = error.inner().to_string();
        let unknown = why.starts_with("unknown field");
        let (code, name) = if unknown { (Code::UnknownField, "unknown_field") } else { (Code::ValidationFailed, "invalid_value") };
        let (en, zh) = sentences::of_serde(&why);
        Problem::new(code).field(&at, name, en, zh)
    })
}

/// Checks a value's own rules, naming every bad field at once.
///
/// # Errors
/// `validation_failed`.
pub fn check<T: Validate>(value: &T) -> std::result::Result<(), Problem> {
    value.validate().map_err(|errors| {
        let mut problem = Problem::new(Code::ValidationFailed);
        collect(&errors, "", &mut problem.errors);
        problem.errors.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        problem
    })
}

fn collect(errors: &ValidationErrors, at: &str, bad: &mut Vec<FieldError>) {
    for (field, kind) in errors.errors() {
        // a rule about the whole thing stands at the thing itself
        let here = if field == "__all__" { at.to_owned() } else { format!("{at}/{field}") };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(inner, &here, bad),
            ValidationErrorsKind::List(items) => items.iter().for_each(|(index, inner)| collect(inner, &format!("{here}/{index}"), bad)),
            ValidationErrorsKind::Field(list) => bad.extend(list.iter().map(|error| {
                let (detail_en, detail_zh) = sentences::of_rule(error);
                FieldError { pointer: here.clone(), code: error.code.to_string(), detail_en, detail_zh }
            })),
        }
    }
}

/// Gives a parsed value its shape and checks its rules.
///
/// # Errors
/// As [`shape`] and [`check`].
pub fn read<T: DeserializeOwned + Validate>(value: Value) -> std::result::Result<T, Problem> {
    let read: T = shape(value)?;
    check(&read)?;
    Ok(read)
}

/// A JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Patch(pub Map<String, Value>);

impl Validate for Patch {
    fn validate(&self) -> std::result::Result<(), ValidationErrors> {
        Ok(())
    }
}

impl Patch {
    /// What an input becomes when the patch is merged into it, read and checked like any input.
    ///
    /// # Errors
    /// As [`read`].
    pub fn apply<T: Serialize + DeserializeOwned + Validate>(&self, current: &T) -> Result<T> {
        let mut value = serde_json::to_value(current).map_err(Error::internal)?;
        merge(&mut value, &Value::Object(self.0.clone()));
        Ok(read(value)?)
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(fields) = target {
        for (key, change) in members {
            if change.is_null() {
                fields.remove(key);
            } else {
                merge(fields.entry(key.clone()).or_insert(Value::Null), change);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().detail_text(crate::domain::words::Language::English)
    }

    #[test]
    fn json_is_read_strictly() {
        // BEHAVIOUR 1
        assert!(refused(r#"{"a":1,"a":2}"#).contains("stands twice"));
        assert!(refused("\"\\u0000\"").contains("NUL"));
        assert!(refused(&("[".repeat(40) + &"]".repeat(40))).contains("nested deeper"));
        assert!(refused("\"\\ud800\"").contains("cannot be read"));
        assert!(refused("1e999").contains("cannot be read"));
        assert!(refused("{} x").contains("cannot be read"));
        assert!(parse(b"\"\xff\"").is_err());
        let chinese = parse(br#"{"a":1,"a":2}"#).unwrap_err().detail_text(crate::domain::words::Language::Chinese);
        assert_eq!(chinese, "无法解析请求体：第 1 行第 10 列，键重复：a。");
        assert_eq!(parse("\"e\u{301}\"".as_bytes()).unwrap(), Value::String("\u{e9}".into()));
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        for (text, read) in
            [("2.0", serde_json::json!(2)), ("-3e2", serde_json::json!(-300)), ("-0.0", serde_json::json!(0)), ("1.5", serde_json::json!(1.5))]
        {
            assert_eq!(parse(text.as_bytes()).unwrap(), read, "{text}");
        }
        assert!(refused("9007199254740992.0").contains("too large"));
    }

    #[test]
    fn a_fingerprint_does_not_depend_on_the_order_of_keys() {
        let of = |text: &str| fingerprint(&parse(text.as_bytes()).unwrap());
        assert_eq!(of(r#"{"a":1,"b":[2,3]}"#), of(r#"{"b":[2,3],"a":1}"#));
        assert_ne!(of(r#"{"a":[1,2]}"#), of(r#"{"a":[12]}"#));
        assert_ne!(of(r#"{"a":"1"}"#), of(r#"{"a":1}"#));
    }

    #[test]
    fn a_merge_patch_replaces_removes_and_descends() {
        let mut value = serde_json::json!({"a": "b", "c": {"d": "e", "f": "g"}});
        merge(&mut value, &serde_json::json!({"a": "z", "c": {"f": null, "h": [1]}}));
        assert_eq!(value, serde_json::json!({"a": "z", "c": {"d": "e", "h": [1]}}));
    }

    #[test]
    fn pointers_follow_paths() {
        assert_eq!(pointer("lines[0].quantity"), "/lines/0/quantity");
        assert_eq!(pointer("."), "");
    }
}
