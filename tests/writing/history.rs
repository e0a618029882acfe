//! History cannot be changed, not even by hand (DOMAIN 9.2, BEHAVIOUR 9).

use crate::support::on_every_store;
use serde_json::json;

#[test]
fn rule_9_2_the_database_refuses_to_update_or_delete_history() {
    on_every_store(|app| {
        app.company().entered(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let (events, created) = (app.count("events"), app.count("events WHERE name = 'order.created'"));
        for statement in ["UPDATE events SET actor_label = 'nobody'", "DELETE FROM events", "DELETE FROM events WHERE name = 'order.created'"] {
            let refused = app.try_execute(statement).expect_err(statement);
            assert!(refused.to_string().contains("history cannot be changed"), "{refused}");
        }
        assert_eq!((app.count("events"), app.count("events WHERE name = 'order.created'")), (events, created));
    });
}

#[test]
fn the_database_guards_the_rest_too() {
    // BEHAVIOUR 3
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        company.entered(json!([{"sku": "PAPER", "quantity": "2"}]));
        for statement in [
            "UPDATE stock SET on_hand = -1",
            "UPDATE stock SET reserved = on_hand + 1",
            "UPDATE order_lines SET quantity = -1",
            "DELETE FROM customers",
            "DELETE FROM products",
        ] {
            assert!(app.try_execute(statement).is_err(), "{statement}");
        }
    });
}
