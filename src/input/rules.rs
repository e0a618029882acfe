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

/// Something besides blanks, and no control characters (line breaks would split a header).
pub fn line(text: &str) -> Checked {
    let plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
    when(plain, "text", "must be one line of text that is not blank", "须为一行非空白文本")
}

/// As [`line`], or empty.
pub fn line_or_empty(text: &str) -> Checked {
    if text.is_empty() { Ok(()) } else { line(text) }
}

/// Not blank; line breaks are welcome.
pub fn prose(text: &str) -> Checked {
    when(!text.trim().is_empty(), "text", "must not be blank", "不得为空白")
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
