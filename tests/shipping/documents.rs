//! What is printed: the packing slip and the picking list, in both languages (DOMAIN 3.1, 4.3). Their text is read back
//! from the PDF, and every glyph in it is one that its font has.

use super::{picked, shipment_path};
use crate::support::{Answer, Client, Company, id, on_every_store, order_of};
use lopdf::{Document, Object};
use serde_json::{Value, json};

/// The text of a document, line by line, page after page.
fn text(document: &Document) -> Vec<String> {
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let text = document.extract_text(&pages).expect("the text can be read");
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty()).collect()
}

/// What the document shows, letter after letter, without spaces.
fn letters(document: &Document) -> String {
    text(document).concat().chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn strings(operand: &Object) -> Vec<&[u8]> {
    match operand {
        Object::String(bytes, _) => vec![bytes],
        Object::Array(items) => items.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

/// How many glyphs it shows, and how many of them are the empty one of their font (glyph 0).
fn glyphs(document: &Document) -> (usize, usize) {
    let mut all = Vec::new();
    for page in document.get_pages().values() {
        let content = document.get_and_decode_page_content(*page).expect("a page has content");
        let shown = content.operations.iter().filter(|operation| ["Tj", "TJ"].contains(&operation.operator.as_str()));
        all.extend(shown.flat_map(|operation| &operation.operands).flat_map(strings).flat_map(|bytes| bytes.chunks(2)).map(|glyph| glyph == [0, 0]));
    }
    (all.len(), all.iter().filter(|empty| **empty).count())
}

#[track_caller]
fn read(answer: &Answer) -> Document {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/pdf")), "{}", answer.text);
    let document = Document::load_mem(&answer.bytes).expect("it is a PDF");
    let (shown, missing) = glyphs(&document);
    assert!(shown > 50 && missing == 0, "{missing} of {shown} glyphs are missing");
    document
}

fn ask(client: &Client, path: &str, language: &str) -> Document {
    read(&client.get_with(path, &[("accept-language", language)]))
}

/// An order of goods with Chinese names, for somebody in Shanghai, picked and packed.
fn packed(company: &Company) -> (Value, Value) {
    company.with_paper("50");
    let mut order = order_of(json!([
        {"sku": "PAPER", "quantity": "50"},
        {"name": "签字笔", "specification": "0.5 毫米黑色，二十支装", "quantity": "2.5", "unit": "盒", "unit_price": "6.00"}
    ]));
    order["channel_ref"] = json!("WEB-88213");
    order["customer"]["name"] = json!("上海艾克米科技有限公司");
    order["delivery"]["instructions"] = json!("Ring at the gate, 请走货运电梯");
    let order = company.sales().post("/v1/orders", order).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    company.approve_next(&order);
    company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
    company.pick(&order);
    let said = json!({
        "method": "courier", "carrier": "顺丰速运", "tracking_number": "SF1234567890", "planned_dispatch_at": "2099-03-04T02:00:00Z",
        "expected_at": "2099-03-06T02:00:00Z", "packages": [{"weight_kg": "2.5"}, {"weight_kg": "1.25"}], "label_reference": "LBL-7"
    });
    let parcel = company.logistics().post(&company.path(&order, "/shipments"), said).created();
    (order, parcel)
}

#[test]
fn a_packing_slip_says_what_is_in_the_parcel_and_for_whom() {
    on_every_store(|app| {
        let company = app.company();
        let (order, parcel) = packed(&company);
        let number = order["number"].as_str().expect("a number");
        let path = shipment_path(&parcel, "/packing-slip");
        let (english, chinese) = (ask(&company.viewer(), &path, "en"), ask(&company.viewer(), &path, "zh-CN"));
        let expected = format!(
            "Packing slip|Order|{number}|Shipment|{number}-1|Your reference|WEB-88213|Customer|上海艾克米科技有限公司|Deliver to|1 Century Avenue, Shanghai, Shanghai, 200120, CN|\
             Delivery|Courier|Carrier|顺丰速运|Tracking number|SF1234567890|Label|LBL-7|Dispatch|Wednesday, 4 March 2099|Expected|Friday, 6 March 2099|Warehouse|WH1|Packages|2 pieces · 3.75 kg|\
             Instructions|Ring at the gate, 请走货运电梯|No.|SKU|Goods|Quantity|Unit|1|PAPER|Product PAPER, as in the catalogue|50|set|2|签字笔, 0.5 毫米黑色，二十支装|2.5|盒|\
             Received by: ____________________ Date: ____________________|{number}-1 · 1/1"
        );
        let without_spaces = |text: &str| text.chars().filter(|letter| !letter.is_whitespace() && *letter != '|').collect::<String>();
        assert_eq!(letters(&english), without_spaces(&expected));
        let expected = format!(
            "装箱单|订单号|{number}|发货单号|{number}-1|客户参考号|WEB-88213|客户|上海艾克米科技有限公司|收货地址|CN 200120 Shanghai Shanghai 1 Century Avenue|配送方式|快递|承运商|顺丰速运|\
             运单号|SF1234567890|面单号|LBL-7|发货日期|2099年3月4日|预计送达|2099年3月6日|发货仓库|WH1|包裹|2 件 · 3.75 kg|配送说明|Ring at the gate, 请走货运电梯|序号|货号|商品|数量|单位|\
             1|PAPER|Product PAPER, as in the catalogue|50|set|2|签字笔, 0.5 毫米黑色，二十支装|2.5|盒|签收人：____________________ 日期：____________________|{number}-1 · 1/1"
        );
        assert_eq!(letters(&chinese), without_spaces(&expected));
        // a link that is opened in a browser says the language itself
        let by_query = read(&company.viewer().get(&format!("{path}?language=zh-CN")));
        assert_eq!(letters(&by_query), letters(&chinese));
        company.viewer().get(&format!("{path}?language=fr")).refused(400, "invalid_parameter");
        company.viewer().get(&shipment_path(&json!({"id": "shp_x"}), "/packing-slip")).refused(404, "not_found");
    });
}

#[test]
fn a_picking_list_says_what_is_taken_from_which_warehouse() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("3");
        company.order_admin().post("/v1/warehouses", json!({"code": "WH2", "name": "苏州仓", "priority": 200})).created();
        company.order_admin().post("/v1/stock/movements", json!({"kind": "receipt", "warehouse": "WH2", "sku": "PAPER", "quantity": "10"})).created();
        let order =
            company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}, {"name": "样品", "quantity": "1", "unit": "件", "unit_price": "1.00"}]));
        let path = company.path(&order, "/picking-list");
        let list = ask(&company.warehouse(), &path, "en");
        let shown = letters(&list);
        for part in [
            "Pickinglist",
            "WH1·Mainwarehouse",
            "□1PAPERProductPAPER,asinthecatalogue3set",
            "WH2·苏州仓",
            "□1PAPERProductPAPER,asinthecatalogue2set",
            "Notkeptinstock",
            "□2样品1件",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        let second = letters(&ask(&company.warehouse(), &format!("{path}?warehouse=WH2"), "zh-CN"));
        assert!(second.starts_with("拣货单") && second.contains("WH2·苏州仓") && !second.contains("WH1") && !second.contains("样品"), "{second}");
        company.warehouse().get(&format!("{path}?warehouse=WH9")).refused(400, "invalid_parameter");
        let service = company.confirmed(json!([{"name": "Installation", "kind": "service", "quantity": "1", "unit": "job", "unit_price": "1.00"}]));
        company.warehouse().get(&company.path(&service, "/picking-list")).refused(422, "rule_violated");
    });
}

