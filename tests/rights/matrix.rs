//! The whole matrix through HTTP: every operation asked for by every kind of caller, compared with
//! the table of permissions and kept as a golden file for reviewers.

use super::callers::{Caller, MARKS, PERMITTED, callers, mark};
use super::documented::{Documented, document, documented};
use crate::support::{golden, on_every_store};
use docket::domain::permission::Operation;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What everybody got who asked for an operation.
#[derive(Default)]
struct Row {
    marks: Vec<char>,
    /// What those were answered who may, to a request that says nothing of a thing that is not there.
    permitted: BTreeSet<u16>,
    wrong: Vec<String>,
}

impl Row {
    fn of(operation: Operation, documented: &Documented, callers: &[Caller]) -> Self {
        let mut row = Self::default();
        for caller in callers {
            let answer = documented.ask(&caller.client, "x");
            let (got, expected) = (mark(&answer), caller.expected(operation));
            if got == PERMITTED {
                row.permitted.insert(answer.status);
            } else {
                answer.is_a_problem();
            }
            if got != expected {
                row.wrong.push(format!("{} by {}: expected {expected}, got {got}: {} {}", documented.id, caller.name, answer.status, answer.text));
            }
            row.marks.push(got);
        }
        row
    }
}

fn picture(callers: &[Caller], rows: &BTreeMap<Operation, Row>) -> String {
    let widest = Operation::ALL.iter().map(|operation| operation.grant().id.len()).max().unwrap_or_default();
    let mut text = String::from("What every kind of caller is answered, through HTTP, by operation; last, the statuses of those who may.\n\n");
    writeln!(text, "{PERMITTED} permitted").expect("text grows");
    for (mark, status, code) in MARKS {
        writeln!(text, "{mark} {status} {code}").expect("text grows");
    }
    text.push('\n');
    for (at, caller) in callers.iter().enumerate() {
        writeln!(text, "{:widest$} {}{}", "", "| ".repeat(at), caller.name).expect("text grows");
    }
    for (operation, row) in rows {
        let marks: Vec<String> = row.marks.iter().map(char::to_string).collect();
        let permitted: Vec<String> = row.permitted.iter().map(u16::to_string).collect();
        writeln!(text, "{:widest$} {} {}", operation.grant().id, marks.join(" "), permitted.join(",")).expect("text grows");
    }
    text
}

#[test]
fn behaviour_5_every_operation_answers_every_kind_of_caller_as_the_table_says() {
    on_every_store(|app| {
        let (callers, all) = (callers(app), documented(&document()));
        let (last, others): (Vec<Operation>, Vec<Operation>) = Operation::ALL.iter().partition(|operation| **operation == Operation::Logout);
        let mut rows = BTreeMap::new();
        for operation in [others, last].concat() {
            let documented = all.iter().find(|documented| documented.id == operation.grant().id);
            let documented = documented.unwrap_or_else(|| panic!("{} is not in the document", operation.grant().id));
            rows.insert(operation, Row::of(operation, documented, &callers));
        }
        let wrong: Vec<&str> = rows.values().flat_map(|row| &row.wrong).map(String::as_str).collect();
        assert!(wrong.is_empty(), "{} of {} answers are wrong:\n{}", wrong.len(), rows.len() * callers.len(), wrong.join("\n"));
        golden("tests/rights/matrix.txt", &picture(&callers, &rows));
    });
}
