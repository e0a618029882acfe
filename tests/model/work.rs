//! Tasks, shipments and invoices (DOMAIN 3, 4, 7.1).

use super::acts::{Act, Bill, Parcel, Proof};
use super::decimal::ONE;
use super::desk::Desk;
use super::order::{About, Kind, Line, Order, Shipment, State};
use super::people::Who;
use super::world::{FORBIDDEN, NOT_FOUND, NOT_NOW, Refusal, STOPPED, VIOLATED, Verdict};

const SHIPPERS: &[&str] = &["logistics", "order_admin"];
const LEADS: &[&str] = &["department_head", "operations_head", "order_admin"];

/// The place that a number means, going round; none where there is nothing.
pub fn place(number: usize, count: usize) -> Result<usize, Refusal> {
    if count == 0 { Err(NOT_FOUND) } else { Ok(number % count) }
}

impl Desk<'_> {
    pub fn work(&mut self, act: &Act) -> Verdict {
        match act {
            Act::Start(task) => self.start(*task),
            Act::Prove(task, proof) => self.prove(*task, *proof),
            Act::Complete(task) => self.complete(*task),
            Act::CancelTask(task) => self.cancel_task(*task),
            Act::Pack(parcel) => self.pack(*parcel),
            Act::Dispatch(shipment) => self.dispatch(*shipment),
            Act::Abandon(shipment) => self.abandon(*shipment),
            Act::Track(shipment, status) => self.track(*shipment, status),
            Act::Invoice(bill) => self.invoice(*bill),
            other => panic!("{other:?} is not done with an order"),
        }
    }

    /// A task of their own department, of an order in work (DECISIONS 27).
    fn own_task(&self, number: usize) -> Result<usize, Refusal> {
        if self.who == Who::Viewer {
            return Err(FORBIDDEN);
        }
        let at = place(number, self.order.tasks.len())?;
        if self.order.tasks[at].department != self.who.department() && self.who != Who::Admin {
            return Err(FORBIDDEN);
        }
        self.version()?;
        self.in_work(at)?;
        Ok(at)
    }

    fn in_work(&self, at: usize) -> Result<(), Refusal> {
        match self.order.state {
            State::Executing | State::Shipped => Ok(()),
            State::Received if self.order.tasks[at].department == "finance" => Ok(()),
            _ => Err(NOT_NOW),
        }
    }

    fn start(&mut self, number: usize) -> Verdict {
        let at = self.own_task(number)?;
        if self.order.tasks[at].status != "open" {
            return Err(NOT_NOW);
        }
        self.unstopped()?;
        self.order.tasks[at].status = "in_progress";
        self.told.push("task.started");
        Ok(200)
    }

    fn prove(&mut self, number: usize, proof: Proof) -> Verdict {
        let at = self.own_task(number)?;
        let task = &mut self.order.tasks[at];
        if task.is_over() {
            return Err(NOT_NOW);
        }
        let fits = match task.code {
            "pick" => proof == Proof::Note,
            "produce" => proof != Proof::Note,
            _ => true,
        };
        if !fits {
            return Err((400, "validation_failed"));
        }
        task.proven = Some(proof != Proof::FailedReport);
        self.told.push("task.evidence_added");
        let about = About::Quality(at);
        let open = self.order.exceptions.iter().any(|exception| exception.open && exception.about == about);
        match proof {
            Proof::FailedReport if !open => self.raise(about, false),
            Proof::PassedReport if open => {
                self.order.exceptions.iter_mut().filter(|exception| exception.about == about).for_each(|exception| exception.open = false);
                self.told.push("order.exception_settled");
                self.advance();
            }
            _ => {}
        }
        Ok(201)
    }

    /// DOMAIN 3.3: proof is required, not optional.
    fn lacks_proof(&self, at: usize) -> bool {
        match self.order.tasks[at].code {
            "pick" | "produce" => self.order.tasks[at].proven != Some(true),
            "ship" => !self.order.all_left(),
            "invoice" => self.order.invoiced < self.order.total(),
            _ => false,
        }
    }

    fn complete(&mut self, number: usize) -> Verdict {
        let at = self.own_task(number)?;
        let (code, status) = (self.order.tasks[at].code, self.order.tasks[at].status);
        if !matches!(status, "open" | "in_progress") {
            return Err(NOT_NOW);
        }
        if self.lacks_proof(at) {
            return Err((422, "evidence_missing"));
        }
        self.unstopped()?;
        if code == "pick" && self.order.missing() > 0 {
            return Err(NOT_NOW);
        }
        self.order.tasks[at].status = "done";
        self.told.push("task.completed");
        match code {
            "pick" => self.take_from_shelf(),
            "produce" => self.of_kind(Kind::Custom, |line| line.picked = line.quantity),
            "serve" => {
                self.of_kind(Kind::Service, |line| (line.picked, line.shipped, line.delivered) = (line.quantity, line.quantity, line.quantity))
            }
            _ => {}
        }
        self.go_on();
        Ok(200)
    }

    fn of_kind(&mut self, kind: Kind, change: impl FnMut(&mut Line)) {
        self.order.lines.iter_mut().filter(|line| line.kind == kind).for_each(change);
    }

    fn take_from_shelf(&mut self) {
        for line in self.order.lines.iter_mut().filter(|line| line.is_standard()) {
            self.stock.reserved -= line.reserved;
            self.stock.on_hand -= line.reserved;
            (line.reserved, line.picked) = (0, line.quantity);
        }
    }

    /// What the lines wait for is not simply cancelled.
    fn cancel_task(&mut self, number: usize) -> Verdict {
        self.may(LEADS)?;
        let at = place(number, self.order.tasks.len())?;
        let (code, department) = (self.order.tasks[at].code, self.order.tasks[at].department);
        if department != self.who.department() && self.who != Who::Admin {
            return Err(FORBIDDEN);
        }
        self.version()?;
        self.in_work(at)?;
        if self.order.tasks[at].is_over() {
            return Err(NOT_NOW);
        }
        if matches!(code, "pick" | "produce" | "serve") {
            return Err(VIOLATED);
        }
        self.order.tasks[at].status = "cancelled";
        self.told.push("task.cancelled");
        self.go_on();
        Ok(200)
    }

    /// DOMAIN 4.1: a line can be split between shipments, never over-shipped.
    fn pack(&mut self, parcel: Parcel) -> Verdict {
        self.may(SHIPPERS)?;
        self.version()?;
        if self.order.state != State::Executing {
            return Err(NOT_NOW);
        }
        self.unstopped()?;
        let goods = match parcel {
            Parcel::Of(at, quantity) => {
                let line = &self.order.lines[at % self.order.lines.len()];
                if !line.is_goods() || quantity > self.order.unpacked(line) {
                    return Err(VIOLATED);
                }
                vec![(line.id, quantity)]
            }
            Parcel::Rest => {
                let lines = self.order.lines.iter().filter(|line| line.is_goods());
                lines.map(|line| (line.id, self.order.unpacked(line))).filter(|(_, rest)| *rest > 0).collect()
            }
        };
        if goods.is_empty() {
            return Err(VIOLATED);
        }
        self.order.shipments.push(Shipment { status: "preparing", goods, early: Vec::new() });
        self.told.push("shipment.created");
        Ok(201)
    }

    fn shipment(&self, number: usize) -> Result<usize, Refusal> {
        self.may(SHIPPERS)?;
        let at = place(number, self.order.shipments.len())?;
        self.version()?;
        Ok(at)
    }

    fn dispatch(&mut self, number: usize) -> Verdict {
        let at = self.shipment(number)?;
        if self.order.shipments[at].status != "preparing" || self.order.state != State::Executing {
            return Err(NOT_NOW);
        }
        let goods = self.order.shipments[at].goods.clone();
        if goods.iter().any(|(line, quantity)| self.order.line(*line).ready() < *quantity) {
            return Err(NOT_NOW);
        }
        self.unstopped()?;
        self.order.shipments[at].status = "dispatched";
        goods.iter().for_each(|(line, quantity)| self.order.line(*line).shipped += quantity);
        self.told.push("shipment.dispatched");
        self.done_by_fact("coordinate");
        if self.order.all_left() {
            self.done_by_fact("ship");
        }
        let early = std::mem::take(&mut self.order.shipments[at].early);
        if !early.is_empty() {
            self.follow_trace(at, &early);
        }
        self.advance();
        Ok(200)
    }

    fn abandon(&mut self, number: usize) -> Verdict {
        let at = self.shipment(number)?;
        if self.order.shipments[at].status != "preparing" {
            return Err(NOT_NOW);
        }
        self.order.shipments[at].status = "cancelled";
        self.told.push("shipment.cancelled");
        Ok(200)
    }

    /// DOMAIN 4.2: a fact is always recorded; it moves a shipment that has not arrived.
    fn track(&mut self, number: usize, status: &'static str) -> Verdict {
        let at = self.shipment(number)?;
        let before = self.order.shipments[at].status;
        match before {
            "cancelled" => return Err(NOT_NOW),
            // kept until its dispatch is recorded
            "preparing" => self.order.shipments[at].early.push(status),
            _ if (before == status || matches!(before, "delivered" | "returned")) && !matches!(status, "lost" | "returned") => {}
            _ => self.follow_trace(at, &[status]),
        }
        Ok(201)
    }

    /// Where a shipment goes by what is told of it, and the trouble in that: each kind once, over when it arrives.
    fn follow_trace(&mut self, at: usize, told: &[&'static str]) {
        let before = self.order.shipments[at].status;
        let moved = told.iter().fold(before, |now, next| if matches!(now, "delivered" | "returned") { now } else { *next });
        self.order.shipments[at].status = moved;
        self.told.push(match moved {
            same if same == before => "shipment.updated",
            "delivered" => "shipment.delivered",
            "lost" => "shipment.lost",
            _ => "shipment.updated",
        });
        if moved == "delivered" && before != moved {
            let goods = self.order.shipments[at].goods.clone();
            goods.iter().for_each(|(line, quantity)| self.order.line(*line).delivered += quantity);
        }
        let known = |order: &Order, about| order.exceptions.iter().any(|exception| exception.about == about);
        let open = |order: &Order, about| order.exceptions.iter().any(|exception| exception.open && exception.about == about);
        let (lost, returned) = (About::LostShipment(at), About::ReturnedShipment(at));
        if told.contains(&"lost") && !open(self.order, lost) && (!known(self.order, lost) || moved != "delivered") {
            self.raise(lost, false);
        }
        if told.contains(&"returned") && !known(self.order, returned) {
            self.raise(returned, false);
        }
        if moved == "delivered" && open(self.order, lost) {
            self.order.exceptions.iter_mut().filter(|exception| exception.about == lost).for_each(|exception| exception.open = false);
            self.told.push("order.exception_settled");
        }
        self.advance();
    }

    /// DOMAIN 7.1: no more is billed than the order comes to.
    fn invoice(&mut self, bill: Bill) -> Verdict {
        self.may(&["finance"])?;
        let amount = bill_amount(bill, self.order.total() - self.order.invoiced);
        if amount <= 0 {
            return Err((400, "validation_failed"));
        }
        if self.order.state == State::Cancelled {
            return Err(NOT_NOW);
        }
        if self.order.is_amending() {
            return Err(STOPPED); // what it comes to is not agreed
        }
        if self.order.invoiced + amount > self.order.total() {
            return Err(VIOLATED);
        }
        self.order.invoiced += amount;
        self.told.push("invoice.issued");
        self.invoiced();
        Ok(201)
    }
}

/// What a bill comes to, where so much is left to bill.
pub fn bill_amount(bill: Bill, rest: i64) -> i64 {
    match bill {
        Bill::Rest => rest,
        Bill::OneYuan => ONE,
        Bill::TooMuch => rest + ONE,
    }
}