#[test]
fn a_long_document_goes_on_on_further_pages_and_shows_whatever_is_written() {
    on_every_store(|app| {
        let company = app.company();
        let line = |at: usize| json!({"name": format!("商品 {at} 📦 with a rather long name that has to be broken"), "specification": "غ ไทย Ω 𠀀 é", "quantity": "1", "unit": "件", "unit_price": "1.00"});
        let order = company.confirmed(Value::Array((1..=200).map(line).collect()));
        let list = ask(&company.warehouse(), &company.path(&order, "/picking-list"), "en");
        assert!(list.get_pages().len() > 5);
        let shown = letters(&list);
        assert!((1..=200).all(|at| shown.contains(&format!("商品{at}□with"))), "every line, with a box for what no face has");
        let packed = picked_nothing(&company, &order);
        assert!(packed.get_pages().len() > 5);
    });
}

/// The slip of everything that an order has, before anything of it is picked.
fn picked_nothing(company: &Company, order: &Value) -> Document {
    let parcel = company.logistics().post(&company.path(order, "/shipments"), json!({"method": "own_delivery"})).created();
    ask(&company.viewer(), &shipment_path(&parcel, "/packing-slip"), "en")
}

#[test]
fn a_document_is_shown_to_staff_alone_under_a_name() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.pack(&order, &[(0, "5")]);
        let path = shipment_path(&parcel, "/packing-slip");
        app.anyone.get(&path).refused(401, "unauthenticated");
        let answer = company.viewer().get_with(&path, &[("accept", "application/pdf")]);
        let number = order["number"].as_str().expect("a number");
        assert_eq!(answer.header("content-disposition"), Some(format!("inline; filename=\"packing-slip-{number}-1.pdf\"").as_str()));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let key = app.machine("shop", &["shipments:read"]);
        assert_eq!(key.get(&path).status, 200);
        assert_eq!(key.get(&company.path(&order, "/picking-list")).refused(403, "insufficient_scope")["code"], "insufficient_scope");
        assert!(id(&parcel).starts_with("shp_"));
    });
}
