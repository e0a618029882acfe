//! How input is read, strictly and in one way for requests, patches and imported rows: JSON
//! without duplicate keys, NUL or depth, text in NFC, unknown fields refused, every bad value
//! named by a pointer at once (BEHAVIOUR 1, DECISIONS 29). Knows no resource.

use crate::error::{Code, Error, Problem, Result};
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use std::fmt;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// How deep JSON may be nested (DECISIONS 30).
const DEPTH: usize = 32;

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

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> std::result::Result<Value, E> {
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
            if members.contains_key(&key) {
                return Err(A::Error::custom(format!("the key \"{key}\" stands twice")));
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

/// Parses JSON strictly.
///
/// # Errors
/// `malformed_json`.
pub fn parse(bytes: &[u8]) -> std::result::Result<Value, Problem> {
    let malformed =
        |why: String| Problem::new(Code::MalformedJson).detail(format!("The body cannot be read: {why}."), format!("无法解析请求体：{why}。"));
    let bytes = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8".to_owned()))?;
    let mut deserializer = serde_json::Deserializer::from_str(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut deserializer).map_err(|e| malformed(e.to_string()))?;
    deserializer.end().map_err(|e| malformed(e.to_string()))?;
    Ok(value)
}

/// A hash of a value that does not depend on the order of its keys.
pub fn fingerprint(value: &Value) -> Vec<u8> {
    let mut hasher = Sha256::new();
    feed(&mut hasher, value);
    hasher.finalize().to_vec()
}

fn feed(hasher: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort_unstable();
            hasher.update(b"{");
            for key in keys {
                hasher.update(Value::String(key.clone()).to_string().as_bytes());
                feed(hasher, &members[key]);
            }
            hasher.update(b"}");
        }
        Value::Array(items) => {
            hasher.update(b"[");
            for item in items {
                feed(hasher, item);
                hasher.update(b",");
            }
            hasher.update(b"]");
        }
        other => hasher.update(other.to_string().as_bytes()),
    }
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
    serde_path_to_error::deserialize(value).map_err(|error| {
        let at = pointer(&error.path().to_string());
        let why = error.inner().to_string();
        let unknown = why.starts_with("unknown field");
        let (code, name) = if unknown { (Code::UnknownField, "unknown_field") } else { (Code::ValidationFailed, "invalid_value") };
        let title = format!("取值无效：{why}");
        Problem::new(code).field(&at, name, why, title)
    })
}

/// Checks a value's own rules, naming every bad field at once.
///
/// # Errors
/// `validation_failed`.
pub fn check<T: Validate>(value: &T) -> std::result::Result<(), Problem> {
    value.validate().map_err(|errors| {
        let mut problem = Problem::new(Code::ValidationFailed);
        collect(&errors, "", &mut problem);
        problem.errors.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        problem
    })
}

fn collect(errors: &ValidationErrors, at: &str, problem: &mut Problem) {
    for (field, kind) in errors.errors() {
        // a rule about the whole thing stands at the thing itself
        let here = if field == "__all__" { at.to_owned() } else { format!("{at}/{field}") };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(inner, &here, problem),
            ValidationErrorsKind::List(items) => items.iter().for_each(|(index, inner)| collect(inner, &format!("{here}/{index}"), problem)),
            ValidationErrorsKind::Field(list) => {
                for error in list {
                    let sentence = error.message.as_ref().map_or_else(|| describe(error), ToString::to_string);
                    let chinese = format!("取值无效：{sentence}");
                    *problem = std::mem::replace(problem, Problem::new(Code::ValidationFailed)).field(&here, &error.code, sentence, chinese);
                }
            }
        }
    }
}

fn describe(error: &validator::ValidationError) -> String {
    let limit = |name: &str| error.params.get(name).map(|v| v.to_string().trim_matches('"').to_owned());
    let unit = if error.code == "length" { " characters or items" } else { "" };
    match (limit("min"), limit("max"), limit("equal")) {
        (_, _, Some(equal)) => format!("must have {equal}{unit}"),
        (Some(min), Some(max), _) => format!("must have between {min} and {max}{unit}"),
        (Some(min), None, _) => format!("must have at least {min}{unit}"),
        (None, Some(max), _) => format!("must have at most {max}{unit}"),
        _ => format!("is not a valid {}", error.code),
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

/// Rules that `validator` does not bring, for `#[validate(custom(function = …))]`.
pub mod rules {
    use crate::domain::amount::Amount;
    use crate::domain::codes;
    use std::borrow::Cow;
    use validator::ValidationError;

    type Checked = std::result::Result<(), ValidationError>;

    fn when(good: bool, code: &'static str, sentence: &'static str) -> Checked {
        if good { Ok(()) } else { Err(ValidationError::new(code).with_message(Cow::Borrowed(sentence))) }
    }

    /// Something besides blanks, and no control characters (line breaks would split a header).
    pub fn line(text: &str) -> Checked {
        let plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
        when(plain, "text", "must be one line of text that is not blank")
    }

    /// As [`line`], or empty.
    pub fn line_or_empty(text: &str) -> Checked {
        if text.is_empty() { Ok(()) } else { line(text) }
    }

    /// Not blank; line breaks are welcome.
    pub fn prose(text: &str) -> Checked {
        when(!text.trim().is_empty(), "text", "must not be blank")
    }

    /// A code that can stand in a path or a list: letters, digits, `-`, `_`, `.`, `/`.
    pub fn code(text: &str) -> Checked {
        let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
        when(plain, "code", "must consist of letters, digits, and - _ . /")
    }

    /// E.164.
    pub fn phone(text: &str) -> Checked {
        when(codes::is_phone(text), "phone", "must be a phone number in E.164, such as +8613800138000")
    }

    /// An e-mail address on one line.
    pub fn email(text: &str) -> Checked {
        use validator::ValidateEmail;
        when(text.len() <= 254 && text.validate_email() && !text.chars().any(char::is_control), "email", "must be an e-mail address")
    }

    /// ISO 3166-1 alpha-2.
    pub fn country(text: &str) -> Checked {
        when(codes::is_country(text), "country", "must be an ISO 3166-1 alpha-2 country, such as CN")
    }

    /// ISO 4217.
    pub fn currency(text: &str) -> Checked {
        when(codes::minor_digits(text).is_some(), "currency", "must be an ISO 4217 currency, such as CNY")
    }

    /// BCP 47.
    pub fn language(text: &str) -> Checked {
        when(codes::is_language(text), "language", "must be a BCP 47 language, such as zh-CN")
    }

    /// A date of the years 1 to 9999.
    pub fn date(date: &chrono::NaiveDate) -> Checked {
        use chrono::Datelike;
        when((1..=9999).contains(&date.year()), "range", "must lie in the years 1 to 9999")
    }

    /// Not negative.
    pub fn not_negative(amount: &Amount) -> Checked {
        when(*amount >= Amount::ZERO, "range", "must not be negative")
    }

    /// Above zero.
    pub fn positive(amount: &Amount) -> Checked {
        when(*amount > Amount::ZERO, "range", "must be above zero")
    }

    /// From 0 to 1.
    pub fn rate(amount: &Amount) -> Checked {
        when((Amount::ZERO..=Amount::ONE).contains(amount), "range", "must lie between 0 and 1")
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
        assert_eq!(parse("\"e\u{301}\"".as_bytes()).unwrap(), Value::String("\u{e9}".into()));
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
