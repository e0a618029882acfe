//! Whatever comes in: the reader of JSON against generated, spoiled and arbitrary bytes.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z~/\"\\\\]{0,6}", any::<String>().prop_map(|text| text.replace('\0', "").nfc().collect())]
}

/// JSON as we keep it: text in NFC, numbers that are exact.
fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from), (-1e9..1e9).prop_map(Value::from)];
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), number, any_text().prop_map(Value::from)];
    leaf.prop_recursive(6, 40, 6, |inner| {
        let members = prop::collection::btree_map(any_text(), inner.clone(), 0..6).prop_map(|members| Value::Object(members.into_iter().collect()));
        prop_oneof![prop::collection::vec(inner, 0..6).prop_map(Value::Array), members]
    })
}

/// JSON of which some bytes were changed on the way.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), prop_oneof![any::<u8>(), proptest::sample::select(b"{}[]\",:\\u0eE+-.19 ".to_vec())]);
    (value(), prop::collection::vec(change, 0..4), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(value, changes, cut, cuts)| {
        let mut bytes = value.to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in value()) {
        prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value.clone());
        prop_assert_eq!(parse(serde_json::to_string_pretty(&value).unwrap().as_bytes()).unwrap(), value);
    }

    #[test]
    fn what_is_read_is_json_to_others_too_and_has_one_form(bytes in prop_oneof![nearly_json(), prop::collection::vec(any::<u8>(), 0..40)]) {
        if let Ok(value) = parse(&bytes) {
            let loose: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(fingerprint(&value), fingerprint(&parse(loose.to_string().as_bytes()).unwrap()));
            prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_refused_at_every_depth(value in value(), key in any_text(), depth in 0..20_usize) {
        let (key, value) = (Value::from(key), value.to_string());
        let twice = format!("{{{key}: {value}, {key}: {value}}}");
        let text = format!("{}{twice}{}", "[".repeat(depth), "]".repeat(depth));
        prop_assert!(parse(text.as_bytes()).is_err());
    }

    #[test]
    fn depth_is_counted_whatever_it_is_made_of(kinds in prop::collection::vec(any::<bool>(), 0..60)) {
        let open: String = kinds.iter().map(|array| if *array { "[" } else { "{\"k\":" }).collect();
        let close: String = kinds.iter().rev().map(|array| if *array { "]" } else { "}" }).collect();
        prop_assert_eq!(parse(format!("{open}1{close}").as_bytes()).is_ok(), kinds.len() <= DEPTH);
    }

    #[test]
    fn a_fingerprint_tells_values_apart_and_nothing_else(value in value(), other in value()) {
        // keys in the opposite order are the same value
        let turned = match &value {
            Value::Object(members) => format!("{{{}}}", members.iter().rev().map(|(key, value)| format!("{}:{value}", Value::from(key.clone()))).collect::<Vec<_>>().join(",")),
            other => other.to_string(),
        };
        prop_assert_eq!(fingerprint(&parse(turned.as_bytes()).unwrap()), fingerprint(&value));
        prop_assert_eq!(fingerprint(&value) == fingerprint(&other), value == other);
    }

    #[test]
    fn a_merge_patch_does_what_rfc_7396_says(target in value(), patch in value()) {
        let mut once = target.clone();
        merge(&mut once, &patch);
        let mut twice = once.clone();
        merge(&mut twice, &patch);
        prop_assert_eq!(&twice, &once);
        match (&patch, &target) {
            (Value::Object(members), _) => {
                for (key, change) in members {
                    prop_assert_eq!(once.get(key).is_none(), change.is_null());
                }
                for (key, kept) in target.as_object().into_iter().flatten().filter(|(key, _)| !members.contains_key(*key)) {
                    prop_assert_eq!(once.get(key), Some(kept));
                }
            }
            (plain, _) => prop_assert_eq!(&once, plain),
        }
    }

    #[test]
    fn every_path_of_serde_has_a_pointer(path in prop_oneof!["[a-z.\\[\\]0-9]{0,20}", any::<String>()]) {
        prop_assert!(pointer(&path).is_empty() || pointer(&path).starts_with('/'));
    }
}

#[test]
fn the_largest_numbers_that_are_exact_are_kept_and_no_others() {
    for exact in ["9223372036854775807", "-9223372036854775808", "18446744073709551615", "0", "-0", "1E+2", "12.12345"] {
        assert!(parse(exact.as_bytes()).is_ok(), "{exact}");
    }
    for bad in [
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "-1e400",
        "01",
        "-01",
        "+1",
        ".5",
        "1.",
        "0x10",
        "NaN",
        "Infinity",
        "1e",
        "1e999999999999",
    ] {
        assert!(parse(bad.as_bytes()).is_err(), "{bad}");
    }
    assert_eq!(parse(b"[1E+2]").unwrap(), json!([100]));
}

#[test]
fn the_key_by_which_serde_json_takes_text_for_json_is_refused() {
    for key in ["$serde_json::private::RawValue", "\\u0024serde_json::private::RawValue"] {
        let body = format!(r#"{{"metadata": {{"x": {{"{key}": "[[1]]"}}}}}}"#);
        assert!(parse(body.as_bytes()).is_err(), "{body}");
    }
}
