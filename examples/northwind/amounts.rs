//! Exact amounts. A number is kept as a whole count of 1/10,000, as the service keeps it; no float is involved.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

/// What one whole unit counts in an [`Amount`].
const ONE: i64 = 10_000;

/// A price, a rate or a quantity, in 1/10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    pub const ZERO: Self = Self(0);

    pub const fn whole(units: i64) -> Self {
        Self(units * ONE)
    }

    pub const fn cents(cents: i64) -> Self {
        Self(cents * (ONE / 100))
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// `quantity × unit price × (1 − discount rate)`, rounded half up to cents.
pub fn line_amount(quantity: i64, unit_price: Amount, discount_rate: Amount) -> Amount {
    let kept = i128::from(ONE - discount_rate.0);
    let exact = i128::from(quantity) * i128::from(unit_price.0) * kept;
    // `exact` counts 1/10,000 of 1/10,000; a cent is a million of those.
    let cents = (exact + 500_000).div_euclid(1_000_000);
    Amount::cents(i64::try_from(cents).expect("a line's amount fits into 64 bits"))
}

/// Why a text is not an amount.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a decimal number with at most 4 decimals")]
pub struct NotAnAmount(String);

impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || NotAnAmount(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || decimals.len() > 4 || !all_digits(whole) || !all_digits(decimals) {
            return Err(refused());
        }
        let count: i64 = format!("{whole}{decimals:0<4}").parse().map_err(|_| refused())?;
        Ok(Self(if negative { -count } else { count }))
    }
}

/// At least two decimals, up to four where they are needed: `14.00`, `0.1250`.
impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let count = self.0.unsigned_abs();
        let (whole, decimals) = (count / ONE.unsigned_abs(), count % ONE.unsigned_abs());
        if decimals % 100 == 0 { write!(out, "{sign}{whole}.{:02}", decimals / 100) } else { write!(out, "{sign}{whole}.{decimals:04}") }
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}
