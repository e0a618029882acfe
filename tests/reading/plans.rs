//! Every list query uses an index (BEHAVIOUR 4): the lists are asked as the handlers ask them, each
//! filter with and without a place to go on from, and SQLite says how it goes about each statement.
//! The plans are kept in `plans.txt`, so that a change of one is read by somebody.

use crate::support::golden;
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use docket::db::clock::{Clock, new_id};
use docket::db::{Conn, Target};
use docket::domain::actor::{Department, Role};
use docket::domain::id::Id;
use docket::domain::lifecycle::approval::StepStatus;
use docket::domain::lifecycle::exception::{ExceptionKind, ExceptionStatus, Severity};
use docket::domain::lifecycle::invoice::InvoiceStatus;
use docket::domain::lifecycle::order::{Stage, State};
use docket::domain::lifecycle::returns::ReturnStatus;
use docket::domain::lifecycle::shipment::ShipmentStatus;
use docket::domain::lifecycle::task::TaskStatus;
use docket::domain::link::Purpose;
use docket::domain::message::MessageStatus;
use docket::domain::order::{Channel, LineKind};
use docket::domain::stock::{ExpectedStatus, MovementKind};
use docket::error::Result;
use docket::repositories::approvals::{Queue, Seat, StepFilter};
use docket::repositories::carriers;
use docket::repositories::exception_causes::{self, CauseFilter};
use docket::repositories::exceptions::ExceptionFilter;
use docket::repositories::messages::MessageFilter;
use docket::repositories::money::listing::{self, InvoiceFilter};
use docket::repositories::money::standing;
use docket::repositories::orders::OrderFilter;
use docket::repositories::products::ProductFilter;
use docket::repositories::returns::{self, ReturnFilter};
use docket::repositories::shipments::ShipmentFilter;
use docket::repositories::stock::StockFilter;
use docket::repositories::stock::expected::{self, ExpectedFilter};
use docket::repositories::stock::movements::{self, MovementFilter};
use docket::repositories::tasks::{From, TaskFilter};
use docket::repositories::{
    approvals, customers, events, exceptions, exchange_rates, files, identity, links, messages, money, orders, products, shipments, stock,
};
use docket::repositories::{tasks, users, warehouses};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

const LIMIT: i64 = 51;
const FURTHER_ON: &str = ", further on";

/// What may be read without a search in an index, or sorted: the beginning of a list's name, what
/// its plan may say, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("orders by text", SCAN, "text is looked for in the middle of words, which no index of SQLite serves"),
    ("how many orders by text", SCAN, "as the list"),
    ("customers by text", SCAN, "as orders by text"),
    ("products by text", SCAN, "as orders by text"),
    ("stock by what is low", SCAN, "walked along the index of what is watched"),
    ("tasks of an order", SORT, A_FEW),
    ("tasks by order", SORT, A_FEW),
    ("files of tasks", SORT, A_FEW),
    ("approvals by order", SORT, A_FEW),
    ("shipments by order", SORT, A_FEW),
    ("shipments by tracking number", SORT, "a number is used once, or a few times over the years"),
    ("invoices by order", SORT, A_FEW),
    ("invoices by customer and due date", SORT, "what of a customer's is due before a day is found by an index"),
    ("payments by order", SORT, A_FEW),
    ("messages by order", SORT, A_FEW),
    ("movements by order", SORT, A_FEW),
    ("exchange rates by currency", SORT, "a currency has one a day at the most, and they are found by an index"),
    ("delegations of somebody", SORT, "a person has a few of them over the years, and they are found by two indexes"),
    ("approvals by role", SCAN, A_WALK),
    ("approvals by what was opened upwards", SCAN, A_WALK),
    ("approvals by what was not opened upwards", SCAN, A_WALK),
    ("exceptions by what blocks", SCAN, A_WALK),
    ("exceptions by how bad they are", SCAN, A_WALK),
    ("exceptions by what was told late", SCAN, A_WALK),
    ("files of exceptions", SORT, "an exception has at most 20 of them, and they are found by an index"),
    ("invoices by status", SCAN, A_WALK),
    ("invoices by due date", SCAN, A_WALK),
    ("invoices by what is overdue", SCAN, A_WALK),
    ("invoices by what is not overdue", SCAN, A_WALK),
    ("movements by kind", SCAN, A_WALK),
    ("products by kind", SCAN, A_WALK),
    ("products by what is active", SCAN, A_WALK),
    ("orders by what is not at risk", SCAN, A_WALK),
    ("orders by what is not overdue", SCAN, A_WALK),
    ("orders by where they go", SCAN, A_WALK),
    ("orders by promise", SCAN, A_WALK),
    ("how many orders by what is not", SCAN, A_WALK),
    ("how many orders by where they go", SCAN, A_WALK),
    ("how many orders by promise", SCAN, A_WALK),
    ("tasks by what is overdue", SCAN, A_WALK),
    ("tasks by what is not overdue", SCAN, A_WALK),
    ("a step asks what is set aside", SORT, A_FEW),
    ("a step asks what is lacking", SORT, A_FEW),
    ("a step asks who else waits", SORT, "those who wait now"),
    ("tasks to tell of", SORT, "those that became overdue since the clock was looked at last"),
];
/// The beginning of the names of what each step of an order asks about that order.
const STEP: &str = "a step asks";
/// What an index leads to all of that there ever was: an order's own is found by the order. Without
/// figures about what a store holds, SQLite takes one equality for as good as another.
const BROAD: &[&str] = &["_by_author (", "_by_status (", "_by_kind (", "_by_state (state=?)", "_by_product (", "_by_decider (", "_by_warehouse ("];
const SCAN: &str = "SCAN ";
const SORT: &str = "USE TEMP B-TREE";
const A_FEW: &str = "an order has a few of them, and they are found by an index";
const A_WALK: &str = "walked by id, newest first, until the page is full";

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The statements of every list, and how SQLite goes about them.
struct Plans {
    conn: Conn,
    /// What was asked since it was last taken.
    asked: Arc<Mutex<Vec<String>>>,
    now: docket::domain::time::UtcTime,
    id: Id,
    text: String,
    wrong: Vec<String>,
    used: BTreeSet<usize>,
}

