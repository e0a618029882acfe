//! What a shipment is packed in, from where, and what is known of it later (DOMAIN 4.1).

use super::{picked, shipment, shipment_path};
use crate::support::{Company, id, note_pdf, on_every_store};
use serde_json::{Value, json};

#[test]
fn a_shipment_has_pieces_and_labels_and_is_put_right() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let pieces =
            json!([{"weight_kg": "2.5", "length_cm": "40", "width_cm": "30", "height_cm": "20.5", "label_reference": "1/2"}, {"weight_kg": "1"}]);
        let said = json!({"method": "courier", "carrier": "SF", "label_reference": "LBL-1", "packages": pieces});
        let packed = company.logistics().post(&company.path(&order, "/shipments"), said).created();
        let piece = json!({"weight_kg": "2.5", "length_cm": "40", "width_cm": "30", "height_cm": "20.5", "label_reference": "1/2"});
        assert_eq!([&packed["packages"][0], &packed["label_reference"], &packed["warehouse"]], [&piece, &json!("LBL-1"), &json!("WH1")]);
        let path = shipment_path(&packed, "");
        let change = |said: Value| company.logistics().patch(&path, &company.logistics().get(&path).etag(), said);
        let changed = change(json!({"tracking_number": "SF1", "packages": [{"weight_kg": "3"}]})).ok();
        assert_eq!([&changed["tracking_number"], &changed["packages"][0]["weight_kg"]], ["SF1", "3"]);
        assert!(changed["tracking_url"].as_str().unwrap_or_default().ends_with("/SF1"), "the carrier's page follows the number");
        change(json!({"carrier": null})).refused(400, "validation_failed");
        change(json!({"packages": [{"weight_kg": "0"}]})).refused(400, "validation_failed");
        company.logistics().send_json("PATCH", &path, &[], &json!({"label_reference": "X"})).refused(428, "precondition_required");
        company.logistics().post(&shipment_path(&packed, "/dispatch"), json!({})).ok();
        // a number that was mistyped is put right on the way, what was planned is past
        assert_eq!(change(json!({"tracking_number": "SF2"})).ok()["tracking_number"], "SF2");
        change(json!({"tracking_number": null})).refused(400, "validation_failed");
        change(json!({"planned_dispatch_at": "2099-01-01T00:00:00Z"})).refused(422, "rule_violated");
        let history = company.sales().get(&company.path(&order, "/history?limit=200")).ok();
        let named = |name: &str| history["data"].as_array().expect("a list").iter().filter(|row| row["name"] == name).count();
        assert_eq!(named("shipment.changed"), 2);
    });
}

fn second_warehouse(company: &Company, sku: &str, quantity: &str) {
    company.order_admin().post("/v1/warehouses", json!({"code": "WH2", "name": "Second", "priority": 200})).created();
    company.order_admin().post("/v1/stock/movements", json!({"kind": "receipt", "warehouse": "WH2", "sku": sku, "quantity": quantity})).created();
}

#[test]
fn a_shipment_from_a_warehouse_holds_what_was_set_aside_there() {
    // DOMAIN 4.1: several warehouses
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("3");
        second_warehouse(&company, "PAPER", "10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        company.pick(&order);
        let from = |warehouse: &str, quantity: Option<&str>| {
            let lines = quantity.map(|quantity| json!([{"line_id": id(&order["lines"][0]), "quantity": quantity}]));
            let said = json!({"method": "courier", "carrier": "SF", "tracking_number": "1", "warehouse": warehouse, "lines": lines});
            company.logistics().post(&company.path(&order, "/shipments"), said)
        };
        from("WH9", None).refused(400, "validation_failed");
        from("WH2", Some("3")).refused(422, "rule_violated");
        let second = from("WH2", None).created();
        assert_eq!([&second["warehouse"], &second["lines"][0]["quantity"]], ["WH2", "2"]);
        from("WH2", None).refused(422, "rule_violated");
        let first = from("WH1", None).created();
        assert_eq!([&first["warehouse"], &first["lines"][0]["quantity"]], ["WH1", "3"]);
        for parcel in [&first, &second] {
            company.logistics().post(&shipment_path(parcel, "/dispatch"), json!({})).ok();
        }
        assert_eq!(company.order(&order)["status"], "shipped");
    });
}

#[test]
fn the_signed_receipt_is_attached_to_what_has_left() {
    // DOMAIN 4.3 (回单)
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let packed = company.pack(&order, &[(0, "5")]);
        let path = shipment_path(&packed, "/receipt");
        company.logistics().upload(&path, "signed_receipt", "receipt.pdf", &note_pdf()).refused(409, "invalid_transition");
        company.logistics().post(&shipment_path(&packed, "/dispatch"), json!({})).ok();
        company.logistics().upload(&path, "goods_issue_note", "receipt.pdf", &note_pdf()).refused(400, "validation_failed");
        company.warehouse().upload(&path, "signed_receipt", "receipt.pdf", &note_pdf()).refused(403, "forbidden");
        let answer = company.logistics().upload(&path, "signed_receipt", "回单.pdf", &note_pdf()).is(201);
        let place = answer.header("location").expect("a file has a place").to_owned();
        let shown = shipment(&company, &packed);
        assert_eq!([&shown["files"][0]["kind"], &shown["files"][0]["file_name"]], ["signed_receipt", "回单.pdf"]);
        assert_eq!(company.viewer().get(&place).is(200).text.as_bytes(), note_pdf());
    });
}
