//! Reads queries strictly: each parameter once, none unknown, the text in UTF-8. What is wrong names its parameter.

use crate::error::{Code, Problem};
use crate::input::{self, sentences};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use validator::Validate;

/// Reads a query, or a form, which is written like one.
///
/// # Errors
/// `unknown_parameter`, `invalid_parameter`; both name it, but for what is wrong with the text or the query as a whole.
pub(super) fn read<Q: DeserializeOwned + Validate>(text: &str) -> Result<Q, Problem> {
    let Some(decoded) = percent_decoded(text) else {
        let (en, zh) = ("It cannot be read: it is not UTF-8 or holds NUL.", "无法解析：不是 UTF-8 编码，或包含 NUL。");
        return Err(Problem::new(Code::InvalidParameter).detail(en, zh));
    };
    let text = if is_nfc(&decoded) { Cow::Borrowed(text) } else { Cow::Owned(in_nfc(text)) };
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    let query: Q = serde_path_to_error::deserialize(pairs).map_err(|error| misread(&error.path().to_string(), &error.inner().to_string()))?;
    input::check(&query).map_err(beyond_limits)?;
    Ok(query)
}

/// What serde cannot read. It names fields that it knows by where they stand, and others in backquotes.
fn misread(place: &str, why: &str) -> Problem {
    let quoted = why.split('`').nth(1).unwrap_or_default();
    if why.starts_with("unknown field") {
        return Problem::new(Code::UnknownParameter)
            .detail(format!("There is no parameter \"{quoted}\" here."), format!("没有名为“{quoted}”的参数。"))
            .with("parameter", quoted);
    }
    let about_fields = ["missing field", "duplicate field"].iter().any(|beginning| why.starts_with(beginning));
    let name = if about_fields { quoted } else { place };
    let (en, zh) = sentences::of_serde(why);
    Problem::new(Code::InvalidParameter).detail(format!("{name}: {en}"), format!("参数 {name}：{zh}")).with("parameter", name)
}

/// What breaks a rule; the first is the one that is named, all are in `errors`.
fn beyond_limits(mut problem: Problem) -> Problem {
    problem.code = Code::InvalidParameter;
    let name = problem.errors.first().map(|error| error.pointer.trim_start_matches('/').to_owned());
    match name.filter(|name| !name.is_empty()) {
        Some(name) => problem.with("parameter", name),
        None => problem,
    }
}

/// The same query with its texts in NFC, as bodies are (BEHAVIOUR 1).
fn in_nfc(query: &str) -> String {
    let piece = |piece: &str| {
        let text = piece.trim_end_matches(['&', '=']);
        let plain = percent_decoded(&text.replace('+', "%20")).unwrap_or_default();
        let bytes: String = plain.nfc().collect::<String>().bytes().map(|byte| format!("%{byte:02X}")).collect();
        bytes + &piece[text.len()..]
    };
    query.split_inclusive(['&', '=']).map(piece).collect()
}

/// Whether every percent-escape of a query stands for UTF-8 without NUL.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|t| !t.contains('\0'))
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Query {
        #[validate(length(max = 100))]
        q: Option<String>,
        #[validate(range(min = 1, max = 200))]
        limit: Option<u32>,
    }

    fn encoded(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }

    proptest! {
        #[test]
        fn every_text_can_be_asked_for(text in any::<String>()) {
            let read = read::<Query>(&format!("q={}", encoded(&text)));
            let fits = text.nfc().count() <= 100 && !text.contains('\0');
            let kept: String = text.nfc().collect();
            prop_assert_eq!(read.ok().and_then(|query| query.q), fits.then_some(kept));
        }

        #[test]
        fn whatever_is_asked_it_is_read_or_named(text in prop_oneof!["((q|limit|x)=?[a-z0-9%+]{0,6}&?){0,4}", "\\PC{0,30}", any::<String>()]) {
            match read::<Query>(&text) {
                Ok(query) => prop_assert!(query.limit.is_none_or(|limit| (1..=200).contains(&limit)) && query.q.is_none_or(|q| !q.contains('\0'))),
                Err(problem) => prop_assert!(matches!(problem.code, Code::InvalidParameter | Code::UnknownParameter)),
            }
        }

        #[test]
        fn escapes_stand_for_their_bytes(bytes in prop::collection::vec(any::<u8>(), 0..20), junk in "[%0-9a-fA-Fg-z+]{0,8}") {
            let text: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
            let expected = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
            prop_assert_eq!(percent_decoded(&text), expected);
            if let Some(read) = percent_decoded(&junk) {
                prop_assert!(read.len() <= junk.len());
            }
        }
    }
}
