//! The table of permissions, role × operation, as a reviewer reads it.

use crate::support::golden;
use docket::domain::actor::{Actor, ActorKind, Role};
use docket::domain::permission::{Operation, permit};
use std::fmt::Write;

#[test]
fn behaviour_5_the_matrix_of_rights_is_the_one_that_was_agreed() {
    let widest = Operation::ALL.iter().map(|operation| operation.grant().id.len()).max().unwrap_or_default();
    let mut text = String::from("Role by operation: x where the role permits it; last, the scope that lets a key do it.\n\n");
    for (at, role) in Role::ALL.iter().enumerate() {
        writeln!(text, "{:widest$} {}{role}", "", "| ".repeat(at)).expect("text grows");
    }
    for operation in Operation::ALL {
        let grant = operation.grant();
        let may = |role: &Role| {
            let actor = Actor { kind: ActorKind::User, roles: vec![*role], ..Actor::anonymous() };
            if permit(&actor, *operation).is_ok() { "x" } else { "." }
        };
        let cells: Vec<&str> = Role::ALL.iter().map(may).collect();
        writeln!(text, "{:widest$} {} {}", grant.id, cells.join(" "), grant.scope.unwrap_or("-")).expect("text grows");
    }
    golden("tests/rights/matrix.txt", &text);
}
