//! Exact decimals (DOMAIN 1.5, BEHAVIOUR 1): amounts of money, quantities and rates alike are
//! whole numbers of 1/10,000. Nothing here knows floats; everything that could overflow says so.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// How many parts make one unit.
pub const SCALE: i64 = 10_000;
/// The largest value: 12 digits before the point and 4 after.
pub const LIMIT: i64 = 9_999_999_999_999_999;

/// A decimal of at most 12 digits before the point and 4 after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Amount(i64);

/// A sum or product that 12 digits before the point cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount has more than 12 digits before the point")]
pub struct TooLarge;

impl Amount {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(SCALE);

    /// From 1/10,000 parts.
    pub fn from_parts(parts: i128) -> Result<Self, TooLarge> {
        i64::try_from(parts).ok().filter(|p| p.abs() <= LIMIT).map(Self).ok_or(TooLarge)
    }

    /// From 1/10,000 parts, cut at the largest amount: for sums that are shown.
    pub fn capped(parts: i128) -> Self {
        Self::from_parts(parts.clamp(-i128::from(LIMIT), i128::from(LIMIT))).unwrap_or_default()
    }

    /// From whole units.
    pub const fn units(units: i32) -> Self {
        Self(units as i64 * SCALE)
    }

    /// In 1/10,000 parts.
    pub const fn parts(self) -> i64 {
        self.0
    }

    /// Reads `"12"`, `"12.5"`, `"12.3456"`, optionally with a leading `-`; no exponent, no
    /// thousands separator, no more than 12 digits before the point and 4 after.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole, 12) || !plain(fraction, 4) {
            return None;
        }
        let fraction: i64 = format!("{fraction:0<4}").parse().ok()?;
        let parts = whole.parse::<i64>().ok()? * SCALE + fraction;
        Some(Self(if negative { -parts } else { parts }))
    }

    /// With a fixed number of digits after the point (0 to 4); further ones are cut, so pass
    /// values that were rounded before.
    pub fn text(self, digits: u32) -> String {
        let digits = digits.min(4);
        let mut left = self.0.unsigned_abs() / 10_u64.pow(4 - digits);
        // letter by letter from the end: an order is written with dozens of amounts, and `format!` is slow
        let mut letters = Vec::with_capacity(22);
        for place in 0.. {
            if place > digits && left == 0 {
                break;
            }
            if place == digits && digits > 0 {
                letters.push(b'.');
            }
            letters.push(b'0' + (left % 10) as u8);
            left /= 10;
        }
        if self.0 < 0 {
            letters.push(b'-');
        }
        letters.reverse();
        String::from_utf8(letters).unwrap_or_default()
    }

    /// Without needless zeros, for quantities: `"2"`, `"2.5"`.
    pub fn short(self) -> String {
        let mut text = self.text(4);
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        text
    }

    /// Whether no digit lies beyond the given number after the point.
    pub fn fits(self, digits: u32) -> bool {
        self.0 % 10_i64.pow(4 - digits.min(4)) == 0
    }

    /// Sum; an error past 12 digits.
    pub fn plus(self, other: Self) -> Result<Self, TooLarge> {
        Self::from_parts(i128::from(self.0) + i128::from(other.0))
    }

    /// Difference; an error past 12 digits, may be negative.
    pub fn minus(self, other: Self) -> Result<Self, TooLarge> {
        Self::from_parts(i128::from(self.0) - i128::from(other.0))
    }

    /// The sum of many; an error past 12 digits.
    pub fn sum(items: impl IntoIterator<Item = Self>) -> Result<Self, TooLarge> {
        Self::from_parts(items.into_iter().map(|a| i128::from(a.0)).sum())
    }

    /// The same below zero; the bounds are the same on both sides.
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// The smaller of two.
    pub fn at_most(self, other: Self) -> Self {
        self.min(other)
    }
}

/// Divides, rounding halves away from zero ("half up" for the amounts that occur, which are not
/// negative).
fn divide_half_up(value: i128, by: i128) -> i128 {
    let half = by / 2;
    if value < 0 { (value - half) / by } else { (value + half) / by }
}

