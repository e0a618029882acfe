//! Random orders, stock, parcels, returns and plans against a small model: after each step stock, money and progress agree,
//! and every verdict about a plan, a return or a refund is foretold (DOMAIN 6.5, 7.2). `DOCKET_TEST_STEPS` says how many
//! steps, `DOCKET_TEST_SEED` which; the seed is printed, and told with a failure.

use super::goods::tell;
use super::{path, plan, reported};
use crate::support::{Company, TestApp, id, note_pdf, on_every_store};
use docket::db::clock::random;
use serde_json::{Value, json};

/// How many steps by default; a small number, since each is several calls.
const STEPS: u64 = 80;
/// What one unit costs; amounts are in fen, quantities whole.
const PRICE: i64 = 1000;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Dispatched,
    Delivered,
    Lost,
    Returned,
}

#[derive(Debug)]
struct Parcel {
    id: Value,
    quantity: i64,
    /// What of it is sent again, and what is replaced.
    resent: i64,
    replaced: i64,
    way: Way,
}

impl Parcel {
    fn counts(&self) -> i64 {
        self.quantity - self.resent - self.replaced
    }

    fn arrived(&self) -> i64 {
        if self.way == Way::Delivered { self.counts() } else { 0 }
    }
}

#[derive(Debug)]
struct Back {
    id: Value,
    quantity: i64,
    received: Option<i64>,
    open: bool,
}

#[derive(Debug)]
struct Order {
    row: Value,
    quantity: i64,
    picked: i64,
    parcels: Vec<Parcel>,
    returns: Vec<Back>,
    paid: i64,
    refunded: i64,
}

impl Order {
    fn shipped(&self) -> i64 {
        self.parcels.iter().map(Parcel::counts).sum()
    }

    fn delivered(&self) -> i64 {
        self.parcels.iter().map(Parcel::arrived).sum()
    }

    /// What could still come back: all that was delivered or came back with its parcel, but for what is in a return.
    fn could_come_back(&self) -> i64 {
        let there = self.parcels.iter().filter(|parcel| matches!(parcel.way, Way::Delivered | Way::Returned));
        let back: i64 =
            self.returns.iter().filter(|back| back.open || back.received.is_some()).map(|back| back.received.unwrap_or(back.quantity)).sum();
        there.map(|parcel| parcel.quantity).sum::<i64>() - back
    }

    fn returned(&self) -> i64 {
        self.returns.iter().filter_map(|back| back.received).sum()
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

struct World<'a> {
    app: &'a TestApp,
    company: Company<'a>,
    chance: Chance,
    on_hand: i64,
    orders: Vec<Order>,
}

impl World<'_> {
    /// From 1 to so many.
    fn up_to(&mut self, most: i64) -> i64 {
        i64::try_from(self.chance.next() % u64::try_from(most.max(1)).expect("above zero")).expect("it is small") + 1
    }

    fn one_of(&mut self, count: usize) -> usize {
        usize::try_from(self.chance.next() % u64::try_from(count).expect("it is small")).expect("it is small")
    }

    fn step(&mut self) -> String {
        let what = self.one_of(12);
        if self.orders.is_empty() || (what == 0 && self.orders.len() < 8) {
            return self.enter();
        }
        let at = self.one_of(self.orders.len());
        let told = match what {
            1 => self.restock(),
            2 | 3 => self.pick(at),
            4 => self.dispatch(at),
            5 | 6 => self.track(at),
            7 => self.send_again(at),
            8 => self.replace(at),
            9 => self.take_back(at),
            10 => self.receive_or_inspect(at),
            _ => self.money(at),
        };
        format!("order {at}: {told}")
    }

    fn enter(&mut self) -> String {
        let quantity = self.up_to(4);
        let row = self.company.confirmed(json!([{"sku": "PAPER", "quantity": quantity.to_string()}]));
        self.orders.push(Order { row, quantity, picked: 0, parcels: vec![], returns: vec![], paid: 0, refunded: 0 });
        format!("entered, {quantity}")
    }

    fn restock(&mut self) -> String {
        let quantity = self.up_to(5);
        self.company.receive_stock("PAPER", &quantity.to_string());
        self.on_hand += quantity;
        self.app.let_the_clock_look();
        format!("restocked {quantity}")
    }

