//! Input is read strictly, and every bad value is named at once (BEHAVIOUR 1, 2).

use crate::support::{Answer, Person, on_every_store, order_of};
use serde_json::{Value, json};

fn raw(person: &Person, body: &[u8]) -> Answer {
    person.send("POST", "/v1/customers", &[("content-type", "application/json")], Some(body.to_vec()))
}

fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().expect("errors are listed").iter().filter_map(|error| error["pointer"].as_str()).collect()
}

#[test]
fn what_is_no_json_or_ambiguous_json_is_malformed() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let deep = format!("{{\"name\": {}1{}}}", "[".repeat(40), "]".repeat(40));
        let bodies: [&[u8]; 9] = [
            b"{",
            b"{} {}",
            b"{'name': 'Acme'}",
            b"{\"name\": \"Acme\", \"name\": \"Other\"}",
            b"{\"name\": \"Ac\\u0000me\"}",
            b"{\"name\": \"\xff\"}",
            b"{\"name\": \"\\ud800\"}",
            b"{\"name\": 1e999}",
            deep.as_bytes(),
        ];
        for body in bodies {
            raw(&sales, body).refused(400, "malformed_json");
        }
        assert_eq!(app.count("customers"), 0);
    });
}

#[test]
fn an_unknown_field_is_named() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let refused = sales.post("/v1/customers", json!({"name": "Acme", "colour": "red"})).refused(400, "unknown_field");
        assert!(refused.to_string().contains("colour"));
        let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9", "colour": "red"}]));
        let refused = sales.post("/v1/orders", order.clone()).refused(400, "unknown_field");
        assert!(pointers(&refused)[0].starts_with("/lines/0"), "{refused}");
        order["lines"][0].as_object_mut().expect("a line").remove("colour");
        order["status"] = json!("shipped");
        sales.post("/v1/orders", order).refused(400, "unknown_field");
        sales.post("/v1/orders/whatever/verify", json!({"fields": {"colour": "ok"}})).refused(400, "validation_failed");
    });
}

#[test]
fn every_bad_value_is_named_at_once() {
    // DECISIONS 29
    on_every_store(|app| {
        let sales = app.company().sales();
        let mut order = order_of(json!([
            {"name": "Desk", "quantity": "0", "unit_price": "9"},
            {"name": " ", "quantity": "1", "unit_price": "-1", "tax_rate": "1.5"}
        ]));
        order["currency"] = json!("XXX");
        order["customer"]["phone"] = json!("12345");
        order["customer"]["email"] = json!("nobody");
        order["delivery"]["address"]["country"] = json!("UK");
        let refused = sales.post("/v1/orders", order).refused(400, "validation_failed");
        let mut named = pointers(&refused);
        named.sort_unstable();
        let expected = [
            "/currency",
            "/customer/email",
            "/customer/phone",
            "/delivery/address/country",
            "/lines/0/quantity",
            "/lines/1/name",
            "/lines/1/tax_rate",
            "/lines/1/unit_price",
        ];
        assert_eq!(named, expected);
    });
}

#[test]
fn a_missing_or_misshapen_value_is_named() {
    on_every_store(|app| {
        let sales = app.company().sales();
        for body in [json!({}), json!([]), json!("text"), json!(null), json!({"name": 7}), json!({"name": null})] {
            sales.post("/v1/customers", body).refused(400, "validation_failed");
        }
        sales.post("/v1/orders", order_of(json!([]))).refused(400, "validation_failed");
        let many: Vec<Value> = (0..201).map(|_| json!({"name": "Desk", "quantity": "1", "unit_price": "1"})).collect();
        sales.post("/v1/orders", order_of(json!(many))).refused(400, "validation_failed");
    });
}

#[test]
fn a_list_does_not_stand_for_an_object() {
    // serde would read one by position
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        company.second_sales().post(&company.path(&order, "/verify"), json!([{}, "fine"])).refused(400, "validation_failed");
        company.order_admin().post(&company.path(&order, "/hold"), json!(["a reason"])).refused(400, "validation_failed");
        company.order_admin().post(&company.path(&order, "/unhold"), json!([])).refused(400, "validation_failed");
        company.sales().post("/v1/customers", json!([null, "Acme"])).refused(400, "validation_failed");
        company.sales().post("/v1/orders", order_of(json!([["x"]]))).refused(400, "validation_failed");
        assert_eq!(company.order(&order)["stage"], "awaiting_verification");
    });
}

#[test]
fn text_is_kept_in_nfc_and_lengths_count_characters() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let customer = sales.post("/v1/customers", json!({"name": "Cafe\u{301}"})).created();
        assert_eq!(customer["name"], "Caf\u{e9}");
        sales.post("/v1/customers", json!({"name": "\u{5b57}".repeat(200)})).created();
        sales.post("/v1/customers", json!({"name": "\u{5b57}".repeat(201)})).refused(400, "validation_failed");
        sales.post("/v1/customers", json!({"name": "a\r\nBcc: everyone"})).refused(400, "validation_failed");
    });
}

#[test]
fn a_name_has_something_to_see_and_nothing_hidden() {
    on_every_store(|app| {
        let sales = app.company().sales();
        for bad in ["\u{200b}", "\u{200d}", "\u{3164}", "Ac\u{200b}me", "\u{feff}Acme", "Acme\u{202e}gpj"] {
            sales.post("/v1/customers", json!({"name": bad})).refused(400, "validation_failed");
        }
        sales.post("/v1/customers", json!({"name": "👩\u{200d}🔧 می\u{200c}خواهم"})).created();
    });
}

