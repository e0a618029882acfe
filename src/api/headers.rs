//! What the headers of a request say: all values of one as RFC 9110 (5.3) joins them, which
//! representation may be answered (12.5.1), which versions are meant (13.1.1). Pure: no request,
//! no state.

use crate::db::tx::Precondition;
use crate::domain::words::weight;
use crate::error::Problem;
use actix_web::http::header::{HeaderMap, HeaderName};

/// What every path may answer.
const JSON: &[&str] = &["application/json", "application/problem+json"];
/// What a download may be besides.
pub const FILES: &[&str] = &["application/pdf", "image/png", "image/jpeg", "image/heic", "application/octet-stream"];

/// What the answer to a customer's link may be besides.
pub const PAGES: &[&str] = &["text/html"];

/// All values of a header, as if they had come in one line; `None` where it is absent. What is not
/// text stands as U+FFFD, which no rule here accepts.
pub fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<String> = headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// How closely a range of media types names a type: 3 by name, 2 by its first half, 1 by `*/*`, not
/// at all 0.
fn closeness(range: &str, media_type: &str) -> u8 {
    let named = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let half = |text: &str| text.split('/').next().unwrap_or_default().to_owned();
    match named.strip_suffix("/*") {
        _ if named == media_type => 3,
        Some("*") => 1,
        Some(first) if first == half(media_type) => 2,
        _ => 0,
    }
}

/// How closely an `Accept` header names a type, and the weight that the closest range gives it.
fn named(accept: &str, media_type: &str) -> (u8, u16) {
    let ranges = accept.split(',').map(str::trim).filter(|range| !range.is_empty());
    let judged = ranges.map(|range| (closeness(range, media_type), weight(range)));
    judged.filter(|(close, _)| *close > 0).max().unwrap_or_default()
}

/// Whether an `Accept` header lets one of our types through: each weighs what the closest range
/// that names it says, and a weight of 0 excludes it. An empty header says nothing.
pub fn accepts(accept: &str, others: &[&str]) -> bool {
    let says_nothing = accept.split(',').all(|range| range.trim().is_empty());
    says_nothing || JSON.iter().chain(others).any(|media_type| named(accept, media_type).1 > 0)
}

/// Whether an `Accept` header asks for a page rather than for JSON, as browsers do.
pub fn wants_page(accept: &str) -> bool {
    let ((close, page), (_, data)) = (named(accept, "text/html"), named(accept, "application/json"));
    close > 1 && page > 0 && page >= data
}

/// The version in a tag as our answers give it: `"v3-en"`, `"v3"`, or made weak on the way.
fn version(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let inner = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix("\"v")?.strip_suffix('"')?;
    let (digits, variant) = inner.split_once('-').unwrap_or((inner, "-"));
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !variant.is_empty() && !variant.contains('"');
    plain.then(|| digits.parse().ok()).flatten()
}

