//! Amendments (DOMAIN 1.7): until the review they ask the order's approvers again; after it the order stands still until
//! everybody concerned has agreed, and what counted before counts again where they do not (DECISIONS 16, 17, 19).

use super::acts::{Change, Seen};
use super::desk::Desk;
use super::judged::Counted;
use super::order::{Kind, Line, Order, State};
use super::people::SALES;
use super::world::{NOT_NOW, Refusal, VIOLATED, Verdict, changed};

impl Desk<'_> {
    pub fn amend(&mut self, change: &Change) -> Verdict {
        self.may(SALES)?;
        self.own()?;
        if self.seen == Seen::Unsaid {
            return Err((428, "precondition_required"));
        }
        self.version()?;
        let late = self.order.is_late();
        if !self.order.is_entered() && !late {
            return Err(NOT_NOW);
        }
        let mut after = changed(self.order, change);
        if after.lines.is_empty() {
            return Err((400, "validation_failed"));
        }
        let touches = after.content() != self.order.content();
        if after.says_the_same(self.order) && *change != Change::ReasonOnly {
            return Ok(200);
        }
        if after.total() < after.invoiced {
            return Err(VIOLATED);
        }
        if late {
            self.keep_progress(&after)?;
        }
        after.revision += 1;
        after.authors.insert(self.who);
        after.amended_since.insert(self.who);
        let before = self.order.clone();
        *self.order = after;
        self.told.push("order.amended");
        if late {
            self.after_amending_late(&before, touches)
        } else {
            self.after_amending(touches)
        }
        Ok(200)
    }

    fn after_amending(&mut self, touches: bool) {
        match self.order.state {
            State::AwaitingCorrection => self.order.state = State::AwaitingVerification,
            State::AwaitingConfirmation if touches => self.order.state = State::AwaitingApproval,
            _ => {}
        }
        if touches && self.order.state == State::AwaitingApproval {
            self.open_round();
        }
    }

    /// DECISIONS 19: below what was picked or packed is refused, and so is more of what a department has readied.
    fn keep_progress(&self, after: &Order) -> Result<(), Refusal> {
        let before = &*self.order;
        let stays = |was: &Line| match after.lines.iter().find(|line| line.id == was.id) {
            Some(line) => before.used(was) <= line.quantity,
            None => before.used(was) == 0 && !before.was_packed(was),
        };
        let is_more = |line: &&Line| before.lines.iter().find(|was| was.id == line.id).is_none_or(|was| line.quantity > was.quantity);
        let is_ready = |line: &Line| before.tasks.iter().any(|task| task.code == readied_by(line.kind) && task.status == "done");
        if before.lines.iter().all(stays) && !after.lines.iter().filter(is_more).any(is_ready) { Ok(()) } else { Err(VIOLATED) }
    }

    /// Who has to agree: nobody where it brings back what counts, or touches nothing that anybody judges; but what was
    /// sent back is looked at again whatever was changed.
    fn after_amending_late(&mut self, before: &Order, touches: bool) {
        self.free_what_went(before);
        let (open, content) = (before.is_amending(), self.order.content());
        if before.counted.as_ref().is_some_and(|counted| counted.content == content) {
            self.settle_amendment();
            self.supersede();
            self.adapt();
        } else if touches || (open && before.last_round() == Some("returned")) {
            self.order.counted.get_or_insert_with(|| Counted::of(before));
            self.order.reconfirm |= self.order.offer() != before.offer();
            self.open_round();
        } else if !open {
            self.adapt();
        }
    }

    /// What lines that are gone had set aside is there for others at once; they cannot have it back.
    fn free_what_went(&mut self, before: &Order) {
        let went = |line: &&Line| self.order.lines.iter().all(|now| now.id != line.id);
        let held = before.lines.iter().filter(went).map(|line| line.reserved).sum();
        self.free(held);
    }

    fn settle_amendment(&mut self) {
        (self.order.counted, self.order.reconfirm) = (None, false);
    }

    /// All approvers have passed it: the customer is asked where they see the difference, or it takes effect.
    pub fn amendment_passed(&mut self) {
        if self.order.reconfirm { self.ask() } else { self.take_effect() }
    }

    fn take_effect(&mut self) {
        self.settle_amendment();
        self.told.push("order.amendment_agreed");
        self.adapt();
    }

    /// Sales records the customer's yes to an amendment. No block stops it (DECISIONS 18), and what they were asked by
    /// links before counts no more.
    pub fn confirm_again(&mut self) -> Verdict {
        if !self.order.reconfirm || !self.order.has_passed() {
            return Err(NOT_NOW);
        }
        self.order.asked = None;
        self.take_effect();
        Ok(200)
    }

    /// What counted before counts again, as a new revision (DECISIONS 16).
    pub fn reject_amendment(&mut self) {
        let Some(counted) = self.order.counted.take() else { return };
        let before = self.order.clone();
        self.order.bring_back(&counted);
        self.order.revision += 1;
        self.free_what_went(&before);
        self.settle_amendment();
        self.told.push("order.amendment_rejected");
        self.adapt();
    }
}

/// The task that readies the goods of a kind.
fn readied_by(kind: Kind) -> &'static str {
    match kind {
        Kind::Stocked | Kind::Untracked => "pick",
        Kind::Custom => "produce",
        Kind::Service => "serve",
    }
}
