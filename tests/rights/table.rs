//! The table of permissions as `docs/permissions.md` shows it to those who hand out roles and keys.

use crate::support::golden;
use docket::domain::actor::Role;
use docket::domain::permission::{Operation, SCOPES};
use docket::domain::words::Language;
use serde_json::Value;
use std::fmt::Write;

const HEAD: &str = "# Who may do what\n\nWritten by the test `the_table_of_permissions_is_the_one_in_the_docs` from `src/domain/permission.rs` and \
the OpenAPI document; `DOCKET_TEST_BLESS=1 cargo nextest run permissions` writes it anew.\n\nA person may do what any of their roles permits, \
an API key what its scopes say; a scope that ends in `:write` includes the one that ends in `:read`. Besides, the service looks at the thing itself: nobody verifies \
what they entered, sales specialists change their own orders, tasks belong to a department.\n";

/// What each role is for, in a line.
fn purpose(role: Role) -> &'static str {
    match role {
        Role::Admin => "sets up users, keys and settings; neither enters nor approves orders",
        Role::OrderAdmin => "runs the orders of everybody: verifies, releases, holds, plans exceptions",
        Role::SalesSpecialist => "enters and amends orders, verifies those of others, approves the first level",
        Role::SalesManager => "as sales specialists, for every order of the department; approves above them",
        Role::DepartmentHead => "approves for the department and hands out its tasks",
        Role::OperationsHead => {
            "approves what is rush, large or unusual; hands out any department's tasks; leads exceptions that are past a due time"
        }
        Role::Warehouse => "keeps stock and does the tasks of the warehouse",
        Role::Production => "does the tasks of production",
        Role::Logistics => "packs, dispatches and follows shipments",
        Role::Finance => "records invoices and payments",
        Role::Viewer => "reads, and changes nothing",
    }
}

/// Where an operation is, as the document says.
fn place(document: &Value, id: &str) -> String {
    let paths = document["paths"].as_object().expect("the document has paths");
    let operations = paths.iter().flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |entry| (path, entry)));
    let found = operations.filter(|(_, (_, operation))| operation["operationId"] == id).map(|(path, (method, _))| (method, path)).next();
    let (method, path) = found.unwrap_or_else(|| panic!("{id} is not in the document"));
    format!("{} {path}", method.to_uppercase())
}

fn operations(text: &mut String) {
    let document = serde_json::to_value(docket::server::document()).expect("the document is JSON");
    text.push_str("\n## Operations\n\n| Operation | Request | Roles | Scope of a key |\n|---|---|---|---|\n");
    for operation in Operation::ALL {
        let grant = operation.grant();
        let everyone = grant.roles.len() == Role::ALL.len();
        let roles: Vec<&str> = grant.roles.iter().map(|role| role.as_str()).collect();
        let roles = if everyone { "everyone".to_owned() } else { roles.join(", ") };
        let scope = grant.scope.map_or_else(|| "no key may".to_owned(), |scope| format!("`{scope}`"));
        writeln!(text, "| {} | `{}` | {roles} | {scope} |", grant.id, place(&document, grant.id)).expect("text grows");
    }
}

#[test]
fn the_table_of_permissions_is_the_one_in_the_docs() {
    let mut text = HEAD.to_owned();
    operations(&mut text);
    text.push_str("\n## Roles\n\n");
    for role in Role::ALL {
        writeln!(text, "- `{role}` ({}, {}): {}.", role.label(Language::English), role.label(Language::Chinese), purpose(*role)).expect("text grows");
    }
    text.push_str("\n## Scopes\n\n");
    for scope in SCOPES {
        let permits = Operation::ALL.iter().map(|operation| operation.grant()).filter(|grant| grant.scope == Some(*scope));
        let named: Vec<&str> = permits.map(|grant| grant.id).collect();
        writeln!(text, "- `{scope}`: {}.", named.join(", ")).expect("text grows");
    }
    golden("docs/permissions.md", &text);
}
