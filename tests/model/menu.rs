//! What `GET …/actions` must say: for each action the codes of everything that stands against it,
//! for this person, now (BEHAVIOUR 1).

use super::acts::Act;
use super::order::{Order, State};
use super::people::{SALES, Who};
use super::world::Rules;
use std::collections::BTreeSet;

type Codes = BTreeSet<&'static str>;

/// Every action with what stands against it.
pub fn menu(rules: Rules, order: &Order, who: Who) -> Vec<(&'static str, Codes)> {
    let menu = Menu { rules, order, who };
    let actions =
        ["verify", "send_back", "amend", "confirm", "request_confirmation", "release", "ship", "receive", "cancel", "hold", "undo", "unhold"];
    actions.into_iter().map(|action| (action, menu.against(action))).collect()
}

/// Under which name an act stands in the menu.
pub fn name_of(act: &Act) -> Option<&'static str> {
    Some(match act {
        Act::Verify => "verify",
        Act::SendBack => "send_back",
        Act::Amend(_) => "amend",
        Act::Confirm => "confirm",
        Act::Release => "release",
        Act::Receive => "receive",
        Act::Cancel => "cancel",
        Act::Hold => "hold",
        Act::Unhold => "unhold",
        Act::Undo => "undo",
        _ => return None,
    })
}

struct Menu<'o> {
    rules: Rules,
    order: &'o Order,
    who: Who,
}

impl Menu<'_> {
    fn against(&self, action: &str) -> Codes {
        use State::{AwaitingApproval, AwaitingConfirmation, AwaitingCorrection, AwaitingVerification, Executing, Received, Reviewed, Shipped};
        let order = self.order;
        let (states, mut against): (&[State], Vec<Option<&'static str>>) = match action {
            "verify" => (&[AwaitingVerification], [self.another(), self.unstopped()].concat()),
            "send_back" if order.state == AwaitingConfirmation => (&[AwaitingConfirmation], self.own()),
            "send_back" => (&[AwaitingVerification], [self.another(), self.role(&["sales_specialist", "order_admin"])].concat()),
            "amend" => (&[AwaitingVerification, AwaitingCorrection, AwaitingApproval, AwaitingConfirmation, Reviewed, Executing], self.own()),
            // to what was amended since the customer said yes; no block stops that
            "confirm" | "request_confirmation" if order.is_late() => {
                let same = (!order.reconfirm).then_some("nothing_to_confirm");
                (&[Reviewed, Executing], [self.own(), vec![same], self.approved()].concat())
            }
            "confirm" | "request_confirmation" => (&[AwaitingConfirmation], [self.own(), self.unstopped()].concat()),
            "release" => (&[Reviewed], [self.approved(), self.unstopped()].concat()),
            "receive" => (&[Shipped], vec![]),
            // what follows from a delivery is withdrawn there
            "undo" => (
                &[AwaitingApproval, AwaitingConfirmation, Received],
                vec![(order.state == Received && order.has_arrived()).then_some("goods_delivered")],
            ),
            "ship" => (&[], if order.state == Executing { self.unstopped() } else { vec![Some("order_not_executing")] }),
            "cancel" if order.state == Executing => {
                let gone = order.any_left().then_some("goods_dispatched");
                (&[], [self.role(&["order_admin"]), vec![gone]].concat())
            }
            "cancel" => (&[AwaitingVerification, AwaitingCorrection, AwaitingApproval, AwaitingConfirmation, Reviewed], self.own()),
            _ => {
                let (hold, held) = (action == "hold", order.on_hold);
                let wrong = held == hold || (hold && order.is_final());
                (&[], vec![wrong.then_some("invalid_transition")])
            }
        };
        if !states.is_empty() && !states.contains(&order.state) {
            against = vec![Some("invalid_transition")];
        }
        against.extend(self.role(doers(action)));
        against.into_iter().flatten().collect()
    }

    fn role(&self, roles: &[&str]) -> Vec<Option<&'static str>> {
        vec![(!self.who.holds(roles)).then_some("forbidden")]
    }

    fn own(&self) -> Vec<Option<&'static str>> {
        vec![(!self.order.is_own(self.who)).then_some("not_owner")]
    }

    fn another(&self) -> Vec<Option<&'static str>> {
        vec![(self.rules.four_eyes && self.order.authors.contains(&self.who)).then_some("own_entry")]
    }

    /// What was reviewed had passed; only an amendment that is not agreed puts that in question.
    fn approved(&self) -> Vec<Option<&'static str>> {
        vec![(self.order.is_amending() && !self.order.has_passed()).then_some("round_open")]
    }

    /// Of a hold and an amendment that is not agreed, the hold is told.
    fn unstopped(&self) -> Vec<Option<&'static str>> {
        let order = self.order;
        let amending = (order.is_amending() && !order.on_hold).then_some("amendment_open");
        vec![order.is_blocked().then_some("order_blocked"), order.on_hold.then_some("on_hold"), amending]
    }
}

/// Who may do it at all (DECISIONS 27).
fn doers(action: &str) -> &'static [&'static str] {
    match action {
        "verify" => &["sales_specialist", "order_admin"],
        "ship" => &["logistics", "order_admin"],
        "receive" => &["sales_specialist", "sales_manager", "logistics", "order_admin"],
        "release" | "hold" | "undo" | "unhold" => &["order_admin"],
        _ => SALES,
    }
}