#[test]
fn a_day_is_written_in_full() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        order["delivery"].as_object_mut().expect("a delivery").remove("requested_within_working_days");
        for bad in ["2026-4-1", "2026-04-1", "2026-04-31", "20260401", "2026-04-01T00:00:00Z", " 2026-04-01"] {
            order["delivery"]["requested_date"] = json!(bad);
            let refused = sales.post("/v1/orders", order.clone()).refused(400, "validation_failed");
            assert_eq!(pointers(&refused), ["/delivery/requested_date"], "{bad}");
        }
        order["delivery"]["requested_date"] = json!("2026-04-01");
        sales.post("/v1/orders", order).created();
    });
}

#[test]
fn unknown_parameters_and_bad_ones_are_named() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let refused = sales.get("/v1/orders?colour=red").refused(400, "unknown_parameter");
        assert_eq!(refused["parameter"], "colour");
        sales.post("/v1/customers?dry_run=1", json!({"name": "Acme"})).refused(400, "unknown_parameter");
        sales.get("/v1/me?x=1").refused(400, "unknown_parameter");
        for bad in [
            "limit=0",
            "limit=201",
            "limit=ten",
            "limit=1&limit=2",
            "stage=nowhere",
            "created_after=yesterday",
            "at_risk=maybe",
            "status=created,lost",
        ] {
            let refused = sales.get(&format!("/v1/orders?{bad}")).refused(400, "invalid_parameter");
            assert_eq!(Some(refused["parameter"].as_str().expect("it is named")), bad.split('=').next(), "{refused}");
        }
        for bad in ["q=%00", "q=%ff"] {
            sales.get(&format!("/v1/orders?{bad}")).refused(400, "invalid_parameter");
        }
        assert_eq!(sales.get("/v1/orders?limit=ten").refused(400, "invalid_parameter")["detail"], "limit: must be a whole number in digits");
        for cursor in ["AAAA", "x", "%21", "a".repeat(400).as_str()] {
            sales.get(&format!("/v1/orders?cursor={cursor}")).refused(400, "invalid_cursor");
        }
        assert_eq!(app.count("customers"), 0);
    });
}

#[test]
fn a_version_that_cannot_be_read_is_a_bad_parameter() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        company.sales().patch(&company.path(&order, ""), "v1", json!({"rush": true})).refused(400, "invalid_parameter");
        company.sales().patch(&company.path(&order, ""), "*", json!({"rush": true})).is(200);
    });
}

#[test]
fn what_looks_like_sql_is_text_like_any_other() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let name = "Robert'); DROP TABLE orders;--";
        assert_eq!(sales.post("/v1/customers", json!({"name": name})).created()["name"], name);
        assert_eq!(sales.get("/v1/customers?q=%27%29%3B+DROP").ok()["data"][0]["name"], name);
        for wild in ["%25", "_", "%5C"] {
            assert_eq!(sales.get(&format!("/v1/customers?q={wild}")).ok()["data"], json!([]), "{wild} stands for itself");
        }
    });
}

/// The details of the bad fields, as someone reads them who speaks Chinese.
fn details(person: &Person, path: &str, body: Value) -> Vec<String> {
    let answer = person.post_with(path, &[("accept-language", "zh-CN")], body);
    let errors = answer.body["errors"].as_array().expect("errors are listed");
    errors.iter().map(|error| format!("{} {}", error["pointer"].as_str().expect("a pointer"), error["detail"].as_str().expect("a detail"))).collect()
}

#[test]
fn what_is_wrong_with_a_value_is_told_in_chinese_with_its_names() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let customer = |body: Value| details(&sales, "/v1/customers", body);
        assert_eq!(customer(json!({})), [" 缺少必填字段：name"]);
        assert!(customer(json!({"name": "Acme", "colour": "red"}))[0].contains("未知字段：colour；可用：code、name"));
        assert_eq!(customer(json!({"name": 7})), ["/name 类型或取值不正确"]);
        assert!(customer(json!({"name": "Acme", "tier": "gold"}))[0].starts_with("/tier 未知的取值：gold；可用："));
        let order = order_of(json!([{"name": "Desk", "quantity": "1,5", "unit_price": "9"}]));
        let amount = &details(&sales, "/v1/orders", order)[0];
        assert!(amount.starts_with("/lines/0/quantity 须为十进制数字符串"), "{amount}");
        let body = json!({"name": "x".repeat(201), "phone": "12345", "email": "nobody"});
        let expected = ["/email 须为电子邮件地址", "/name 字符数或项数须在 1 到 200 之间", "/phone 须为 E.164 格式的电话号码，例如 +8613800138000"];
        assert_eq!(customer(body), expected);
        let limit = sales.get_with("/v1/orders?limit=201", &[("accept-language", "zh-CN")]);
        assert_eq!(limit.body["errors"][0]["detail"], "取值须在 1 到 200 之间");
        let chinese = [("accept-language", "zh-CN"), ("content-type", "application/json")];
        let torn = sales.send("POST", "/v1/customers", &chinese, Some(b"{\"name\": ".to_vec()));
        assert_eq!(torn.body["detail"], "无法解析请求体：第 1 行第 9 列，不是有效的 JSON。");
    });
}

#[test]
fn the_rules_of_bodies_speak_chinese() {
    on_every_store(|app| {
        let (company, admin) = (app.company(), app.admin());
        let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        order["tags"] = json!([" "]);
        order["delivery"]["requested_date"] = json!("2026-04-01");
        order["delivery"]["requested_within_working_days"] = json!(3);
        let expected = ["/delivery requested_date 与 requested_within_working_days 只能填写其一", "/tags 每个标签须为 1 至 50 个字符的一行文本"];
        assert_eq!(details(&company.sales(), "/v1/orders", order), expected);
        let key = json!({"name": "Shop", "scopes": ["orders:paint"]});
        assert_eq!(details(&admin, "/v1/api-keys", key), ["/scopes 未知的权限范围“orders:paint”"]);
    });
}
