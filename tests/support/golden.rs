//! Golden files: what the program says of itself, kept beside the tests, so that a change shows up
//! as a diff that a reviewer reads.

use std::fs;
use std::path::Path;

/// Compares a text with a file of the repository; with `DOCKET_TEST_BLESS=1` writes the file.
#[track_caller]
pub fn golden(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("DOCKET_TEST_BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(file.parent().expect("a golden file lies in a folder")).expect("the folder can be made");
        fs::write(&file, text).expect("the golden file can be written");
        return;
    }
    let known = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}; DOCKET_TEST_BLESS=1 writes it"));
    if known != text {
        panic!("{path} differs; DOCKET_TEST_BLESS=1 writes it anew.\n{}", difference(&known, text));
    }
}

/// The lines that only one of the texts has, with their numbers.
fn difference(known: &str, said: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (known.lines().collect(), said.lines().collect());
    let only = |these: &[&str], those: &[&str], sign: char| -> Vec<String> {
        let missing = these.iter().enumerate().filter(|(_, line)| !those.contains(line));
        missing.map(|(at, line)| format!("{sign} {:>4} {line}", at + 1)).collect()
    };
    let lines = [only(&old, &new, '-'), only(&new, &old, '+')].concat();
    if lines.is_empty() { "the same lines in another order or number".to_owned() } else { lines.join("\n") }
}