impl Plans {
    fn of(mut conn: Conn) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let listener = asked.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let said = query.to_string();
                let statement = said.split(" -- binds: ").next().unwrap_or_default().to_owned();
                listener.lock().expect("nobody panicked while listening").push(statement);
            }
        });
        let now = Clock::default().now();
        Self { conn, asked, now, id: new_id(now), text: String::new(), wrong: Vec::new(), used: BTreeSet::new() }
    }

    /// Asks a list for its first page and for one further on.
    fn pages<T>(&mut self, name: &str, ask: impl Fn(&mut Conn, Option<Id>) -> Result<T>) {
        let id = self.id;
        self.list(name, |conn| ask(conn, None));
        self.list(&format!("{name}{FURTHER_ON}"), |conn| ask(conn, Some(id)));
    }

    /// Asks a list.
    fn list<T>(&mut self, name: &str, ask: impl Fn(&mut Conn) -> Result<T>) {
        let take = |asked: &Mutex<Vec<String>>| std::mem::take(&mut *asked.lock().expect("nobody panicked while listening"));
        take(&self.asked);
        ask(&mut self.conn).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let mut statements = take(&self.asked);
        let mut seen = BTreeSet::new();
        statements.retain(|statement| statement.contains("FROM") && seen.insert(statement.clone()));
        assert!(!statements.is_empty(), "{name} asked nothing");
        self.text.push_str(&format!("{name}\n"));
        let mut known = BTreeSet::new();
        for statement in statements {
            let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
            let steps: Vec<Step> = explain.load(&mut self.conn).unwrap_or_else(|error| panic!("{name}: {error}: {statement}"));
            let steps: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
            if known.insert(steps.clone()) {
                steps.iter().for_each(|step| self.text.push_str(&format!("    {step}\n")));
            }
            self.judge(name, &steps, &statement);
        }
    }

    fn judge(&mut self, name: &str, steps: &[String], statement: &str) {
        for step in steps.iter().filter(|step| is_wrong(name, step)) {
            let allowed = ALLOWED.iter().position(|(list, may, _)| name.starts_with(list) && step.starts_with(may));
            match allowed {
                Some(at) => drop(self.used.insert(at)),
                None => self.wrong.push(format!("{name}: {step}\n    {statement}")),
            }
        }
    }
}

