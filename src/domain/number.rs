//! Human numbers: `202405-001` for orders (DOMAIN 1.2), `EX-202405-001` for exceptions
//! (DOMAIN 6.2). The pattern is a setting; the running number grows past its width without limit.

/// What goes into a number when no setting says otherwise.
pub const DEFAULT_ORDER_PATTERN: &str = "{year}{month}-{number}";
/// The same for exceptions.
pub const EXCEPTION_PATTERN: &str = "EX-{year}{month}-{number}";

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
