//! Which passwords are no good whatever their length (BEHAVIOUR 5).

/// The fewest characters of a password.
pub const SHORTEST: usize = 8;
/// The most characters of a password.
pub const LONGEST: usize = 1024;

/// Passwords that everyone tries first; compared without regard to case.
const COMMON: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "password1",
    "password123",
    "passw0rd",
    "qwertyui",
    "qwerty123",
    "qwertyuiop",
    "11111111",
    "00000000",
    "88888888",
    "66666666",
    "abc12345",
    "abcd1234",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "letmein1",
    "welcome1",
    "admin123",
    "administrator",
    "changeme",
    "computer",
    "internet",
    "1q2w3e4r",
    "1qaz2wsx",
    "zaq12wsx",
    "a1234567",
    "woaini1314",
    "5201314520",
    "asdfghjkl",
    "asdf1234",
    "87654321",
    "987654321",
    "123123123",
    "112233445566",
    "docketdocket",
    "docket123",
];

/// Whether a password is one that everyone tries first, or the user's own name.
pub fn is_too_common(password: &str, username: &str) -> bool {
    let lower = password.to_lowercase();
    COMMON.contains(&lower.as_str()) || lower == username.to_lowercase() || lower.chars().all(|c| lower.starts_with(c))
}

#[cfg(test)]
mod tests {
    use super::is_too_common;

    #[test]
    fn what_everyone_tries_first_is_refused() {
        // BEHAVIOUR 5
        for (password, username) in [("PassWord1", "admin"), ("zzzzzzzzzz", "admin"), ("Li.Wei.1", "li.wei.1")] {
            assert!(is_too_common(password, username), "{password}");
        }
        assert!(!is_too_common("correct horse battery", "admin"));
    }
}
