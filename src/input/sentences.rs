//! What is said about a bad value, in both languages: what `validator`'s rules and serde find, by
//! its kind. Knows no resource.

use super::rules::CHINESE;
use validator::ValidationError;

/// How an English sentence begins, and what it says in Chinese. The names that it holds in
/// backquotes are told after it.
const BY_BEGINNING: [(&str, &str); 13] = [
    ("missing field", "缺少必填字段"),
    ("unknown field", "未知字段"),
    ("duplicate field", "字段重复"),
    ("unknown variant", "未知的取值"),
    ("must be a decimal string", "须为十进制数字符串，小数点前最多 12 位，小数点后最多 4 位，例如 \"16.50\""),
    ("must be a day of the calendar", "须为日历中的日期，例如 2026-03-05"),
    ("must be a number of working days", "须为工作日数，或以 {\"hours\": n} 表示的工作小时"),
    ("must be a time of the day", "须为一天中的时间，例如 09:30"),
    ("must be an RFC 3339 time", "须为公元 1 年至 9999 年之间的 RFC 3339 时间"),
    ("text may not hold", "文本不得包含 NUL 字符"),
    ("the key", "键重复"),
    ("nested deeper", "嵌套过深"),
    ("a number is out of range", "数值超出范围"),
];

/// What the readers of numbers and days say of a text that is none, by how it begins; and what is said instead.
const MEANT: [(&str, (&str, &str)); 10] = [
    ("invalid digit found in string", ("must be a whole number in digits", "须为数字表示的整数")),
    ("cannot parse integer from empty string", ("must be a whole number in digits", "须为数字表示的整数")),
    ("number too large", ("is too large a number", "数值过大")),
    ("number too small", ("is too small a number", "数值过小")),
    ("provided string was not `true` or `false`", ("must be true or false", "须为 true 或 false")),
    ("premature end of input", ("must be a day of the calendar, such as 2026-03-05", "须为日历中的日期，例如 2026-03-05")),
    ("input contains invalid characters", ("must be a day of the calendar, such as 2026-03-05", "须为日历中的日期，例如 2026-03-05")),
    ("input is out of range", ("must be a day of the calendar, such as 2026-03-05", "须为日历中的日期，例如 2026-03-05")),
    ("trailing input", ("must be a day of the calendar, such as 2026-03-05", "须为日历中的日期，例如 2026-03-05")),
    ("invalid type: unit variant", ("needs a value of its own: an object with this word as its one field", "该取值须带参数：请写为仅含该字段的对象")),
];

/// What serde calls what it expected, by how that begins, as callers know it.
const EXPECTED: [(&str, &str); 10] = [
    ("struct ", "an object"),
    ("unit struct ", "null"),
    ("unit", "the word alone"),
    ("newtype struct ", "its value"),
    ("internally tagged enum ", "an object"),
    ("a map", "an object"),
    ("a sequence", "a list"),
    ("tuple ", "a list"),
    ("enum ", "a word"),
    ("variant identifier", "a word"),
];
/// The types of whole numbers.
const WHOLE: [&str; 9] = ["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64"];

/// What serde found wrong with a value, in both languages and in words of the API rather than of the program.
pub fn of_serde(why: &str) -> (String, String) {
    if let Some((_, (en, zh))) = MEANT.iter().find(|(beginning, _)| why.starts_with(beginning)) {
        return ((*en).to_owned(), (*zh).to_owned());
    }
    let en = match why.rsplit_once(", expected ") {
        Some((what, expected)) => {
            let known = EXPECTED.iter().find(|(beginning, _)| expected.starts_with(beginning)).map(|(_, word)| *word);
            let number = WHOLE.contains(&expected).then_some("a whole number");
            format!("{what}, expected {}", known.or(number).unwrap_or(expected))
        }
        None => why.to_owned(),
    };
    (en, chinese(why, "类型或取值不正确"))
}

/// The Chinese for what serde found wrong with a value; the second sentence where it is none of
/// those known.
pub(super) fn chinese(why: &str, otherwise: &str) -> String {
    let known = BY_BEGINNING.iter().find(|(beginning, _)| why.starts_with(beginning));
    let Some((_, sentence)) = known else { return otherwise.to_owned() };
    let mut names = why.split('`').skip(1).step_by(2);
    let Some(first) = names.next() else { return (*sentence).to_owned() };
    let possible: Vec<&str> = names.collect();
    if possible.is_empty() { format!("{sentence}：{first}") } else { format!("{sentence}：{first}；可用：{}", possible.join("、")) }
}

/// What a rule says about a value: its own sentences, or those for what `validator` brings.
pub(super) fn of_rule(error: &ValidationError) -> (String, String) {
    match &error.message {
        Some(en) => {
            let zh = error.params.get(CHINESE).and_then(|text| text.as_str());
            (en.to_string(), zh.unwrap_or("取值无效").to_owned())
        }
        None => of_limits(error),
    }
}