    /// The warehouse tries: that it may is not this model's business, what it does is.
    fn pick(&mut self, at: usize) -> String {
        let order = &mut self.orders[at];
        let tasks = self.company.tasks(&order.row);
        let open = tasks.iter().find(|task| task["code"] == "pick" && task["status"] == "open");
        let Some(task) = open else { return "nothing to pick".to_owned() };
        let (warehouse, task) = (self.company.warehouse(), format!("/v1/tasks/{}", id(task)));
        warehouse.upload(&format!("{task}/evidence"), "goods_issue_note", "proof.pdf", &note_pdf()).is(201);
        let answer = warehouse.post(&format!("{task}/complete"), json!({})).status;
        if answer == 200 {
            self.on_hand -= order.quantity - order.picked;
            order.picked = order.quantity;
        }
        format!("picked: {answer}")
    }

    fn dispatch(&mut self, at: usize) -> String {
        let most = self.orders[at].picked - self.orders[at].shipped();
        let blocked = self.company.order(&self.orders[at].row)["blocked_by"].as_array().is_some_and(|by| !by.is_empty());
        if most <= 0 || blocked {
            return "nothing to dispatch".to_owned();
        }
        let quantity = self.up_to(most);
        let order = &mut self.orders[at];
        let parcel = self.company.dispatched(&order.row, &[(0, &quantity.to_string())]);
        order.parcels.push(Parcel { id: parcel["id"].clone(), quantity, resent: 0, replaced: 0, way: Way::Dispatched });
        format!("dispatched {quantity}")
    }

    fn track(&mut self, at: usize) -> String {
        let (parcels, status) = (self.orders[at].parcels.len(), self.one_of(4));
        if parcels == 0 {
            return "nothing on its way".to_owned();
        }
        let which = self.one_of(parcels);
        let order = &mut self.orders[at];
        let parcel = &mut order.parcels[which];
        let (said, way) = [("lost", Way::Lost), ("delivered", Way::Delivered), ("delivered", Way::Delivered), ("returned", Way::Returned)][status];
        tell(&self.company, &json!({"id": parcel.id}), json!({"status": said}));
        // what was lost may turn up; what was delivered or came back stays where it is
        if parcel.way == Way::Lost && way == Way::Delivered {
            // what was not picked yet in its place is not sent
            let lapses = parcel.resent.min(order.quantity - order.picked);
            parcel.resent -= lapses;
            order.picked += lapses;
        }
        if matches!(parcel.way, Way::Dispatched | Way::Lost) {
            parcel.way = way;
        }
        format!("parcel {which} is told {said}")
    }

    /// A plan of one action over one order, made and approved; gives how it was answered.
    fn planned(&self, at: usize, action: Value) -> u16 {
        let exception = reported(&self.company, "other", &[&self.orders[at].row], json!({}));
        let answer = plan(&self.company, &exception, json!([action]));
        if answer.status != 200 {
            return answer.status;
        }
        let by = if answer.body["plan"]["cost"].is_string() { self.company.second_sales() } else { self.company.operations() };
        by.post(&path(&exception, "/approve"), json!({})).status
    }

    fn send_again(&mut self, at: usize) -> String {
        let parcels = self.orders[at].parcels.len();
        if parcels == 0 {
            return "nothing to send again".to_owned();
        }
        let which = self.one_of(parcels);
        let parcel = &self.orders[at].parcels[which];
        let missing = if matches!(parcel.way, Way::Lost | Way::Returned) { parcel.counts() } else { 0 };
        let answer = self.planned(at, json!({"kind": "ship_again", "shipment": parcel.id}));
        assert_eq!(answer, if missing > 0 { 200 } else { 422 }, "parcel {which} is sent again: {parcel:?}");
        let order = &mut self.orders[at];
        order.parcels[which].resent += missing;
        order.picked -= missing;
        format!("parcel {which} is sent again: {missing}")
    }

    fn replace(&mut self, at: usize) -> String {
        let (quantity, delivered) = (self.up_to(3), self.orders[at].delivered());
        let answer = self.planned(at, json!({"kind": "replace", "sku": "PAPER", "quantity": quantity.to_string()}));
        let waits = self.company.order(&self.orders[at].row)["status"] == "reviewed"; // for stock
        let foretold = if quantity <= delivered { 200 } else { 422 };
        assert_eq!(answer, if waits { 409 } else { foretold }, "{quantity} of {delivered} are replaced");
        if answer == 200 {
            let order = &mut self.orders[at];
            order.picked -= quantity;
            let mut left = quantity;
            for parcel in order.parcels.iter_mut().rev().filter(|parcel| parcel.way == Way::Delivered) {
                let share = left.min(parcel.counts());
                parcel.replaced += share;
                left -= share;
            }
        }
        format!("{quantity} replaced: {answer}")
    }

