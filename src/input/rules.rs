//! Rules that `validator` does not bring, for `#[validate(custom(function = …))]`, each with what it
//! says in both languages. Knows no resource.

use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::visible::{breaks_a_line, is_blank, is_invisible};
use std::borrow::Cow;
use validator::ValidationError;

/// What a rule gives.
pub type Checked = std::result::Result<(), ValidationError>;

/// Where a refusal keeps its Chinese sentence, beside the message, which is English.
pub(super) const CHINESE: &str = "zh";

/// The refusal of a value, in both languages.
///
/// # Errors
/// Always; so that a rule can end with it.
pub fn refuse(code: &'static str, en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Checked {
    let mut error = ValidationError::new(code).with_message(en.into());
    error.add_param(Cow::Borrowed(CHINESE), &zh.into());
    Err(error)
}

/// Refuses a value that is not good, in both languages.
///
/// # Errors
/// As [`refuse`].
pub fn when(good: bool, code: &'static str, en: &'static str, zh: &'static str) -> Checked {
    if good { Ok(()) } else { refuse(code, en, zh) }
}

/// A page under https://, without anything that could break out of a link.
pub fn page(url: &str) -> Checked {
    let host = url.strip_prefix("https://").unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let plain = url.chars().all(|c| !c.is_whitespace() && !breaks_a_line(c) && !"\"'<>\\".contains(c));
    when(!host.is_empty() && plain, "url", "must be a page under https://", "须为 https:// 开头的网址")
}

/// Something that can be seen, in one line that reads as it is written (line breaks would split a
/// header, turns of direction make one name look like another).
pub fn line(text: &str) -> Checked {
    let plain = !is_blank(text) && !text.chars().any(breaks_a_line);
    when(plain, "text", "must be one line of text that is not blank", "须为一行非空白文本")
}

/// As [`line`], or empty.
pub fn line_or_empty(text: &str) -> Checked {
    if text.is_empty() { Ok(()) } else { line(text) }
}

/// Not blank; line breaks are welcome.
pub fn prose(text: &str) -> Checked {
    when(!is_blank(text), "text", "must not be blank", "不得为空白")
}

/// A code that can stand in a path or a list: letters, digits, `-`, `_`, `.`, `/`.
pub fn code(text: &str) -> Checked {
    let plain = text.chars().all(|c| (c.is_alphanumeric() && !is_invisible(c)) || "-_./".contains(c)) && text.chars().any(char::is_alphanumeric);
    when(
        plain,
        "code",
        "must consist of letters, digits, and - _ . /, and hold a letter or digit",
        "只能包含字母、数字和 - _ . /，且至少有一个字母或数字",
    )
}

/// E.164.
pub fn phone(text: &str) -> Checked {
    let zh = "须为 E.164 格式的电话号码，例如 +8613800138000";
    when(codes::is_phone(text), "phone", "must be a phone number in E.164, such as +8613800138000", zh)
}

/// An e-mail address on one line.
pub fn email(text: &str) -> Checked {
    use validator::ValidateEmail;
    let good = text.len() <= 254 && text.validate_email() && !text.chars().any(char::is_control);
    when(good, "email", "must be an e-mail address", "须为电子邮件地址")
}

/// ISO 3166-1 alpha-2.
pub fn country(text: &str) -> Checked {
    let zh = "须为 ISO 3166-1 两位国家代码，例如 CN";
    when(codes::is_country(text), "country", "must be an ISO 3166-1 alpha-2 country, such as CN", zh)
}

/// ISO 4217.
pub fn currency(text: &str) -> Checked {
    let zh = "须为 ISO 4217 货币代码，例如 CNY";
    when(codes::minor_digits(text).is_some(), "currency", "must be an ISO 4217 currency, such as CNY", zh)
}

/// BCP 47.
pub fn language(text: &str) -> Checked {
    when(codes::is_language(text), "language", "must be a BCP 47 language, such as zh-CN", "须为 BCP 47 语言标签，例如 zh-CN")
}

/// A date of the years 1 to 9999.
pub fn date(date: &chrono::NaiveDate) -> Checked {
    use chrono::Datelike;
    when((1..=9999).contains(&date.year()), "range", "must lie in the years 1 to 9999", "须在公元 1 年至 9999 年之间")
}

/// Not negative.
pub fn not_negative(amount: &Amount) -> Checked {
    when(*amount >= Amount::ZERO, "range", "must not be negative", "不得为负数")
}

/// Above zero.
pub fn positive(amount: &Amount) -> Checked {
    when(*amount > Amount::ZERO, "range", "must be above zero", "须大于零")
}

/// From 0 to 1.
pub fn rate(amount: &Amount) -> Checked {
    when((Amount::ZERO..=Amount::ONE).contains(amount), "range", "must lie between 0 and 1", "须在 0 到 1 之间")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_no_name() {
        for bad in ["\u{200b}", "\u{200b} \u{feff}", "\u{3164}", "\u{2800}", "Acme\u{202e}dtL", "a\u{2028}b", "a\u{2067}b", "\u{ad}\u{ad}"] {
            assert!(line(bad).is_err(), "{bad:?}");
        }
        for good in ["Acme", "字", "👩\u{200d}🔧", "نام\u{200c}ها", "\u{200f}שלום", "e\u{301}"] {
            assert!(line(good).is_ok(), "{good:?}");
        }
        assert!(prose("\u{200b}\n\u{2060}").is_err() && prose("one\ntwo").is_ok());
        assert!(code("PEN\u{3164}").is_err() && code("笔-05").is_ok());
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z0-9@.+_/ -]{0,24}", "[\u{200b}-\u{200f}\u{2028}-\u{202e} a]{0,6}", "\\PC{0,16}", any::<String>()]
    }

    proptest! {
        #[test]
        fn every_rule_has_a_verdict_and_both_sentences(text in text()) {
            for rule in [line, line_or_empty, prose, code, phone, email, country, currency, language] {
                if let Err(error) = rule(&text) {
                    prop_assert!(error.message.is_some() && error.params.contains_key(CHINESE));
                }
            }
        }

        #[test]
        fn what_is_let_into_a_header_cannot_split_it(text in text()) {
            for rule in [line, code, phone, email, country, currency, language] {
                prop_assert!(rule(&text).is_err() || !text.contains(['\r', '\n', '\0', '\u{2028}', '\u{85}']), "{:?}", text);
            }
            prop_assert!(line(&text).is_err() || text.chars().any(|c| !c.is_whitespace()));
        }
    }
}