fn of_limits(error: &ValidationError) -> (String, String) {
    let limit = |name: &str| error.params.get(name).map(|v| v.to_string().trim_matches('"').to_owned());
    let (en, zh) = match (limit("min"), limit("max"), limit("equal")) {
        (_, _, Some(equal)) => (equal.clone(), format!("为 {equal}")),
        (Some(min), Some(max), _) => (format!("between {min} and {max}"), format!("在 {min} 到 {max} 之间")),
        (Some(min), None, _) => (format!("at least {min}"), format!("不小于 {min}")),
        (None, Some(max), _) => (format!("at most {max}"), format!("不大于 {max}")),
        _ => return (format!("is not a valid {}", error.code), "取值无效".to_owned()),
    };
    if error.code == "length" {
        (format!("must have {en} characters or items"), format!("字符数或项数须{zh}"))
    } else {
        let verb = if limit("min").is_some() && limit("max").is_some() { "lie" } else { "be" };
        (format!("must {verb} {en}"), format!("取值须{zh}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::Amount;
    use crate::domain::time::UtcTime;
    use std::borrow::Cow;

    const OTHERWISE: &str = "类型或取值不正确";

    fn why<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> String {
        serde_json::from_value::<T>(value).err().expect("it is refused").to_string()
    }

    fn zh<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> String {
        of_serde(&why::<T>(value)).1
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Paint {
        name: String,
        colour: Option<Colour>,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    enum Colour {
        Red,
        Blue,
    }

    #[test]
    fn what_serde_finds_is_said_in_chinese_with_the_names() {
        use serde_json::json;
        assert_eq!(zh::<Paint>(json!({})), "缺少必填字段：name");
        assert_eq!(zh::<Paint>(json!({"name": "x", "size": 1})), "未知字段：size；可用：name、colour");
        assert_eq!(zh::<Paint>(json!({"name": "x", "colour": "Green"})), "未知的取值：Green；可用：Red、Blue");
        assert_eq!(zh::<Paint>(json!({"name": 7})), OTHERWISE);
        assert_eq!(zh::<Paint>(json!({"name": null})), OTHERWISE);
    }

    #[test]
    fn no_type_of_the_program_is_told() {
        use serde_json::json;
        assert_eq!(of_serde(&why::<Paint>(json!(7))).0, "invalid type: integer `7`, expected an object");
        assert_eq!(of_serde(&why::<u16>(json!("x"))).0, "invalid type: string \"x\", expected a whole number");
        assert_eq!(of_serde(&why::<u8>(json!(256))).0, "invalid value: integer `256`, expected a whole number");
        assert_eq!(of_serde(&why::<Vec<u8>>(json!({}))).0, "invalid type: map, expected a list");
        assert_eq!(of_serde(&why::<bool>(json!(1))).0, "invalid type: integer `1`, expected a boolean");
        assert_eq!(of_serde(&why::<Paint>(json!({"size": 1}))).0, "unknown field `size`, expected `name` or `colour`");
        assert_eq!(of_serde(&"x".parse::<u8>().unwrap_err().to_string()).0, "must be a whole number in digits");
        assert_eq!(of_serde(&"x".parse::<bool>().unwrap_err().to_string()).1, "须为 true 或 false");
        for day in ["2026-13-01", "x", "2026-03", "2026-03-05x"] {
            let why = day.parse::<chrono::NaiveDate>().unwrap_err().to_string();
            assert_eq!(of_serde(&why).0, "must be a day of the calendar, such as 2026-03-05", "{day}: {why}");
        }
    }

    #[test]
    fn what_amounts_and_times_find_is_said_in_chinese() {
        assert!(zh::<Amount>("1,5".into()).starts_with("须为十进制数字符串"));
        assert!(zh::<UtcTime>("yesterday".into()).starts_with("须为公元 1 年"));
    }

    #[test]
    fn limits_are_said_in_both_languages() {
        let error = |code: &'static str, limits: &[(&'static str, u32)]| {
            let mut error = ValidationError::new(code);
            limits.iter().for_each(|(name, limit)| error.add_param(Cow::Borrowed(name), limit));
            of_rule(&error)
        };
        let said = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        let length = error("length", &[("min", 1), ("max", 9)]);
        assert_eq!(length, said("must have between 1 and 9 characters or items", "字符数或项数须在 1 到 9 之间"));
        assert_eq!(error("range", &[("max", 9)]), said("must be at most 9", "取值须不大于 9"));
        assert_eq!(error("range", &[("min", 1), ("max", 9)]), said("must lie between 1 and 9", "取值须在 1 到 9 之间"));
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_serde_says_has_a_sentence(why in prop_oneof!["(unknown field|missing field|the key) `[a-z`]{0,9}`?(, expected `[a-z]{0,4}`)?", any::<String>()]) {
            prop_assert!(!of_serde(&why).1.is_empty());
        }
    }
}
