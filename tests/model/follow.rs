//! What follows by itself from what people do (DOMAIN 2.5, 2.6, 3.1, 3.4; DECISIONS 6, 16, 23, 25).

use super::acts::Decision;
use super::desk::Desk;
use super::order::{About, Kind, OVERRIDERS, Order, Round, State, Step, Task};

/// The default templates (DOMAIN 3.1): code, department, for which lines (none: always), after what.
const TEMPLATES: &[(&str, &str, &[Kind], &[&str])] = &[
    ("coordinate", "sales", &[], &[]),
    ("pick", "warehouse", &[Kind::Stocked, Kind::Untracked], &[]),
    ("produce", "production", &[Kind::Custom], &[]),
    ("serve", "operations", &[Kind::Service], &[]),
    ("ship", "logistics", &[Kind::Stocked, Kind::Untracked, Kind::Custom], &["pick", "produce"]),
    ("invoice", "finance", &[], &[]),
];

/// The tasks that an order's lines call for, as they begin.
pub fn needed(order: &Order) -> Vec<Task> {
    let task = |(code, department, _, depends_on): &(&'static str, &'static str, &[Kind], &'static [&'static str])| Task {
        code,
        department,
        status: "blocked",
        depends_on,
        proven: None,
    };
    TEMPLATES.iter().filter(|(_, _, kinds, _)| kinds.is_empty() || order.has(kinds)).map(task).collect()
}

