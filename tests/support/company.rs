//! A company with everyone of the main job in it, each made when first needed, and the short
//! ways to an order in any of its stages.

use super::app::TestApp;
use super::client::Person;
use docket::db::clock::random;
use serde_json::{Value, json};

/// The id of anything.
#[track_caller]
pub fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id in {thing}"))
}

/// An order of these lines, complete in all that a verifier looks at.
pub fn order_of(lines: Value) -> Value {
    json!({
        "channel": "phone",
        "customer": {"name": "Acme Technology Ltd", "contact_name": "Li Wei", "phone": "+8613800138000", "email": "buyer@acme.example"},
        "currency": "CNY",
        "lines": lines,
        "delivery": {
            "address": {"country": "CN", "region": "Shanghai", "city": "Shanghai", "street": "1 Century Avenue", "postcode": "200120"},
            "requested_within_working_days": 10
        }
    })
}

/// A small document of the kind that proves something.
pub fn note_pdf() -> Vec<u8> {
    b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".to_vec()
}

/// The people and the ways of one company.
pub struct Company<'a> {
    app: &'a TestApp,
}

impl<'a> Company<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        Self { app }
    }

    /// Enters orders.
    pub fn sales(&self) -> Person {
        self.app.person("sales1", &["sales_specialist"], "sales")
    }

    /// Verifies what the first one entered.
    pub fn second_sales(&self) -> Person {
        self.app.person("sales2", &["sales_specialist"], "sales")
    }

    pub fn manager(&self) -> Person {
        self.app.person("manager", &["sales_manager"], "sales")
    }

    /// The head of sales.
    pub fn head(&self) -> Person {
        self.app.person("head", &["department_head"], "sales")
    }

    pub fn operations(&self) -> Person {
        self.app.person("operations", &["operations_head"], "operations")
    }

    pub fn order_admin(&self) -> Person {
        self.app.person("orders", &["order_admin"], "operations")
    }

    pub fn warehouse(&self) -> Person {
        self.app.person("picker", &["warehouse"], "warehouse")
    }

    pub fn production(&self) -> Person {
        self.app.person("maker", &["production"], "production")
    }

    pub fn logistics(&self) -> Person {
        self.app.person("shipper", &["logistics"], "logistics")
    }

    pub fn finance(&self) -> Person {
        self.app.person("finance", &["finance"], "finance")
    }

    pub fn viewer(&self) -> Person {
        self.app.person("viewer", &["viewer"], "operations")
    }

    /// Who decides a step of this role.
    fn decider(&self, role: &str) -> Person {
        match role {
            "sales_specialist" => self.second_sales(),
            "sales_manager" => self.manager(),
            "department_head" => self.head(),
            "operations_head" => self.operations(),
            other => panic!("no step of the default rules asks {other}"),
        }
    }

    /// Puts something into the catalogue.
    pub fn product(&self, sku: &str, kind: &str, unit_price: &str) -> Value {
        let body = json!({
            "sku": sku, "name": format!("Product {sku}"), "kind": kind, "specification": "as in the catalogue",
            "unit": "set", "unit_price": unit_price, "currency": "CNY"
        });
        self.order_admin().post("/v1/products", body).created()
    }

    /// Lets another decide somebody's steps from today for so many days.
    pub fn delegated_for(&self, from: &Person, to: &Person, days: u64) -> Value {
        let today = self.app.app.company.zone.local_date(self.app.app.clock.now().utc());
        let last = today + chrono::Days::new(days);
        from.post("/v1/delegations", json!({"to": to.id, "valid_from": today, "valid_until": last, "reason": "on leave"})).created()
    }

    /// The same for some time.
    pub fn delegated(&self, from: &Person, to: &Person) -> Value {
        self.delegated_for(from, to, 30)
    }

    /// What one unit of a currency comes to in the base currency from a day on.
    pub fn rate(&self, currency: &str, rate: &str, valid_from: &str) -> Value {
        let said = json!({"currency": currency, "rate": rate, "valid_from": valid_from});
        self.order_admin().post("/v1/exchange-rates", said).created()
    }

    /// Opens the warehouse `WH1`.
    pub fn open_warehouse(&self) -> Value {
        self.order_admin().post("/v1/warehouses", json!({"code": "WH1", "name": "Main warehouse"})).created()
    }

    /// Receives goods into `WH1`.
    pub fn receive_stock(&self, sku: &str, quantity: &str) -> Value {
        let body = json!({"kind": "receipt", "warehouse": "WH1", "sku": sku, "quantity": quantity});
        self.order_admin().post("/v1/stock/movements", body).created()
    }

    /// A warehouse with one standard product, `PAPER` at 10.00, and so much of it.
    pub fn with_paper(&self, quantity: &str) {
        self.open_warehouse();
        self.product("PAPER", "standard", "10.00");
        self.receive_stock("PAPER", quantity);
    }

    /// An order as it is now.
    pub fn order(&self, order: &Value) -> Value {
        self.sales().get(&format!("/v1/orders/{}", id(order))).ok()
    }

    /// The path of an order, or of something under it.
    pub fn path(&self, order: &Value, rest: &str) -> String {
        format!("/v1/orders/{}{rest}", id(order))
    }

    /// Entered by sales.
    pub fn entered(&self, lines: Value) -> Value {
        self.sales().post("/v1/orders", order_of(lines)).created()
    }

    /// Entered and verified.
    pub fn verified(&self, lines: Value) -> Value {
        let order = self.entered(lines);
        self.second_sales().post(&self.path(&order, "/verify"), json!({})).ok()
    }

    /// The steps of an order whose turn it is.
    pub fn pending_steps(&self, order: &Value) -> Vec<Value> {
        let page = self.sales().get(&format!("/v1/approvals?order_id={}&status=pending", id(order))).ok();
        page["data"].as_array().expect("a list has data").clone()
    }

    /// Approves the step whose turn it is; gives who did.
    pub fn approve_next(&self, order: &Value) -> Person {
        let step = self.pending_steps(order).pop().expect("a step is pending");
        let decider = self.decider(step["role"].as_str().expect("a step has a role"));
        decider.post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": "agreed"})).ok();
        decider
    }

    /// Entered, verified and approved by everyone who was asked.
    pub fn approved(&self, lines: Value) -> Value {
        let order = self.verified(lines);
        while !self.pending_steps(&order).is_empty() {
            self.approve_next(&order);
        }
        self.order(&order)
    }

    /// Agreed with the customer on the phone: reviewed, and executing with nothing in the way.
    pub fn confirmed(&self, lines: Value) -> Value {
        let order = self.approved(lines);
        self.sales().post(&self.path(&order, "/confirm"), json!({"method": "phone", "note": "Ms Li agreed"})).ok()
    }

    /// The tasks of an order.
    pub fn tasks(&self, order: &Value) -> Vec<Value> {
        let page = self.sales().get(&format!("/v1/tasks?order_id={}", id(order))).ok();
        page["data"].as_array().expect("a list has data").clone()
    }

    /// A department's task of an order.
    #[track_caller]
    pub fn task(&self, order: &Value, department: &str) -> Value {
        let tasks = self.tasks(order);
        let task = tasks.iter().find(|task| task["department"] == department);
        task.unwrap_or_else(|| panic!("no task for {department} in {tasks:?}")).clone()
    }

    /// Proves a task by a document and completes it.
    pub fn prove_and_complete(&self, person: &Person, task: &Value, kind: &str) -> Value {
        let path = format!("/v1/tasks/{}", id(task));
        person.upload(&format!("{path}/evidence"), kind, "proof.pdf", &note_pdf()).is(201);
        person.post(&format!("{path}/complete"), json!({})).ok()
    }

    /// The warehouse picks what an order needs.
    pub fn pick(&self, order: &Value) {
        self.prove_and_complete(&self.warehouse(), &self.task(order, "warehouse"), "goods_issue_note");
    }

    /// Production makes what an order needs.
    pub fn produce(&self, order: &Value) {
        self.prove_and_complete(&self.production(), &self.task(order, "production"), "qc_report");
    }

    /// A shipment of so much of each line, given as positions and quantities.
    pub fn pack(&self, order: &Value, goods: &[(usize, &str)]) -> Value {
        self.logistics().post(&self.path(order, "/shipments"), parcel(order, goods)).created()
    }

    /// Packed and on its way.
    pub fn dispatched(&self, order: &Value, goods: &[(usize, &str)]) -> Value {
        let shipment = self.pack(order, goods);
        self.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&shipment)), json!({})).ok()
    }

    /// An order of two sets of paper, all on its way.
    pub fn shipped(&self) -> Value {
        self.with_paper("10");
        let order = self.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        self.pick(&order);
        self.dispatched(&order, &[(0, "2")]);
        self.order(&order)
    }

    /// The carrier's word that a shipment has arrived.
    pub fn deliver(&self, shipment: &Value) {
        let body = json!({"status": "delivered", "occurred_at": self.now(), "description": "signed at the door", "signed_by": "Li Wei"});
        self.logistics().post(&format!("/v1/shipments/{}/events", id(shipment)), body).is(201);
    }

    /// The server's time.
    pub fn now(&self) -> Value {
        json!(self.app.app.clock.now())
    }

    /// A blocking exception over one order.
    pub fn blocked(&self, order: &Value) -> Value {
        let now = self.now();
        let body = json!({
            "kind": "quality_problem", "severity": "high", "order_ids": [id(order)], "occurred_at": now, "discovered_at": now,
            "department": "warehouse", "cause": "damp cartons", "impact": {"delay_days": 1, "note": ""}, "blocking": true
        });
        self.warehouse().post("/v1/exceptions", body).created()
    }
}

/// The body of a shipment by courier.
pub fn parcel(order: &Value, goods: &[(usize, &str)]) -> Value {
    let lines: Vec<Value> = goods.iter().map(|(at, quantity)| json!({"line_id": id(&order["lines"][*at]), "quantity": quantity})).collect();
    json!({"method": "courier", "carrier": "SF", "tracking_number": format!("SF{}", hex::encode_upper(random::<5>())), "lines": lines})
}
