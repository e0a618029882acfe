//! Amounts as whole numbers of 1/10,000, and what lines come to (DOMAIN 1.5, DECISIONS 21), worked
//! out apart from the product.

/// One unit.
pub const ONE: i64 = 10_000;

/// As the API takes it: `25000` is `"2.5"`.
pub fn text(parts: i64) -> String {
    let (sign, parts) = if parts < 0 { ("-", -parts) } else { ("", parts) };
    format!("{sign}{}.{:04}", parts / ONE, parts % ONE)
}

/// As the API gives it, with any number of digits.
pub fn parts(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<4}").parse().unwrap_or_else(|_| panic!("{text} is no amount"))
}

/// Quantity × price less a rate, rounded half up to the cent, as CNY has it.
pub fn amount(quantity: i64, price: i64, rate: i64) -> i64 {
    // each factor has four digits after the point, so a cent is a 1 followed by ten zeros
    let exact = i128::from(quantity) * i128::from(price) * i128::from(ONE - rate);
    let cents = (exact + 5_000_000_000) / 10_000_000_000;
    i64::try_from(cents * 100).expect("the model's amounts are small")
}

#[test]
fn the_models_own_arithmetic_is_right() {
    assert_eq!(
        (text(25_000).as_str(), text(-1).as_str(), parts("2.5"), parts("800.00"), parts("7")),
        ("2.5000", "-0.0001", 25_000, 8_000_000, 70_000)
    );
    assert_eq!(amount(ONE, 50, 0), 100, "half a cent is a cent");
    assert_eq!(amount(3 * ONE, 98_000, 1_500), 249_900, "29.40 less 15 %");
}
