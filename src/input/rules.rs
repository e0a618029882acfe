//! Rules that `validator` does not bring, for `#[validate(custom(function = …))]`, each with what it
//! says in both languages. Knows no resource.

use crate::domain::amount::Amount;
use crate::domain::codes;
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

/// Characters that nobody sees and that make two names look alike, or turn the direction of what
/// stands beside them: soft hyphen, zero-width space, marks and overrides of direction, separators,
/// invisible operators, byte order mark, tags.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that are seen only in what stands around them: the joiners that Persian names and
/// emoji are written with, fillers, and variation selectors.
fn is_seen_alone(c: char) -> bool {
    !c.is_whitespace()
        && !is_hidden(c)
        && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}')
}

/// Something that can be seen, and no control or hidden characters (line breaks would split a
/// header).
pub fn line(text: &str) -> Checked {
    let plain = text.chars().any(is_seen_alone) && !text.chars().any(|c| c.is_control() || is_hidden(c));
    when(plain, "text", "must be one line of visible text", "须为一行可见文本")
}

/// As [`line`], or empty.
pub fn line_or_empty(text: &str) -> Checked {
    if text.is_empty() { Ok(()) } else { line(text) }
}

/// Not blank; line breaks are welcome.
pub fn prose(text: &str) -> Checked {
    when(text.chars().any(is_seen_alone), "text", "must not be blank", "不得为空白")
}

/// A code that can stand in a path or a list: letters, digits, `-`, `_`, `.`, `/`.
pub fn code(text: &str) -> Checked {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
    when(plain, "code", "must consist of letters, digits, and - _ . /", "只能包含字母、数字和 - _ . /")
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
    fn a_line_holds_something_that_can_be_seen() {
        for good in ["Acme", "陈静", "می\u{200c}خواهم", "👩\u{200d}🔧 Tools", "O’Brien & Söhne"] {
            assert!(line(good).is_ok(), "{good:?}");
        }
        for bad in ["", " ", "\u{3000}", "\u{200b}", "\u{200d}", "\u{3164}", "Ac\nme", "Ac\u{200b}me", "\u{feff}Acme", "Acme\u{202e}", "\u{e0041}"] {
            assert!(line(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn prose_says_something() {
        assert!(prose("First\nsecond").is_ok());
        assert!(prose("\u{200b}\u{2060}").is_err());
    }
}
