//! Reads what `strace -f -yy` wrote of a process, and judges it: whether an answer was sent before
//! the write-ahead log that it speaks of was on the disk.

use std::collections::BTreeMap;

/// A system call. Its beginning and end are numbers of lines: strace writes them in the order in
/// which things happened, and a call that others came between takes two lines.
#[derive(Debug, Clone)]
pub struct Call {
    begun: usize,
    ended: usize,
    name: String,
    /// The arguments as they were written, the file's or connection's name within the first.
    arguments: String,
    result: String,
}

/// Everything that was traced, in the order of its beginnings. What never ended is not among it.
pub fn read(text: &str) -> Vec<Call> {
    let (mut calls, mut unfinished) = (Vec::new(), BTreeMap::new());
    for (at, line) in text.lines().enumerate() {
        let Some((thread, said)) = line.split_once(' ').map(|(thread, said)| (thread, said.trim_start())) else { continue };
        if let Some((name, arguments)) = said.strip_suffix(" <unfinished ...>").and_then(|said| said.split_once('(')) {
            unfinished.insert(thread, (at, name, arguments));
        } else if let Some((_, rest)) = said.strip_prefix("<... ").and_then(|said| said.split_once(" resumed>")) {
            let Some((begun, name, arguments)) = unfinished.remove(thread) else { continue };
            calls.extend(call((begun, at), name, &format!("{arguments}{rest}")));
        } else if let Some((name, rest)) = said.split_once('(') {
            calls.extend(call((at, at), name, rest));
        }
    }
    calls.sort_by_key(|call| call.begun);
    calls
}

/// A call that succeeded; what failed with an error's name has done nothing.
fn call((begun, ended): (usize, usize), name: &str, rest: &str) -> Option<Call> {
    let (arguments, result) = rest.rsplit_once(')')?;
    let result = result.trim_start().strip_prefix("= ")?.to_owned();
    Some(Call { begun, ended, name: name.to_owned(), arguments: arguments.to_owned(), result })
}

impl Call {
    /// Whether it is one of these calls, and on a file or connection whose name has this in it.
    fn is(&self, names: &[&str], on: &str) -> bool {
        let first = self.arguments.split_once(',').map_or(self.arguments.as_str(), |(first, _)| first);
        names.contains(&self.name.as_str()) && first.contains(on)
    }

    fn writes_log(&self) -> bool {
        self.is(&["pwrite64", "write", "pwritev", "writev"], "-wal>")
    }

    fn syncs_log(&self) -> bool {
        self.is(&["fdatasync", "fsync"], "-wal>") && self.result == "0"
    }

    /// Whether it sends a success over a connection.
    fn answers_well(&self) -> bool {
        self.is(&["write", "writev", "sendto", "sendmsg"], "<TCP") && self.arguments.contains("\"HTTP/1.1 2")
    }

    /// Whether it writes the head of a frame that ends a transaction: 24 bytes, of which the second
    /// four are the size of the database and zero in every other frame.
    fn ends_transaction(&self) -> bool {
        let head = self.arguments.rsplit_once("\", 24, ").and_then(|(before, _)| before.split_once('"'));
        head.is_some_and(|(_, text)| bytes(text).get(4..8).is_some_and(|size| size != [0; 4]))
    }
}

/// The bytes of a text as strace writes it.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let octal = rest.iter().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        let (code, after) = rest.split_at(octal.max(1).min(rest.len()));
        rest = after;
        bytes.push(match code {
            [b'n'] => b'\n',
            [b't'] => b'\t',
            [b'r'] => b'\r',
            [b'v'] => 11,
            [b'f'] => 12,
            digits if octal > 0 => digits.iter().fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')),
            [other] => *other,
            _ => break,
        });
    }
    bytes
}

/// Says what is wrong with the answer to the request with this id; nothing if its transaction, the
/// first that has the id in it, was on the disk before it was told.
pub fn judge(calls: &[Call], key: &str) -> Result<(), String> {
    let find = |what: &str, fits: &dyn Fn(&Call) -> bool| calls.iter().find(|call| fits(call)).ok_or_else(|| format!("{key}: no {what}"));
    let named = format!("x-request-id: {key}");
    let answer = find("success was answered", &|call| call.answers_well() && call.arguments.contains(&named))?;
    let written = find("write of it to the log", &|call| call.writes_log() && call.arguments.contains(key))?;
    let last = find("end of its transaction in the log", &|call| call.begun >= written.begun && call.writes_log() && call.ends_transaction())?;
    let page = find("last page of its transaction", &|call| call.begun > last.begun && call.writes_log())?;
    let sync = find("sync of the log after it", &|call| call.begun > page.ended && call.syncs_log())?;
    if sync.ended < answer.begun {
        return Ok(());
    }
    Err(format!("{key}: answered (line {}) before the log, written by line {}, was synced (line {})", answer.begun, page.ended, sync.ended))
}

/// A trace in which this happens to the log after the first page with the key, before its answer.
#[cfg(test)]
fn trace_with(between: &[&str]) -> String {
    let head = [
        r#"7 pwrite64(5</x/docket.db-wal>, "\0\0\0\3\0\0\0\0\1", 24, 32) = 24"#,
        r#"7 pwrite64(5</x/docket.db-wal>, "a page of w1.", 4096, 56) = 4096"#,
    ];
    [&head, between, &[r#"8 sendto(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, "HTTP/1.1 201 Created\r\nx-request-id: w1.\r\n", 60, 0, NULL, 0) = 60"#]]
        .concat()
        .join("\n")
}

const COMMIT: &str = r#"7 pwrite64(5</x/docket.db-wal>, "\0\0\0\"\0\0\0\0049", 24, 4152) = 24"#;
const PAGE: &str = r#"7 pwrite64(5</x/docket.db-wal>, "another page", 4096, 4176) = 4096"#;
const SYNC: &str = "7 fdatasync(5</x/docket.db-wal>) = 0";
const BEGUN: &str = "7 fsync(5</x/docket.db-wal> <unfinished ...>";
const ENDED: &str = "7 <... fsync resumed>)             = 0";

#[test]
fn an_answer_after_the_sync_of_its_transaction_is_good() {
    for good in [&[COMMIT, PAGE, SYNC][..], &[SYNC, COMMIT, PAGE, BEGUN, ENDED], &[COMMIT, PAGE, SYNC, COMMIT, PAGE]] {
        assert_eq!(judge(&read(&trace_with(good)), "w1."), Ok(()), "{good:?}");
    }
}

#[test]
fn an_answer_ahead_of_the_disk_is_found() {
    let (database, failed) = ("7 fsync(4</x/docket.db>) = 0", "7 fsync(5</x/docket.db-wal>) = -1 EIO (Input/output error)");
    let ahead: [&[&str]; 6] = [
        &[COMMIT, PAGE],
        &[SYNC, COMMIT, PAGE],
        &[COMMIT, SYNC, PAGE],
        &[COMMIT, BEGUN, PAGE, ENDED],
        &[COMMIT, PAGE, database],
        &[COMMIT, PAGE, failed],
    ];
    for wrong in ahead {
        assert!(judge(&read(&trace_with(wrong)), "w1.").is_err(), "{wrong:?}");
    }
    let late = [&trace_with(&[COMMIT, PAGE, BEGUN]), ENDED].join("\n");
    assert!(judge(&read(&late), "w1.").is_err(), "a sync that ends after the answer");
}
