//! Letters of every kind: one form for what looks the same, nothing that cannot be seen, nothing
//! that reads otherwise than it is written (BEHAVIOUR 1).

use super::{is_refused, stored};
use crate::support::{id, on_every_store};
use serde_json::json;

#[test]
fn a_name_that_nobody_can_see_is_none() {
    on_every_store(|app| {
        let (sales, admin, before) = (app.company().sales(), app.company().order_admin(), stored(app));
        for name in
            ["\u{200b}", "\u{200d}\u{200c}", "\u{feff}", "\u{2060} \u{a0}", "\u{3164}", "\u{2800}", "\u{ad}", "\u{3000}", "\u{e0020}", "\u{180e}"]
        {
            sales.post("/v1/customers", json!({"name": name})).refused(400, "validation_failed");
            admin.post("/v1/warehouses", json!({"code": "W", "name": name})).refused(400, "validation_failed");
            admin.post("/v1/warehouses", json!({"code": format!("W{name}"), "name": "West"})).refused(400, "validation_failed");
            sales.post("/v1/exceptions", json!({"kind": "other", "severity": "low", "cause": name})).refused(400, "validation_failed");
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn a_name_that_reads_otherwise_than_it_is_written_is_refused() {
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        for mark in ["\u{202a}", "\u{202b}", "\u{202c}", "\u{202d}", "\u{202e}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}"] {
            is_refused(&sales.post("/v1/customers", json!({"name": format!("Acme {mark}dtL")})));
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn what_looks_the_same_is_stored_the_same_and_found_either_way() {
    on_every_store(|app| {
        let sales = app.company().sales();
        // e and an accent, Hangul by its parts, the Kelvin sign, a ligature that NFC leaves alone
        for (said, kept) in
            [("Cafe\u{301}", "Caf\u{e9}"), ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"), ("\u{212a}elvin", "Kelvin"), ("o\u{fb03}ce", "o\u{fb03}ce")]
        {
            let customer = sales.post("/v1/customers", json!({"name": said})).created();
            assert_eq!(customer["name"], kept);
            for asked in [said, kept] {
                let escaped: String = asked.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let found = sales.get(&format!("/v1/customers?q={escaped}")).ok()["data"].clone();
                assert_eq!(found[0]["id"], customer["id"], "{asked:?}");
            }
        }
        let key = [("idempotency-key", "nfc")];
        let first = sales.post_with("/v1/customers", &key, json!({"name": "e\u{301}"})).created();
        assert_eq!(id(&sales.post_with("/v1/customers", &key, json!({"name": "\u{e9}"})).created()), id(&first));
    });
}

#[test]
fn names_of_the_whole_world_are_kept() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let names = [
            "陈静",
            "𠮷野家",
            "नमस्ते",
            "نام\u{200c}ها",
            "שלום \u{200f}(א)",
            "👩\u{200d}👩\u{200d}👧 & Co",
            "Ǆ ﷺ",
            "ไทย",
            "\u{10ffff}x",
            "İstanbul ıI ß ẞ",
            "𝔄𝔠𝔪𝔢",
        ];
        for name in names {
            let customer = sales.post("/v1/customers", json!({"name": name})).created();
            assert_eq!(sales.get(&format!("/v1/customers/{}", id(&customer))).ok()["name"], name);
        }
    });
}
