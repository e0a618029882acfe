//! What people do with an order before it is executed, and what stops it (DOMAIN 1, 2, 6.4).

use super::acts::{Act, Decision, Seen};
use super::order::{About, Exception, Order, State};
use super::people::{SALES, Who};
use super::world::{FORBIDDEN, NOT_FOUND, NOT_NOW, Refusal, Rules, SELF_APPROVAL, STALE, STOPPED, Stock, Verdict};

/// Somebody at work on an order; what is told becomes a version of it.
pub struct Desk<'w> {
    pub rules: Rules,
    pub stock: &'w mut Stock,
    pub order: &'w mut Order,
    pub who: Who,
    pub seen: Seen,
    pub told: Vec<&'static str>,
}

const LADDER: &[&str] = &["sales_specialist", "sales_manager", "department_head", "operations_head"];
const VERIFIERS: &[&str] = &["sales_specialist", "order_admin"];

impl Desk<'_> {
    pub fn take(mut self, act: &Act) -> Verdict {
        let verdict = self.attempt(act);
        let name = self.who.username();
        self.close(name);
        verdict
    }

    /// Writes what was told into the history, as one version.
    pub fn close(self, name: &str) {
        if !self.told.is_empty() {
            self.order.history.push((name.to_owned(), self.told));
        }
    }

    fn attempt(&mut self, act: &Act) -> Verdict {
        match act {
            Act::Amend(change) => self.amend(change),
            Act::Verify => self.verify(),
            Act::FindWrong => self.find_wrong(),
            Act::SendBack => self.send_back(),
            Act::Decide(level, old, decision) => self.decide(*level, *old, *decision),
            Act::Confirm => self.confirm(),
            Act::Release => self.release_by_hand(),
            Act::Hold => self.hold(true),
            Act::Unhold => self.hold(false),
            Act::Undo => self.undo(),
            Act::Receive => self.receive(),
            Act::Cancel => self.cancel(),
            Act::Report => self.report(),
            Act::Resolve(at) | Act::Dismiss(at) => self.settle(*at),
            act => self.work(act),
        }
    }

    pub fn may(&self, roles: &[&str]) -> Result<(), Refusal> {
        if self.who.holds(roles) { Ok(()) } else { Err(FORBIDDEN) }
    }

    pub fn version(&self) -> Result<(), Refusal> {
        if self.seen == Seen::Stale { Err(STALE) } else { Ok(()) }
    }

    pub fn unstopped(&self) -> Result<(), Refusal> {
        if self.order.is_stopped() { Err(STOPPED) } else { Ok(()) }
    }

    pub fn own(&self) -> Result<(), Refusal> {
        if self.order.is_own(self.who) { Ok(()) } else { Err(FORBIDDEN) }
    }

    fn in_state(&self, states: &[State]) -> Result<(), Refusal> {
        if states.contains(&self.order.state) { Ok(()) } else { Err(NOT_NOW) }
    }

    /// DOMAIN 1.6: nobody verifies what they entered or corrected.
    fn another(&self) -> Result<(), Refusal> {
        if self.rules.four_eyes && self.order.authors.contains(&self.who) { Err(SELF_APPROVAL) } else { Ok(()) }
    }

    /// DOMAIN 1.6: whoever changed what was verified is not the second person to look at it.
    fn amended_by_another(&self) -> Result<(), Refusal> {
        let theirs = self.order.amended_since.contains(&self.who) && self.order.verified != Some(self.order.content());
        if self.rules.four_eyes && theirs { Err(SELF_APPROVAL) } else { Ok(()) }
    }

    fn verify(&mut self) -> Verdict {
        self.may(VERIFIERS)?;
        self.version()?;
        self.in_state(&[State::AwaitingVerification])?;
        self.another()?;
        self.unstopped()?;
        self.order.state = State::AwaitingApproval;
        self.order.verified = Some(self.order.content());
        self.order.amended_since.clear();
        self.told.push("order.verified");
        self.open_round();
        Ok(200)
    }

    fn find_wrong(&mut self) -> Verdict {
        self.may(VERIFIERS)?;
        self.version()?;
        self.in_state(&[State::AwaitingVerification])?;
        self.another()?;
        self.go_back();
        Ok(200)
    }

    /// By a verifier, or because the customer asks for a change.
    fn send_back(&mut self) -> Verdict {
        self.may(SALES)?;
        match self.order.state {
            State::AwaitingVerification => self.may(VERIFIERS)?,
            State::AwaitingConfirmation => self.own()?,
            _ => {}
        }
        self.version()?;
        self.in_state(&[State::AwaitingVerification, State::AwaitingConfirmation])?;
        if self.order.state == State::AwaitingVerification {
            self.another()?;
        }
        self.go_back();
        Ok(200)
    }

    fn go_back(&mut self) {
        self.order.state = State::AwaitingCorrection;
        self.told.push("order.sent_back");
    }

    /// DOMAIN 2.4.
    fn decide(&mut self, level: usize, old: bool, decision: Decision) -> Verdict {
        self.may(LADDER)?;
        let last = self.order.rounds.len().checked_sub(1).ok_or(NOT_FOUND)?;
        let round = if old { 0 } else { last };
        let steps = &self.order.rounds[round].steps;
        let at = level % steps.len();
        self.may(&[steps[at].role])?;
        self.version()?;
        match steps[at].status {
            "approved" | "rejected" | "returned" | "carried" => return Err((409, "already_decided")),
            "waiting" | "superseded" => return Err(NOT_NOW),
            _ => {}
        }
        if steps.iter().any(|step| step.by == Some(self.who)) {
            return Err(SELF_APPROVAL);
        }
        if decision == Decision::Approve {
            if self.order.is_large() {
                self.another()?;
            }
            self.amended_by_another()?;
            // an amendment of what was reviewed may be the very thing that lifts a block
            if !self.order.is_late() {
                self.unstopped()?;
            }
        }
        let seen = self.order.content();
        let step = &mut self.order.rounds[round].steps[at];
        (step.by, step.seen) = (Some(self.who), Some(seen));
        self.told.push("approval.decided");
        self.after_decision(at, decision);
        Ok(200)
    }

    fn confirm(&mut self) -> Verdict {
        self.may(SALES)?;
        self.own()?;
        self.version()?;
        if self.order.is_late() {
            return self.confirm_again();
        }
        self.in_state(&[State::AwaitingConfirmation])?;
        self.unstopped()?;
        self.order.state = State::Reviewed;
        self.told.push("order.reviewed");
        if self.reserve() > 0 {
            self.raise(About::Shortage, true);
        }
        self.advance();
        Ok(200)
    }

    fn release_by_hand(&mut self) -> Verdict {
        self.may(&["order_admin"])?;
        self.version()?;
        self.in_state(&[State::Reviewed])?;
        self.unstopped()?;
        self.release();
        Ok(200)
    }

    fn hold(&mut self, hold: bool) -> Verdict {
        self.may(&["order_admin"])?;
        self.version()?;
        if self.order.on_hold == hold || (hold && self.order.is_final()) {
            return Err(NOT_NOW);
        }
        self.order.on_hold = hold;
        self.told.push(if hold { "order.held" } else { "order.unheld" });
        if !hold {
            self.advance();
        }
        Ok(200)
    }

    /// DECISIONS 37: a verification until the customer has agreed, a receipt unless it follows from what was delivered.
    fn undo(&mut self) -> Verdict {
        self.may(&["order_admin"])?;
        self.version()?;
        match self.order.state {
            State::AwaitingApproval | State::AwaitingConfirmation => {
                self.order.state = State::AwaitingVerification;
                self.told.push("order.verification_undone");
                self.supersede();
            }
            State::Received if !self.order.has_arrived() => {
                self.order.state = State::Shipped;
                self.told.push("order.receipt_undone");
            }
            _ => return Err(NOT_NOW),
        }
        Ok(200)
    }

    fn receive(&mut self) -> Verdict {
        self.may(&["sales_specialist", "sales_manager", "logistics", "order_admin"])?;
        self.version()?;
        self.in_state(&[State::Shipped])?;
        self.order.state = State::Received;
        self.told.push("order.received");
        Ok(200)
    }

    /// Before release by sales, after it by the order administrator, never once goods have left
    /// (DECISIONS 27).
    fn cancel(&mut self) -> Verdict {
        self.may(SALES)?;
        match self.order.state {
            State::Executing => self.may(&["order_admin"])?,
            _ => self.own()?,
        }
        self.version()?;
        if self.order.is_final() || self.order.state == State::Shipped || self.order.any_left() {
            return Err(NOT_NOW);
        }
        self.end();
        Ok(200)
    }

    fn report(&mut self) -> Verdict {
        if self.who == Who::Viewer {
            return Err(FORBIDDEN);
        }
        self.raise(About::Anything, true);
        Ok(201)
    }

    pub fn raise(&mut self, about: About, blocking: bool) {
        self.order.exceptions.push(Exception { blocking, open: true, about });
        self.told.push("order.exception_reported");
    }

    /// Resolved or dismissed alike: what was stopped goes on (DECISIONS 18).
    fn settle(&mut self, at: usize) -> Verdict {
        self.may(&["order_admin", "operations_head"])?;
        let count = self.order.exceptions.len();
        // the operations head leads what was not dealt with in time, and here nothing is late (DECISIONS 36)
        let leads = count == 0 || self.who.holds(&["order_admin"]);
        if !leads {
            return Err(FORBIDDEN);
        }
        let exception = self.order.exceptions.get_mut(at % count.max(1)).ok_or(NOT_FOUND)?;
        if self.seen == Seen::Stale {
            return Err(STALE);
        }
        if !exception.open {
            return Err(NOT_NOW);
        }
        exception.open = false;
        self.told.push("order.exception_settled");
        self.advance();
        Ok(200)
    }
}
