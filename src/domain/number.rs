//! Human numbers: `202405-001` for orders (DOMAIN 1.2), `EX-202405-001` for exceptions
//! (DOMAIN 6.2). The pattern is a setting; the running number grows past its width without limit.

/// What goes into a number when no setting says otherwise.
pub const DEFAULT_ORDER_PATTERN: &str = "{year}{month}-{number}";
/// The same for exceptions.
pub const EXCEPTION_PATTERN: &str = "EX-{year}{month}-{number}";

/// The same for goods that come back.
pub const RETURN_PATTERN: &str = "RT-{year}{month}-{number}";

/// Writes the running number of a month by a pattern that holds `{year}`, `{month}` and
/// `{number}`; the number has at least three digits.
pub fn format_number(pattern: &str, (year, month): (i32, u32), number: i64) -> String {
    pattern.replace("{year}", &format!("{year:04}")).replace("{month}", &format!("{month:02}")).replace("{number}", &format!("{number:03}"))
}

/// Whether a pattern keeps numbers unique: it must hold all three parts, once each, and be short
/// and plain enough for a path (letters, digits, `-`, `_`, `.`), and not look like an id.
pub fn is_pattern(pattern: &str) -> bool {
    let once = ["{year}", "{month}", "{number}"].iter().all(|part| pattern.matches(part).count() == 1);
    let rest = pattern.replace("{year}", "").replace("{month}", "").replace("{number}", "");
    once && pattern.len() <= 40 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) && !pattern.starts_with("ord_")
}

/// The counter that a month's numbers are drawn from.
pub fn counter_name(series: &str, (year, month): (i32, u32)) -> String {
    format!("{series}:{year:04}{month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_year_month_and_a_running_number_without_limit() {
        // DOMAIN 1.2
        assert_eq!(format_number(DEFAULT_ORDER_PATTERN, (2024, 5), 1), "202405-001");
        assert_eq!(format_number(DEFAULT_ORDER_PATTERN, (2024, 5), 1000), "202405-1000");
        assert_eq!(format_number(EXCEPTION_PATTERN, (2024, 12), 33), "EX-202412-033");
    }

    #[test]
    fn a_pattern_that_could_repeat_a_number_is_refused() {
        assert!(is_pattern("SO-{year}{month}-{number}"));
        assert!(!is_pattern("{year}-{number}") && !is_pattern("{year}{month}{number}{number}") && !is_pattern("{year}/{month}/{number}"));
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    /// Patterns that are good, nearly good, or nothing of the kind.
    fn pattern() -> impl Strategy<Value = String> {
        let part = proptest::sample::select(vec!["{year}", "{month}", "{number}", "-", "_", ".", "SO", "9", "{", "}", "/", "ord_", "é"]);
        prop_oneof![9 => prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat()), 1 => any::<String>()]
    }

    proptest! {
        #[test]
        fn a_good_pattern_gives_each_running_number_of_a_month_a_number_of_its_own(text in pattern(), month in (1..=9999_i32, 1..=12_u32), a in 1..1_000_000_i64, b in 1..1_000_000_i64) {
            if is_pattern(&text) {
                let (one, other) = (format_number(&text, month, a), format_number(&text, month, b));
                prop_assert_eq!(one == other, a == b);
                prop_assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "it fits into a path: {}", one);
                prop_assert!(crate::domain::id::Kind::Order.parse(&one).is_none(), "it is no id: {}", one);
            }
        }
    }
}