    fn take_back(&mut self, at: usize) -> String {
        let quantity = self.up_to(3);
        let order = &mut self.orders[at];
        let lines = json!([{"line_id": id(&order.row["lines"][0]), "quantity": quantity.to_string()}]);
        let body = json!({"order_id": id(&order.row), "reason": "the wrong size", "lines": lines});
        let answer = self.company.sales().post("/v1/returns", body);
        assert_eq!(answer.status, if quantity <= order.could_come_back() { 201 } else { 422 }, "{quantity} come back: {order:?}");
        if answer.status == 201 {
            order.returns.push(Back { id: answer.body["id"].clone(), quantity, received: None, open: true });
        }
        format!("{quantity} come back: {}", answer.status)
    }

    fn receive_or_inspect(&mut self, at: usize) -> String {
        let (cancels, part) = (self.one_of(4) == 0, self.up_to(3));
        let order = &mut self.orders[at];
        let line = order.row["lines"][0]["id"].clone();
        let Some(back) = order.returns.iter_mut().find(|back| back.open) else { return "nothing comes back".to_owned() };
        let (warehouse, at) = (self.company.warehouse(), format!("/v1/returns/{}", back.id.as_str().expect("an id")));
        match back.received {
            None if cancels => {
                warehouse.post(&format!("{at}/cancel"), json!({"reason": "they keep it"})).ok();
                back.open = false;
                "a return is cancelled".to_owned()
            }
            None => {
                let come = part.min(back.quantity);
                let lines = json!([{"line_id": line, "quantity": come.to_string()}]);
                warehouse.post(&format!("{at}/receive"), json!({"warehouse": "WH1", "lines": lines})).ok();
                back.received = Some(come);
                format!("{come} are received")
            }
            Some(come) => {
                let good = part.min(come);
                let lines = json!([{"line_id": line, "restocked": good.to_string(), "scrapped": (come - good).to_string()}]);
                warehouse.post(&format!("{at}/inspect"), json!({"lines": lines})).ok();
                (back.open, self.on_hand) = (false, self.on_hand + good);
                self.app.let_the_clock_look();
                format!("{good} of {come} are good")
            }
        }
    }

    fn money(&mut self, at: usize) -> String {
        let (pays, amount) = (self.one_of(2) == 0, self.up_to(3 * PRICE));
        let text = format!("{}.{:02}", amount / 100, amount % 100);
        let order = &self.orders[at];
        if pays {
            self.company.finance().post("/v1/payments", json!({"order_id": id(&order.row), "amount": text, "method": "cash"})).created();
            self.orders[at].paid += amount;
            return format!("{text} paid");
        }
        let left = order.paid - order.refunded;
        let answer = self.planned(at, json!({"kind": "refund", "amount": text, "method": "cash"}));
        assert_eq!(answer, if amount <= left { 200 } else { 422 }, "{amount} of {left} are refunded");
        self.orders[at].refunded += if answer == 200 { amount } else { 0 };
        format!("{text} refunded: {answer}")
    }

    /// What the service shows is what the model says.
    fn agrees(&self) {
        let stock = self.company.warehouse().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
        assert_eq!(stock["on_hand"], self.on_hand.to_string(), "on hand");
        for (at, order) in self.orders.iter().enumerate() {
            let line = self.company.order(&order.row)["lines"][0].clone();
            let shown = ["picked", "shipped", "delivered", "returned"].map(|field| line[field].as_str().expect("a quantity").to_owned());
            let modelled = [order.picked, order.shipped(), order.delivered(), order.returned()].map(|quantity| quantity.to_string());
            assert_eq!(shown, modelled, "order {at}: {order:?}");
            let balance = self.company.finance().get(&self.company.path(&order.row, "/balance")).ok();
            let fen = |amount: i64| format!("{}.{:02}", amount / 100, amount % 100);
            assert_eq!([&balance["paid"], &balance["refunded"]], [&json!(fen(order.paid)), &json!(fen(order.refunded))], "order {at}");
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn stock_money_and_progress_agree_with_a_model_whatever_happens_after_shipping() {
    on_every_store(|app| {
        let (seed, steps) =
            (number("DOCKET_TEST_SEED").unwrap_or_else(|| u64::from_be_bytes(random())), number("DOCKET_TEST_STEPS").unwrap_or(STEPS));
        println!("DOCKET_TEST_SEED={seed} DOCKET_TEST_STEPS={steps}");
        let company = app.company();
        company.with_paper("6");
        let mut world = World { app, company, chance: Chance(seed), on_hand: 6, orders: Vec::new() };
        for step in 0..steps {
            let told = world.step();
            println!("{step}: {told}");
            world.agrees();
            if step % 200 == 199 {
                // people stay logged in for some minutes only, and a world of a few orders is enough
                world.orders.clear();
                app.advance(chrono::TimeDelta::zero());
                assert!(app.check().is_empty(), "{:?}", app.check());
            }
        }
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
