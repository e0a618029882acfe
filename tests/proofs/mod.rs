//! `docket check` finds nothing wrong with a store that was only used, and names each of ten
//! corruptions made by hand, past the database's own guards (BEHAVIOUR 10).

use crate::support::{TestApp, on_every_store};
use docket::check::{self, Finding};
use docket::db::Target;
use serde_json::{Value, json};

/// A way to damage a store, on each database.
struct Corruption {
    /// What the proof that must notice is called.
    proof: &'static str,
    sqlite: String,
    postgres: String,
    /// Whether the finding names the order.
    names_the_order: bool,
}

/// The same statement on both databases.
fn plainly(proof: &'static str, statement: &str, names_the_order: bool) -> Corruption {
    Corruption { proof, sqlite: statement.to_owned(), postgres: statement.to_owned(), names_the_order }
}

/// What is wrong with a store.
pub fn findings(app: &TestApp) -> Vec<Finding> {
    let mut conn = app.app.config.database.open().expect("the store can be opened");
    check::run(&mut conn, &app.app.company)
}

/// One order that went all the way, with a mail for each of its messages, and one on its way.
fn used_store(app: &TestApp) -> Value {
    let company = app.company();
    company.with_paper("50");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "3"}]));
    company.pick(&order);
    company.deliver(&company.dispatched(&order, &[(0, "3")]));
    company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
    let order = company.order(&order);
    assert_eq!(order["status"], "received");
    order
}

#[track_caller]
fn is_named(corruption: &Corruption) {
    on_every_store(|app| {
        let order = used_store(app);
        assert_eq!(findings(app), []);
        app.execute(match app.app.config.database {
            Target::Sqlite(_) => &corruption.sqlite,
            Target::Postgres(_) => &corruption.postgres,
        });
        let found = findings(app);
        let number = order["number"].as_str().expect("an order has a number");
        let named = |finding: &Finding| finding.proof == corruption.proof && (!corruption.names_the_order || finding.subject == number);
        assert!(found.iter().any(named), "nothing names it: {found:#?}");
    });
}

#[test]
fn an_order_that_went_on_without_a_level_is_named() {
    let forged = "UPDATE approval_steps SET status = 'superseded', decided_by_id = NULL, decided_at = NULL \
                  WHERE order_id = (SELECT MIN(order_id) FROM approval_steps)";
    let forged_postgres = "UPDATE approval_steps SET status = 'superseded', decided_by_id = NULL, decided_at = NULL \
                           WHERE order_id = (SELECT id FROM orders ORDER BY id LIMIT 1)";
    is_named(&Corruption { proof: "approvals", sqlite: forged.to_owned(), postgres: forged_postgres.to_owned(), names_the_order: true });
    let unmade = "UPDATE approval_rounds SET status = 'superseded'";
    is_named(&plainly("approvals", unmade, true));
}

#[test]
fn a_decision_that_was_carried_but_never_made_is_named() {
    let statement = "UPDATE approval_steps SET status = 'carried', carried_from_id = id";
    is_named(&plainly("approvals", statement, true));
}

#[test]
fn a_stock_that_is_not_the_sum_of_its_movements_is_named() {
    is_named(&plainly("stock", "UPDATE stock SET on_hand = on_hand + 10000", false));
}

#[test]
fn a_total_that_its_lines_do_not_come_to_is_named() {
    is_named(&plainly("total", "UPDATE orders SET total = total + 100 WHERE state = 'received'", true));
}

#[test]
fn a_state_that_its_history_does_not_lead_to_is_named() {
    is_named(&plainly("state", "UPDATE orders SET state = 'cancelled', stage = 'cancelled' WHERE state = 'received'", true));
}

#[test]
fn a_stage_that_its_parts_do_not_say_is_named() {
    is_named(&plainly("stage", "UPDATE orders SET stage = 'awaiting_receipt' WHERE state = 'received'", true));
}

#[test]
fn a_missing_event_is_named() {
    let delete = "DELETE FROM events WHERE name = 'order.verified' AND order_id IN (SELECT id FROM orders WHERE state = 'received')";
    is_named(&Corruption {
        proof: "events",
        sqlite: format!("DROP TRIGGER events_are_not_deleted; {delete};"),
        postgres: format!("ALTER TABLE events DISABLE TRIGGER USER; {delete};"),
        names_the_order: true,
    });
}

#[test]
fn a_missing_last_event_is_named_too() {
    let delete = "DELETE FROM events WHERE order_id IN (SELECT id FROM orders WHERE state = 'received') \
                  AND order_version = (SELECT MAX(version) FROM orders WHERE state = 'received')";
    is_named(&Corruption {
        proof: "events",
        sqlite: format!("DROP TRIGGER events_are_not_deleted; PRAGMA foreign_keys=OFF; DELETE FROM messages; {delete};"),
        postgres: format!("ALTER TABLE events DISABLE TRIGGER USER; DELETE FROM messages; {delete};"),
        names_the_order: true,
    });
}

#[test]
fn an_orphan_message_is_named() {
    is_named(&Corruption {
        proof: "messages",
        sqlite: "PRAGMA foreign_keys=OFF; UPDATE messages SET event_id = x'00000000000000000000000000000000' WHERE kind = 'order_received';"
            .to_owned(),
        postgres: "SET session_replication_role = replica; UPDATE messages SET event_id = '00000000-0000-0000-0000-000000000000' \
                   WHERE kind = 'order_received';"
            .to_owned(),
        names_the_order: false,
    });
}

#[test]
fn a_doubled_number_is_named() {
    is_named(&Corruption {
        proof: "numbers",
        sqlite: "PRAGMA foreign_keys=OFF; PRAGMA legacy_alter_table=ON; ALTER TABLE orders RENAME TO orders_before; \
                 CREATE TABLE orders AS SELECT * FROM orders_before; \
                 UPDATE orders SET number = (SELECT number FROM orders WHERE state = 'received');"
            .to_owned(),
        postgres: "ALTER TABLE orders DROP CONSTRAINT orders_number_key; \
                   UPDATE orders SET number = (SELECT number FROM orders WHERE state = 'received');"
            .to_owned(),
        names_the_order: true,
    });
}

#[test]
fn a_broken_reference_is_named() {
    is_named(&Corruption {
        proof: "references",
        sqlite: "PRAGMA foreign_keys=OFF; DELETE FROM warehouses;".to_owned(),
        postgres: "SET session_replication_role = replica; DELETE FROM warehouses;".to_owned(),
        names_the_order: false,
    });
}
