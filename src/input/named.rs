//! Fields have names: what serde derives reads a struct from a list too, by position, which no
//! caller means and the API document does not say. This reads a parsed value without that.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// A parsed value whose structs are objects, and so on downwards.
pub(super) struct Named(pub(super) Value);

impl<'de> IntoDeserializer<'de, Error> for Named {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Named {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Self));
                let read = visitor.visit_seq(&mut items)?;
                items.end().map(|()| read)
            }
            Value::Object(members) => {
                let mut members = MapDeserializer::new(members.into_iter().map(|(key, value)| (key, Self(value))));
                let read = visitor.visit_map(&mut members)?;
                members.end().map(|()| read)
            }
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    /// An object; a map of serde_json would take null for one too.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(_) => self.deserialize_any(visitor),
            other => other.deserialize_map(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Enums of the API are words.
    fn deserialize_enum<V: Visitor<'de>>(self, name: &'static str, variants: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct identifier
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Box {
        #[serde(default)]
        note: Option<String>,
        #[serde(default)]
        inner: Vec<Box>,
        #[serde(default)]
        marks: BTreeMap<Mark, u8>,
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Mark {
        Red,
    }

    fn read(value: Value) -> Result<Box, String> {
        Box::deserialize(Named(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_struct_is_an_object_at_every_depth() {
        let read_in = read(json!({"note": "x", "inner": [{"note": null}], "marks": {"red": 1}})).unwrap();
        assert_eq!((read_in.note.as_deref(), read_in.inner.len(), read_in.marks[&Mark::Red]), (Some("x"), 1, 1));
        for list in [json!([]), json!([null]), json!(["x", [], {}]), json!({"inner": [[]]}), json!({"inner": [["x"]]})] {
            assert!(read(list.clone()).unwrap_err().starts_with("invalid type: sequence"), "{list}");
        }
    }

    #[test]
    fn all_else_is_refused_in_the_words_of_serde() {
        for (value, said) in [
            (json!("x"), "invalid type: string"),
            (json!({"note": 7}), "invalid type: integer"),
            (json!({"size": 7}), "unknown field `size`"),
            (json!({"marks": {"blue": 1}}), "unknown variant `blue`"),
            (json!({"marks": {"red": 256}}), "invalid value: integer `256`"),
        ] {
            assert!(read(value).unwrap_err().starts_with(said), "{said}");
        }
    }
}