impl Desk<'_> {
    /// Asks those whom the order's facts call for, one level at a time; whoever said yes to what has
    /// not changed since is not asked again (DECISIONS 17).
    pub fn open_round(&mut self) {
        self.supersede();
        let short = self.order.missing() > self.stock.on_hand - self.stock.reserved;
        let step = |(role, why)| Step { role, why, status: "waiting", by: None, seen: None };
        let mut steps: Vec<Step> = self.order.approvers(short).into_iter().map(step).collect();
        for step in &mut steps {
            if let Some(stands) = self.standing(step, short) {
                *step = Step { status: "carried", ..stands };
                self.told.push("approval.carried");
            }
        }
        let left = steps.iter().position(|step| step.status == "waiting");
        let status = if left.is_some() { "open" } else { "approved" };
        if let Some(first) = left {
            steps[first].status = "pending";
            self.told.push("approval.requested");
        }
        self.order.rounds.push(Round { status, steps });
        self.pass();
    }

    /// What was decided before, for the same reasons and about the same, by somebody who has not amended a
    /// large order since.
    fn standing(&self, step: &Step, short: bool) -> Option<Step> {
        let same = |decided: &&Step| decided.role == step.role && decided.why == step.why && matches!(decided.status, "approved" | "carried");
        let decided = self.counting()?.steps.iter().find(same)?;
        let changed = !decided.seen.as_ref()?.is_alike(&self.order.content(), &step.why);
        let own = self.rules.four_eyes && self.order.is_large() && decided.by.is_some_and(|by| self.order.authors.contains(&by));
        let overrides = short && OVERRIDERS.contains(&step.role);
        (!changed && !own && !overrides).then(|| decided.clone())
    }

    /// The round whose decisions may still stand: the last one; after the review, where that ended with a no, the last
    /// that passed (DECISIONS 16, 17).
    fn counting(&self) -> Option<&Round> {
        match self.order.last_round()? {
            "approved" | "superseded" => self.order.rounds.last(),
            _ if self.order.is_late() => self.order.rounds.iter().rfind(|round| round.status == "approved"),
            _ => None,
        }
    }

    /// An order of which everything is approved goes to the customer, as soon as nothing stops it. An amendment of
    /// what was reviewed is stopped by nothing.
    fn pass(&mut self) {
        if !self.order.has_passed() {
            return;
        }
        if self.order.is_amending() {
            self.amendment_passed();
        } else if self.order.state == State::AwaitingApproval && !self.order.is_stopped() {
            self.order.state = State::AwaitingConfirmation;
            self.told.push("order.approved");
            self.ask();
        }
    }

    /// The customer is asked by a link, once for the same (DOMAIN 2.5).
    pub fn ask(&mut self) {
        let offered = Some(self.order.offer());
        if self.order.asked != offered {
            self.order.asked = offered;
            self.told.push("confirmation.requested");
        }
    }

    pub fn supersede(&mut self) {
        let Some(round) = self.order.rounds.last_mut().filter(|round| round.status == "open") else { return };
        round.status = "superseded";
        for step in round.steps.iter_mut().filter(|step| matches!(step.status, "pending" | "waiting")) {
            step.status = "superseded";
        }
        self.told.push("approval.superseded");
    }

    /// What becomes of the last round, and of the order, once a step of it is decided.
    pub fn after_decision(&mut self, at: usize, decision: Decision) {
        let round = self.order.rounds.last_mut().expect("a step has a round");
        round.steps[at].status = match decision {
            Decision::Approve => "approved",
            Decision::Return => "returned",
            Decision::Reject => "rejected",
        };
        let next = round.steps.iter().position(|step| step.status == "waiting");
        if let (Decision::Approve, Some(next)) = (decision, next) {
            round.steps[next].status = "pending";
            return self.told.push("approval.requested");
        }
        round.status = round.steps[at].status;
        round.steps.iter_mut().filter(|step| step.status == "waiting").for_each(|step| step.status = "superseded");
        match decision {
            Decision::Approve => self.pass(),
            // it stands still until it is amended again
            Decision::Return if self.order.is_amending() => {}
            Decision::Return => {
                self.order.state = State::AwaitingCorrection;
                self.told.push("order.sent_back");
            }
            Decision::Reject if self.order.is_amending() => self.reject_amendment(),
            Decision::Reject => self.end(),
        }
    }

    /// Sets aside what there is, line after line; gives how much is missing.
    pub fn reserve(&mut self) -> i64 {
        let mut got = 0;
        for line in &mut self.order.lines {
            let share = line.missing().min(self.stock.on_hand - self.stock.reserved).max(0);
            line.reserved += share;
            self.stock.reserved += share;
            got += share;
        }
        if got > 0 {
            self.told.push("order.stock_reserved");
        }
        self.order.missing()
    }

    /// Gives a waiting order what there is by now; with nothing missing its shortage is over.
    pub fn serve(mut self) {
        let free = self.stock.on_hand - self.stock.reserved;
        if free > 0 && self.reserve() == 0 {
            self.settle_shortages();
            self.advance();
        }
        self.close("clock");
    }

    pub fn settle_shortages(&mut self) {
        for exception in self.order.exceptions.iter_mut().filter(|exception| exception.open && exception.about == About::Shortage) {
            exception.open = false;
            self.told.push("order.exception_settled");
        }
    }

    pub fn release(&mut self) {
        self.order.state = State::Executing;
        self.told.push("order.executing");
        self.order.tasks = needed(self.order);
        self.told.extend(self.order.tasks.iter().map(|_| "task.created"));
        self.unblock();
        self.invoiced();
    }

    pub fn unblock(&mut self) {
        let open = self.order.open_codes();
        for task in self.order.tasks.iter_mut().filter(|task| task.status == "blocked") {
            if !task.waits_for(&open) {
                task.status = "open";
                self.told.push("task.opened");
            }
        }
    }

    /// Invoices of at least the total end finance's task.
    pub fn invoiced(&mut self) {
        if self.order.is_billed() {
            self.done_by_fact("invoice");
        }
    }

    pub fn done_by_fact(&mut self, code: &str) {
        let Some(task) = self.order.tasks.iter_mut().find(|task| task.code == code && !task.is_over()) else { return };
        task.status = "done";
        self.told.push("task.completed");
        self.go_on();
    }

    pub fn go_on(&mut self) {
        self.unblock();
        self.advance();
    }

    /// Takes the steps that nobody needs to take. Facts are not stopped, a release is.
    pub fn advance(&mut self) {
        match self.order.state {
            State::AwaitingApproval => self.pass(),
            State::Reviewed if self.rules.auto_release && !self.order.is_stopped() => self.release(),
            State::Executing if self.order.all_left() && !self.order.has_open(&["serve"]) && !self.order.is_amending() => {
                self.order.state = State::Shipped;
                self.told.push("order.shipped");
                self.done_by_fact("coordinate");
                self.done_by_fact("ship");
                if self.order.has_open(&["invoice"]) {
                    self.told.push("task.dated");
                }
                self.advance();
            }
            State::Shipped if self.order.all_delivered() => {
                self.order.state = State::Received;
                self.told.push("order.received");
            }
            _ => {}
        }
    }

    /// A cancelled order leaves nothing behind.
    pub fn end(&mut self) {
        self.order.state = State::Cancelled;
        (self.order.counted, self.order.reconfirm) = (None, false);
        self.told.push("order.cancelled");
        self.supersede();
        for task in self.order.tasks.iter_mut().filter(|task| !task.is_over()) {
            task.status = "cancelled";
            self.told.push("task.cancelled");
        }
        for shipment in self.order.shipments.iter_mut().filter(|shipment| shipment.status == "preparing") {
            shipment.status = "cancelled";
            self.told.push("shipment.cancelled");
        }
        self.give_back();
        self.settle_shortages();
    }

    fn give_back(&mut self) {
        let (mut reserved, mut picked) = (0, 0);
        for line in self.order.lines.iter_mut().filter(|line| line.is_standard()) {
            if line.kind == Kind::Stocked {
                reserved += line.reserved;
                picked += line.picked;
            }
            (line.reserved, line.picked) = (0, 0);
        }
        self.stock.reserved -= reserved;
        self.stock.on_hand += picked;
        if reserved + picked > 0 {
            self.told.push("order.stock_released");
        }
    }
}