/// Reads `If-Match`: `*`, or versions as our `ETag`s write them.
///
/// # Errors
/// `invalid_parameter` for anything else.
pub fn if_match(said: Option<&str>) -> Result<Precondition, Problem> {
    let Some(text) = said else { return Ok(Precondition::Absent) };
    if text.trim() == "*" {
        return Ok(Precondition::Any);
    }
    let versions: Option<Vec<i64>> = text.split(',').map(version).collect();
    versions.map(Precondition::Versions).ok_or_else(|| Problem::parameter("If-Match", "must be an ETag as an answer gave it, such as \"v3-en\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{ACCEPT, HeaderValue};

    #[test]
    fn two_lines_of_a_header_are_one() {
        // RFC 9110, 5.3
        let mut headers = HeaderMap::new();
        assert_eq!(joined(&headers, &ACCEPT), None);
        headers.append(ACCEPT, HeaderValue::from_static("text/html"));
        headers.append(ACCEPT, HeaderValue::from_static("application/json;q=0.5"));
        assert_eq!(joined(&headers, &ACCEPT).as_deref(), Some("text/html, application/json;q=0.5"));
    }

    #[test]
    fn a_weight_of_nothing_excludes_and_the_closest_range_counts() {
        // RFC 9110, 12.5.1
        for good in
            ["", "*/*", "application/*", "application/json", "text/html, */*;q=0.1", "application/json;q=0.001", "APPLICATION/JSON; charset=utf-8"]
        {
            assert!(accepts(good, &[]), "{good}");
        }
        for bad in ["text/html", "*/*;q=0", "application/*;q=0, text/html", "application/*;q=0, */*", "image/png", "*", "json", "\u{fffd}"] {
            assert!(!accepts(bad, &[]), "{bad}");
        }
        assert!(!accepts("application/json;q=0, application/problem+json;q=0, */*", &[]), "both that there are, are excluded");
        assert!(accepts("application/*;q=0, application/json", &[]), "the closest range counts");
        assert!(accepts("image/png", FILES) && accepts("application/json;q=0, image/*", FILES));
    }

    #[test]
    fn browsers_ask_for_pages_and_programs_for_data() {
        // DECISIONS 35
        for page in ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/*", "application/json;q=0.5, text/html;q=0.6"] {
            assert!(wants_page(page), "{page}");
        }
        for data in ["", "*/*", "application/json", "text/html;q=0", "application/json, text/html;q=0.9"] {
            assert!(!wants_page(data), "{data}");
        }
    }

    #[test]
    fn versions_are_those_that_our_etags_name() {
        // BEHAVIOUR 3
        let read = |text: &str| if_match(Some(text)).ok();
        assert_eq!(read("\"v3-en\", W/\"v4-zh-CN\",\"v5\""), Some(Precondition::Versions(vec![3, 4, 5])));
        assert_eq!((read(" * "), if_match(None).ok()), (Some(Precondition::Any), Some(Precondition::Absent)));
        for bad in [
            "",
            "v3",
            "\"3\"",
            "\"v\"",
            "\"v-3\"",
            "\"v+3\"",
            "W/W/\"v3\"",
            "\"v3-\"",
            "\"v99999999999999999999\"",
            "*, \"v3\"",
            "\u{fffd}",
            "\"v3\"\"v4\"",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    fn accept() -> impl Strategy<Value = String> {
        let part = proptest::sample::select(vec![
            "application/json",
            "*/*",
            "application/*",
            "text/html",
            "image/png",
            ";q=0",
            ";q=0.5",
            ";q=1",
            ",",
            " ",
            "*",
            "/",
        ]);
        prop_oneof![9 => prop::collection::vec(part, 0..9).prop_map(|parts| parts.concat()), 1 => any::<String>()]
    }

    proptest! {
        #[test]
        fn what_is_wanted_stays_wanted_with_more(accept in accept(), more in accept()) {
            let wanted = format!("{more}, application/json;q=0.001, application/problem+json");
            prop_assert!(accepts(&wanted, &[]));
            // whatever else is asked for, naming our types at no weight excludes them
            let excluded = format!("{}, application/json;q=0, application/problem+json;q=0", accept.replace("json", "xml"));
            prop_assert!(!accepts(&excluded, &[]));
        }

        #[test]
        fn versions_are_read_as_they_are_written(versions in prop::collection::vec(0..=i64::MAX, 1..5), weak in any::<bool>(), variant in "[A-Za-z0-9-]{1,12}") {
            let tag = |version: &i64| format!("{}\"v{version}-{variant}\"", if weak { "W/" } else { "" });
            let said = versions.iter().map(tag).collect::<Vec<_>>().join(", ");
            prop_assert_eq!(if_match(Some(&said)).ok(), Some(Precondition::Versions(versions)));
        }

        #[test]
        fn nothing_else_is_taken_for_a_version(text in prop_oneof!["[Wv\"/0-9,*+ -]{0,20}", any::<String>()]) {
            if let Ok(Precondition::Versions(versions)) = if_match(Some(&text)) {
                prop_assert_eq!(versions.len(), text.split(',').count());
                let written = versions.iter().all(|version| text.contains(&version.to_string()));
                prop_assert!(written && versions.iter().all(|version| *version >= 0));
            }
        }
    }
}