/// What a line comes to (DOMAIN 1.5): quantity × unit price, less a rate and an amount of
/// discount, rounded half up once to the currency's minor unit.
pub fn line_amount(quantity: Amount, unit_price: Amount, rate: Amount, discount: Amount, minor_digits: u32) -> Result<Amount, TooLarge> {
    // quantity × price has a scale of 10^8, times (1 - rate) of 10^12
    let gross = i128::from(quantity.0) * i128::from(unit_price.0);
    let net = gross * i128::from(SCALE - rate.0) - i128::from(discount.0) * i128::from(SCALE).pow(2);
    let unit = 10_i128.pow(12 - minor_digits.min(4));
    Amount::from_parts(divide_half_up(net, unit) * 10_i128.pow(4 - minor_digits.min(4)))
}

/// A rate of an amount, rounded half up to the currency's minor unit (tax on a line).
pub fn share(amount: Amount, rate: Amount, minor_digits: u32) -> Result<Amount, TooLarge> {
    let unit = 10_i128.pow(8 - minor_digits.min(4));
    let parts = divide_half_up(i128::from(amount.0) * i128::from(rate.0), unit) * 10_i128.pow(4 - minor_digits.min(4));
    Amount::from_parts(parts)
}

/// What an amount comes to without the tax at a rate that it includes, rounded half up to the currency's minor unit.
pub fn without_tax(gross: Amount, rate: Amount, minor_digits: u32) -> Result<Amount, TooLarge> {
    let unit = 10_i128.pow(4 - minor_digits.min(4));
    let by = i128::from(SCALE + rate.0.max(0)) * unit;
    Amount::from_parts(divide_half_up(i128::from(gross.0) * i128::from(SCALE), by) * unit)
}

/// What an amount of a foreign currency comes to where so many units of it are worth `rate`, rounded
/// half up to the minor unit of the currency that the rate is in.
pub fn converted(amount: Amount, units: i32, rate: Amount, minor_digits: u32) -> Result<Amount, TooLarge> {
    let unit = 10_i128.pow(8 - minor_digits.min(4)) * i128::from(units.max(1));
    let parts = divide_half_up(i128::from(amount.0) * i128::from(rate.0), unit) * 10_i128.pow(4 - minor_digits.min(4));
    Amount::from_parts(parts)
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text(4))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom("must be a decimal string of at most 12 digits before the point and 4 after, such as \"16.50\""))
    }
}

impl utoipa::PartialSchema for Amount {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("An exact decimal as text: at most 12 digits before the point and 4 after"))
            .pattern(Some(r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$"))
            .examples(["10.00"])
            .into()
    }
}

impl utoipa::ToSchema for Amount {}

impl<DB: diesel::backend::Backend> ToSql<BigInt, DB> for Amount
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(&self.0, out)
    }
}