/// Whether a step reads a whole table, or sorts what it read. The first page of what is not narrowed
/// by anything may be walked along an index: only that page is read.
fn is_wrong(name: &str, step: &str) -> bool {
    let along_an_index = step.contains(" USING INDEX ") || step.contains(" USING COVERING INDEX ");
    let narrowed = name.contains(" by ") || name.ends_with(FURTHER_ON);
    let broad = name.starts_with(STEP) && BROAD.iter().any(|index| step.contains(index));
    broad || step.starts_with(SCAN) && (narrowed || !along_an_index) || step.starts_with(SORT) && step.contains("ORDER BY")
}

/// Lists of orders.
fn of_orders(plans: &mut Plans) {
    let (id, now) = (plans.id, plans.now);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("it is a day");
    let all = OrderFilter::default;
    let filters = [
        ("", all()),
        (", oldest first", OrderFilter { oldest_first: true, ..all() }),
        ("state", OrderFilter { states: vec![State::Executing], ..all() }),
        ("several states", OrderFilter { states: vec![State::Executing, State::Shipped], ..all() }),
        ("several states, oldest first", OrderFilter { states: vec![State::Executing, State::Shipped], oldest_first: true, ..all() }),
        ("stage", OrderFilter { stage: Some(Stage::AwaitingShipment), ..all() }),
        ("channel", OrderFilter { channel: Some(Channel::Web), ..all() }),
        ("reference", OrderFilter { channel_ref: Some("A-1".to_owned()), ..all() }),
        ("channel and reference", OrderFilter { channel: Some(Channel::Web), channel_ref: Some("A-1".to_owned()), ..all() }),
        ("customer", OrderFilter { customer: Some(id), ..all() }),
        ("customer and state", OrderFilter { customer: Some(id), states: vec![State::Executing], ..all() }),
        ("owner", OrderFilter { owner: Some(id), ..all() }),
        ("time", OrderFilter { created_after: Some(now), created_before: Some(now), ..all() }),
        ("time, oldest first", OrderFilter { created_after: Some(now), oldest_first: true, ..all() }),
        ("state and time", OrderFilter { states: vec![State::Executing], created_after: Some(now), ..all() }),
        ("what is at risk", OrderFilter { at_risk: Some(true), ..all() }),
        ("what is not at risk", OrderFilter { at_risk: Some(false), ..all() }),
        ("what is overdue", OrderFilter { overdue: Some((true, now)), ..all() }),
        ("what is overdue of a department", OrderFilter { overdue: Some((true, now)), department: Some(Department::Sales), ..all() }),
        ("what is not overdue", OrderFilter { overdue: Some((false, now)), ..all() }),
        ("department", OrderFilter { department: Some(Department::Sales), ..all() }),
        ("where they go", OrderFilter { country: Some("CN".to_owned()), region: Some("Hunan".to_owned()), ..all() }),
        ("promise", OrderFilter { promised_from: Some(day), promised_until: Some(day), ..all() }),
        ("state and goods", OrderFilter { states: vec![State::Executing], sku: Some("PAPER".to_owned()), ..all() }),
        ("state and warehouse", OrderFilter { states: vec![State::Executing], warehouse: Some(id), ..all() }),
        ("state and city", OrderFilter { states: vec![State::Executing], city: Some("Shanghai".to_owned()), ..all() }),
        ("text", OrderFilter { q: Some("acme".to_owned()), ..all() }),
        ("text and customer", OrderFilter { q: Some("acme".to_owned()), customer: Some(id), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("orders", by), |conn, beyond| orders::list(conn, &filter, beyond, LIMIT));
        plans.list(&named("how many orders", by), |conn| orders::count(conn, &filter, 10_000));
    }
    plans.list("revisions of an order", |conn| orders::parts::revisions_after(conn, id, 1, LIMIT));
    plans.list("history of an order", |conn| events::list_of_order(conn, id, 7, LIMIT));
    plans.list("tasks of an order", |conn| tasks::list_of_order(conn, id));
    plans.list("shipments of an order", |conn| shipments::list_of_order(conn, id));
    plans.list("steps of an order", |conn| approvals::steps_of_order(conn, id));
    plans.list("rounds of an order", |conn| approvals::rounds_of(conn, id));
    plans.list("blocking exceptions of orders", |conn| exceptions::blocking_numbers_of(conn, &[id, id]));
}

/// What the steps of one order ask, each time.
fn of_steps(plans: &mut Plans) {
    let id = plans.id;
    let mut asks = |what: &str, ask: &dyn Fn(&mut Conn) -> Result<()>| plans.list(&format!("{STEP} {what}"), ask);
    asks("who wrote it", &|conn| orders::parts::has_author(conn, id, id).map(drop));
    asks("its lines", &|conn| orders::parts::lines(conn, id).map(drop));
    asks("what is wrong with it", &|conn| exceptions::open_of_kind(conn, id, ExceptionKind::StockShortage).map(drop));
    asks("what blocks it", &|conn| exceptions::blocking_numbers(conn, id).map(drop));
    asks("who approved it", &|conn| exceptions::level_approvers(conn, &[id]).map(drop));
    asks("its last round", &|conn| approvals::latest_round(conn, id).map(drop));
    asks("what is set aside", &|conn| stock::allocations_of(conn, id).map(drop));
    asks("what is lacking", &|conn| stock::outstanding_lines(conn, id).map(drop));
    asks("what is packed", &|conn| shipments::packed_of(conn, id).map(drop));
    asks("what is invoiced", &|conn| money::invoiced_total(conn, id).map(drop));
    asks("what is paid", &|conn| money::paid_total(conn, id).map(drop));
    asks("how many files", &|conn| files::count_of_order(conn, id).map(drop));
    asks("who else waits for a product", &|conn| stock::waiting_for(conn, id, LIMIT).map(drop));
}

/// Lists of what departments and approvers work on.
fn of_work(plans: &mut Plans) {
    let (id, now) = (plans.id, plans.now);
    let all = TaskFilter::default;
    let filters = [
        ("", all()),
        ("order", TaskFilter { order: Some(id), ..all() }),
        ("department", TaskFilter { department: Some(Department::Warehouse), ..all() }),
        ("department and status", TaskFilter { department: Some(Department::Warehouse), statuses: vec![TaskStatus::Open], ..all() }),
        ("statuses", TaskFilter { statuses: vec![TaskStatus::Open, TaskStatus::InProgress], ..all() }),
        ("assignee", TaskFilter { assignee: Some(id), ..all() }),
        ("assignee and status", TaskFilter { assignee: Some(id), statuses: vec![TaskStatus::Open], ..all() }),
        ("what is overdue", TaskFilter { overdue: Some((true, now)), ..all() }),
        ("what is not overdue", TaskFilter { overdue: Some((false, now)), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("tasks", by), |conn, before| tasks::list(conn, &filter, From::Newest(before), LIMIT));
    }
    let queue = |department, assignee| TaskFilter { department, assignee, statuses: vec![TaskStatus::Open, TaskStatus::InProgress], ..all() };
    for (whose, filter) in [("a department's", queue(Some(Department::Warehouse), None)), ("a person's", queue(None, Some(id)))] {
        plans.pages(&format!("{whose} queue"), |conn, after| tasks::list(conn, &filter, From::Due(after.map(|id| (now, id))), LIMIT));
        plans.pages(&format!("{whose} queue, what is not due"), |conn, after| tasks::list(conn, &filter, From::Undated(after), LIMIT));
    }
    plans.pages("notes of a task", |conn, before| tasks::notes_of(conn, id, before, LIMIT));
    plans.list("how busy people are", |conn| tasks::open_tasks_of(conn, &[id, id]));
    plans.list("orders to date again", |conn| tasks::dated_before(conn, 1, LIMIT));
    plans.list("tasks to tell of", |conn| tasks::overdue(conn, now, LIMIT));
    plans.list("tasks long overdue", |conn| tasks::to_raise(conn, now, LIMIT));
    plans.list("files of tasks", |conn| files::list_of_tasks(conn, &[id, id]));

    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("it is a day");
    plans.list("roles that are waited for", approvals::waited_for);
    plans.list("steps of a role that nobody holds", |conn| approvals::waiting_for(conn, Role::SalesManager, None, LIMIT));
    plans.list("who has delegated", |conn| approvals::delegations::principals_of(conn, id, day));
    plans.pages("delegations", |conn, before| approvals::delegations::list(conn, None, before, LIMIT));
    plans.pages("delegations of somebody", |conn, before| approvals::delegations::list(conn, Some(id), before, LIMIT));
    let all = StepFilter::default;
    let queue = || {
        Some(Queue {
            person: id,
            seats: vec![
                Seat { role: Role::SalesManager, department: None, principal: Some(id) },
                Seat { role: Role::DepartmentHead, department: Some(Department::Sales), principal: None },
            ],
        })
    };
    let filters = [
        ("", all()),
        ("statuses", StepFilter { statuses: vec![StepStatus::Pending, StepStatus::Waiting], ..all() }),
        ("order", StepFilter { order: Some(id), ..all() }),
        ("order and status", StepFilter { order: Some(id), statuses: vec![StepStatus::Pending], ..all() }),
        ("role", StepFilter { role: Some(Role::SalesManager), ..all() }),
        ("role and status", StepFilter { role: Some(Role::SalesManager), statuses: vec![StepStatus::Pending], ..all() }),
        ("what was opened upwards", StepFilter { escalated: Some(true), ..all() }),
        ("what was not opened upwards", StepFilter { escalated: Some(false), ..all() }),
        ("whose turn it is", StepFilter { queue: queue(), ..all() }),
        ("whose turn it is and order", StepFilter { queue: queue(), order: Some(id), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("approvals", by), |conn, before| approvals::list_steps(conn, &filter, before, LIMIT));
    }
}

/// Lists of shipments, exceptions, money and messages.
fn of_follow_up(plans: &mut Plans) {
    let (id, now) = (plans.id, plans.now);
    let all = ShipmentFilter::default;
    let filters = [
        ("", all()),
        ("order", ShipmentFilter { order: Some(id), ..all() }),
        ("statuses", ShipmentFilter { statuses: vec![ShipmentStatus::Dispatched, ShipmentStatus::InTransit], ..all() }),
        ("tracking number", ShipmentFilter { tracking_number: Some("SF1".to_owned()), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("shipments", by), |conn, before| shipments::list(conn, &filter, before, LIMIT));
    }
    plans.list("tracking of a shipment", |conn| shipments::tracking_of(conn, id));
    plans.list("shipments to ask after", |conn| shipments::silent_since(conn, now, LIMIT));

    let all = ExceptionFilter::default;
    let filters = [
        ("", all()),
        ("statuses", ExceptionFilter { statuses: vec![ExceptionStatus::Reported, ExceptionStatus::Planning], ..all() }),
        ("kind", ExceptionFilter { kind: Some(ExceptionKind::StockShortage), ..all() }),
        ("order", ExceptionFilter { order: Some(id), ..all() }),
        ("what blocks", ExceptionFilter { blocking: Some(true), ..all() }),
        ("status and what blocks", ExceptionFilter { statuses: vec![ExceptionStatus::Reported], blocking: Some(true), ..all() }),
        ("how bad they are", ExceptionFilter { severity: Some(Severity::High), ..all() }),
        ("department", ExceptionFilter { department: Some(Department::Warehouse), ..all() }),
        ("status and department", ExceptionFilter { statuses: vec![ExceptionStatus::Reported], department: Some(Department::Warehouse), ..all() }),
        ("owner", ExceptionFilter { owner: Some(id), ..all() }),
        ("cause", ExceptionFilter { cause: Some("weather".to_owned()), ..all() }),
        ("what was told late", ExceptionFilter { late_report: Some(true), ..all() }),
        ("time", ExceptionFilter { reported_from: Some(now), reported_to: Some(now), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("exceptions", by), |conn, before| exceptions::list(conn, &filter, before, LIMIT));
    }
    of_exceptions(plans);

    plans.list("exceptions to plan", |conn| exceptions::to_plan(conn, now, LIMIT));
    plans.list("exceptions to resolve", |conn| exceptions::to_resolve(conn, now, LIMIT));
    plans.list("what was raised for a cause", |conn| exceptions::raised_for_any(conn, &["shp_1/lost".to_owned(), "shp_1/carrier".to_owned()]));
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("it is a day");
    plans.list("invoices to pursue", |conn| money::due::to_pursue(conn, day, LIMIT));

    let (all, day) = (InvoiceFilter::default, chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("it is a day"));
    let filters = [
        ("", all()),
        ("order", InvoiceFilter { order: Some(id), ..all() }),
        ("customer", InvoiceFilter { customer: Some(id), ..all() }),
        ("order and customer", InvoiceFilter { order: Some(id), customer: Some(id), ..all() }),
        ("status", InvoiceFilter { statuses: vec![InvoiceStatus::Draft], ..all() }),
        ("status and customer", InvoiceFilter { statuses: vec![InvoiceStatus::Draft], customer: Some(id), ..all() }),
        ("due date", InvoiceFilter { due_before: Some(day), ..all() }),
        ("customer and due date", InvoiceFilter { customer: Some(id), due_before: Some(day), ..all() }),
        ("what is overdue", InvoiceFilter { overdue: Some((true, day)), ..all() }),
        ("what is not overdue", InvoiceFilter { overdue: Some((false, day)), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("invoices", by), |conn, before| listing::list_invoices(conn, &filter, before, LIMIT));
    }
    plans.pages("whoever has invoices left to pay", |conn, after| standing::debtors(conn, day, after, LIMIT));
    plans.list("how a customer stands", |conn| standing::of_customer(conn, id, day));
    for (by, order) in [("", None), ("order", Some(id))] {
        plans.pages(&named("payments", by), |conn, before| money::list_payments(conn, order, before, LIMIT));
    }
    let status = Some(MessageStatus::Failed);
    for (by, order, status) in [("", None, None), ("order", Some(id), None), ("status", None, status), ("order and status", Some(id), status)] {
        plans.pages(&named("messages", by), |conn, before| messages::list(conn, MessageFilter { order, status }, before, LIMIT));
    }
    plans.pages("links of an order", |conn, before| links::list_of_order(conn, id, before, LIMIT));
    plans.list("the link of a token", |conn| links::find_by_hash(conn, &[7; 32]));
    plans.list("the open link of an order", |conn| links::open_of(conn, id, Purpose::Confirm));
    plans.list("what a customer agreed to", |conn| links::agreed(conn, id, &[7; 32]));
    plans.list("customers to remind", |conn| links::to_remind(conn, now, LIMIT));
    plans.list("orders to give up", |conn| links::to_lapse(conn, now, LIMIT));
    plans.list("messages to send", |conn| messages::claim(conn, now, now, LIMIT));
    plans.list("the feed", |conn| events::list_feed(conn, (3, 7), LIMIT));
}

/// What is read beside exceptions: what was noted of them, and what is counted.
fn of_exceptions(plans: &mut Plans) {
    let (id, now) = (plans.id, plans.now);
    plans.pages("notes of an exception", |conn, before| exceptions::notes::notes_of(conn, id, before, LIMIT));
    plans.list("files of exceptions", |conn| files::list_of_exceptions(conn, &[id, id]));
    plans.list("causes", |conn| exception_causes::list(conn, CauseFilter::default(), None, LIMIT));
    plans.list("causes, further on", |conn| exception_causes::list(conn, CauseFilter::default(), Some("weather"), LIMIT));
    plans.list("exceptions of some days", |conn| exceptions::figures::reported(conn, (now, now)));
    plans.list("what was covered in some days", |conn| exceptions::figures::covered(conn, (now, now)));
    plans.list("which goods were covered in some days", |conn| exceptions::figures::covered_skus(conn, (now, now)));
    plans.list("which carriers were covered in some days", |conn| exceptions::figures::covered_carriers(conn, (now, now)));
    plans.list("how many orders were entered in some days", |conn| exceptions::figures::orders_entered(conn, (now, now)));
    plans.list("the carriers of orders", |conn| shipments::carriers_of(conn, &[id, id]));
    plans.list("what is promised of orders", |conn| orders::promises::earliest_of(conn, &[id, id]));
}

/// Lists of what there is, and of who there is.
fn of_the_catalogue(plans: &mut Plans) {
    let id = plans.id;
    plans.pages("customers", |conn, before| customers::list(conn, None, before, LIMIT));
    plans.pages("customers by text", |conn, before| customers::list(conn, Some("acme"), before, LIMIT));
    plans.pages("exchange rates", |conn, before| exchange_rates::list(conn, None, before, LIMIT));
    plans.pages("exchange rates by currency", |conn, before| exchange_rates::list(conn, Some("USD"), before, LIMIT));
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("it is a day");
    plans.list("the exchange rate of a day", |conn| exchange_rates::find_on(conn, "USD", day));
    let all = ProductFilter::default;
    let filters = [
        ("", all()),
        ("kind", ProductFilter { kind: Some(LineKind::Custom), ..all() }),
        ("what is active", ProductFilter { active: Some(true), ..all() }),
        ("text", ProductFilter { q: Some("desk".to_owned()), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("products", by), |conn, before| products::list(conn, &filter, before, LIMIT));
    }
    plans.pages("warehouses", |conn, before| warehouses::list(conn, before, LIMIT));
    plans.pages("users", |conn, before| users::list(conn, before, LIMIT));
    plans.pages("API keys", |conn, before| identity::list_keys(conn, before, LIMIT));

    let (sku, warehouse) = (|| Some("PAPER".to_owned()), || Some("WH1".to_owned()));
    let filters = [
        ("", StockFilter::default()),
        ("SKU", StockFilter { sku: sku(), ..StockFilter::default() }),
        ("warehouse", StockFilter { warehouse: warehouse(), ..StockFilter::default() }),
        ("SKU and warehouse", StockFilter { sku: sku(), warehouse: warehouse(), low: false }),
        ("what is low", StockFilter { low: true, ..StockFilter::default() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("stock", by), |conn, after| stock::list(conn, &filter, after.map(|after| (after, id)), LIMIT));
    }
    let all = ExpectedFilter::default;
    let filters = [
        ("", all()),
        ("SKU", ExpectedFilter { sku: sku(), ..all() }),
        ("warehouse", ExpectedFilter { warehouse: warehouse(), ..all() }),
        ("status", ExpectedFilter { status: Some(ExpectedStatus::Open), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("expected receipts", by), |conn, before| expected::list(conn, &filter, before, LIMIT));
    }
    let filters = [
        ("", ReturnFilter::default()),
        ("order", ReturnFilter { order: Some(id), ..ReturnFilter::default() }),
        ("exception", ReturnFilter { exception: Some(id), ..ReturnFilter::default() }),
        ("status", ReturnFilter { status: Some(ReturnStatus::Expected), ..ReturnFilter::default() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("returns", by), |conn, before| returns::list(conn, &filter, before, LIMIT));
    }
    plans.list("what comes back of an order", |conn| returns::of_order(conn, id));
    plans.list("what has left of an order", |conn| returns::shipped_of(conn, id));
    plans.list("what is expected of a product", |conn| expected::coming(conn, &[id]));
    plans.pages("carriers", |conn, before| carriers::list(conn, None, before, LIMIT));
    plans.pages("carriers in use", |conn, before| carriers::list(conn, Some(true), before, LIMIT));
    let all = MovementFilter::default;
    let filters = [
        ("", all()),
        ("SKU", MovementFilter { sku: sku(), ..all() }),
        ("warehouse", MovementFilter { warehouse: warehouse(), ..all() }),
        ("SKU and warehouse", MovementFilter { sku: sku(), warehouse: warehouse(), ..all() }),
        ("order", MovementFilter { order: Some(id), ..all() }),
        ("kind", MovementFilter { kind: Some(MovementKind::Receipt), ..all() }),
    ];
    for (by, filter) in filters {
        plans.pages(&named("movements", by), |conn, before| movements::list_movements(conn, &filter, before, LIMIT));
    }
}

fn named(list: &str, by: &str) -> String {
    if by.is_empty() || by.starts_with(',') { format!("{list}{by}") } else { format!("{list} by {by}") }
}

#[test]
fn every_list_uses_an_index_and_sorts_nothing() {
    // BEHAVIOUR 4
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let store = Target::Sqlite(folder.path().join("docket.db").display().to_string());
    let mut plans = Plans::of(store.open_migrated().expect("the migrations run"));
    of_orders(&mut plans);
    of_steps(&mut plans);
    of_work(&mut plans);
    of_follow_up(&mut plans);
    of_the_catalogue(&mut plans);
    golden("tests/reading/plans.txt", &plans.text);
    assert!(plans.wrong.is_empty(), "{} plans read or sort too much\n{}", plans.wrong.len(), plans.wrong.join("\n"));
    let idle: Vec<_> = ALLOWED.iter().enumerate().filter(|(at, _)| !plans.used.contains(at)).collect();
    assert!(idle.is_empty(), "nothing needs to be allowed this: {idle:?}");
}