impl<DB: diesel::backend::Backend> FromSql<BigInt, DB> for Amount
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(raw).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for bad in ["", ".", "1.", ".5", "+1", "1e3", "1,000", " 1", "1.00000", "1234567890123", "--1", "٣", "NaN"] {
            assert_eq!(Amount::parse(bad), None, "{bad}");
        }
        assert_eq!(amount("999999999999.9999").parts(), LIMIT);
        assert_eq!(amount("-0.5").text(2), "-0.50");
        assert_eq!(amount("16.5").text(4), "16.5000");
        assert_eq!(amount("2.50").short(), "2.5");
        assert_eq!(amount("200").short(), "200");
    }

    #[test]
    fn a_line_is_rounded_half_up_once_to_the_minor_unit() {
        // DOMAIN 1.5
        let line = |q, p, r, d, digits| line_amount(amount(q), amount(p), amount(r), amount(d), digits).unwrap().text(digits);
        assert_eq!(line("50", "16.0000", "0", "0", 2), "800.00");
        assert_eq!(line("1", "0.005", "0", "0", 2), "0.01");
        assert_eq!(line("1", "0.0049", "0", "0", 2), "0.00");
        assert_eq!(line("3", "9.8", "0.15", "0", 2), "24.99");
        assert_eq!(line("1", "100.5", "0", "0", 0), "101");
        assert_eq!(line("1", "1.0005", "0", "0", 3), "1.001");
        assert_eq!(line("2", "10", "0", "5.55", 2), "14.45");
    }

    #[test]
    fn what_12_digits_cannot_hold_is_an_error() {
        assert_eq!(line_amount(amount("999999999999"), amount("999999999999"), Amount::ZERO, Amount::ZERO, 2), Err(TooLarge));
        assert_eq!(amount("999999999999.9999").plus(amount("0.0001")), Err(TooLarge));
        assert_eq!(Amount::sum(std::iter::repeat_n(Amount(LIMIT), 5)), Err(TooLarge));
    }

    #[test]
    fn a_share_is_rounded_half_up() {
        assert_eq!(share(amount("0.50"), amount("0.13"), 2).unwrap().text(2), "0.07");
        assert_eq!(share(amount("100"), amount("0.13"), 2).unwrap().text(2), "13.00");
        assert_eq!(share(amount("105"), amount("0.1"), 0).unwrap().text(0), "11");
        assert_eq!(share(amount("1.005"), amount("0.13"), 3).unwrap().text(3), "0.131");
    }

    #[test]
    fn an_amount_fits_where_no_digit_lies_beyond() {
        let fits = |text: &str| (0..=5).map(|digits| amount(text).fits(digits)).collect::<Vec<_>>();
        assert_eq!(fits("7"), [true; 6]);
        assert_eq!(fits("-1.50"), [false, true, true, true, true, true]);
        assert_eq!(fits("1.0005"), [false, false, false, false, true, true]);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    fn any_amount() -> impl Strategy<Value = Amount> {
        prop_oneof![-LIMIT..=LIMIT, -SCALE..=SCALE, Just(LIMIT), Just(-LIMIT)].prop_map(Amount)
    }

    /// The pattern that the document promises, checked letter by letter.
    fn fits_the_pattern(text: &str) -> bool {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
        let plain = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
        plain(whole, 12) && fraction.is_none_or(|fraction| plain(fraction, 4))
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(amount in any_amount()) {
            prop_assert_eq!(Amount::parse(&amount.text(4)), Some(amount));
            prop_assert_eq!(Amount::parse(&amount.short()), Some(amount));
            prop_assert!(fits_the_pattern(&amount.text(4)));
        }

        #[test]
        fn exactly_what_the_document_promises_is_read(text in prop_oneof!["-?[0-9]{0,14}(\\.[0-9]{0,6})?", "[-+ ]?[0-9.,eE_]{0,20}", any::<String>()]) {
            prop_assert_eq!(Amount::parse(&text).is_some(), fits_the_pattern(&text));
        }

        #[test]
        fn sums_are_exact_or_refused(a in any_amount(), b in any_amount()) {
            let exact = i128::from(a.0) + i128::from(b.0);
            prop_assert_eq!(a.plus(b).ok().map(|sum| i128::from(sum.0)), (exact.abs() <= i128::from(LIMIT)).then_some(exact));
            prop_assert_eq!(a.minus(b).ok(), a.plus(b.negated()).ok());
        }

        #[test]
        fn a_line_is_within_half_a_minor_unit_of_the_exact_value(quantity in any_amount(), price in any_amount(), rate in 0..=SCALE, discount in any_amount(), digits in 0..=4_u32) {
            if let Ok(amount) = line_amount(quantity, price, Amount(rate), discount, digits) {
                let exact = i128::from(quantity.0) * i128::from(price.0) * i128::from(SCALE - rate) - i128::from(discount.0) * 100_000_000;
                let off = (i128::from(amount.0) * 100_000_000 - exact).abs();
                prop_assert!(2 * off <= 10_i128.pow(12 - digits) && amount.fits(digits));
            }
        }
    }
}
