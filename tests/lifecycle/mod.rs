//! The six state machines, every state × every event, as golden files; and the diagrams of the
//! docs, which come from the same tables (ARCHITECTURE, "State machines").

use crate::support::golden;
use docket::domain::lifecycle::{Machine, Refusal, Standstill, approval, exception, invoice, order, returns, shipment, task};
use std::fmt::{Debug, Display, Write};

/// What becomes of every event in every state where everything that can stands in the way: what that
/// is and where the event would lead, or `-`; and what people are offered there. Where nothing stands
/// in the way, every row leads where it says.
fn table<S, E, F>(machine: &Machine<S, E, F>, states: &[S], events: &[E], worst: &F, best: &F) -> String
where
    S: Copy + PartialEq + Display + Debug,
    E: Copy + PartialEq + Display + Debug,
{
    let mut text = format!("{}: state × event, and what may stand in the way\n", machine.name);
    for state in states {
        let mark = if machine.is_final(*state) { " (final)" } else { "" };
        let offered: Vec<String> = machine.offered(*state).iter().map(ToString::to_string).collect();
        writeln!(text, "\n{state}{mark}: people {}", if offered.is_empty() { "-".to_owned() } else { offered.join(", ") }).expect("text grows");
        for event in events {
            let outcome = match machine.next(*state, *event, worst) {
                Ok(next) => next.to_string(),
                Err(Refusal::NoSuchTransition { .. }) => "-".to_owned(),
                Err(Refusal::Guarded(reasons)) => {
                    let next = machine.next(*state, *event, best).expect("nothing stands in the way");
                    format!("{next} unless {}", reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", "))
                }
            };
            writeln!(text, "    {:20} {outcome}", event.to_string()).expect("text grows");
        }
    }
    text
}

fn blocked() -> Vec<String> {
    vec!["EX-1".to_owned()]
}

#[test]
fn the_order_goes_its_way() {
    let worst = order::Facts {
        blocked_by: blocked(),
        standstill: Some(Standstill::AmendmentOpen),
        own_entry: true,
        one_person_suffices: false,
        round_passed: false,
        all_dispatched: false,
        any_dispatched: true,
        all_delivered: true,
        amendment_open: true,
        reconfirm: false,
        payment_missing: Some("1.00 CNY".to_owned()),
    };
    let best = order::Facts { round_passed: true, all_dispatched: true, reconfirm: true, ..order::Facts::default() };
    golden("tests/lifecycle/order.txt", &table(&order::MACHINE, order::State::ALL, order::Event::ALL, &worst, &best));
    let alone = order::Facts { own_entry: true, one_person_suffices: true, ..best.clone() };
    let verified = order::MACHINE.next(order::State::AwaitingVerification, order::Event::Verify, &alone);
    assert_eq!(verified, Ok(order::State::AwaitingApproval), "DECISIONS 28");
    assert_eq!(order::may_move(&worst).len(), 2, "DECISIONS 18");
    let undone = order::MACHINE.next(order::State::Shipped, order::Event::Undispatch, &best);
    assert!(matches!(undone, Err(Refusal::Guarded(_))), "what has left has left (DECISIONS 37)");
}

#[test]
fn an_approval_step_goes_its_way() {
    let worst = approval::Facts {
        earlier_passed: false,
        nothing_changed: false,
        holds_role: false,
        decided_other_level: true,
        own_large_order: true,
        own_amendment: true,
        blocked_by: blocked(),
        on_hold: true,
    };
    let best = approval::Facts { earlier_passed: true, nothing_changed: true, holds_role: true, ..approval::Facts::default() };
    golden("tests/lifecycle/approval_step.txt", &table(&approval::MACHINE, approval::StepStatus::ALL, approval::StepEvent::ALL, &worst, &best));
}

#[test]
fn a_task_goes_its_way() {
    let worst = task::Facts {
        dependencies_done: false,
        missing_evidence: Some("photo"),
        stock_missing: true,
        unticked: 1,
        paused: true,
        goods_gone: true,
        done_by_fact: true,
        blocked_by: blocked(),
        standstill: Some(Standstill::OnHold),
    };
    let best = task::Facts { dependencies_done: true, ..task::Facts::default() };
    golden("tests/lifecycle/task.txt", &table(&task::MACHINE, task::TaskStatus::ALL, task::TaskEvent::ALL, &worst, &best));
    let over: Vec<_> = task::TaskStatus::ALL.iter().filter(|status| status.is_over()).collect();
    assert_eq!(over, [&task::TaskStatus::Done, &task::TaskStatus::Cancelled]);
}

#[test]
fn a_shipment_goes_its_way() {
    let worst = shipment::Facts {
        tracking_number_missing: true,
        goods_not_ready: true,
        order_not_executing: true,
        blocked_by: blocked(),
        standstill: Some(Standstill::OnHold),
        payment_missing: Some("1.00 CNY".to_owned()),
        told_of: true,
        order_over: true,
    };
    let best = shipment::Facts::default();
    golden("tests/lifecycle/shipment.txt", &table(&shipment::MACHINE, shipment::ShipmentStatus::ALL, shipment::ShipmentEvent::ALL, &worst, &best));
}

#[test]
fn an_exception_goes_its_way() {
    let worst = exception::Facts { planned: false, needs_approval: true };
    let best = exception::Facts { planned: true, needs_approval: false };
    let states = exception::ExceptionStatus::ALL;
    golden("tests/lifecycle/exception.txt", &table(&exception::MACHINE, states, exception::ExceptionEvent::ALL, &worst, &best));
    let open: Vec<String> = states.iter().filter(|status| status.is_open()).map(ToString::to_string).collect();
    assert_eq!(open, ["reported", "planning", "approved", "resolving"], "DECISIONS 18");
}

#[test]
fn goods_that_come_back_go_their_way() {
    golden("tests/lifecycle/return.txt", &table(&returns::MACHINE, returns::ReturnStatus::ALL, returns::ReturnEvent::ALL, &(), &()));
}

#[test]
fn an_invoice_goes_its_way() {
    let worst = invoice::Facts { month_over: true, credited: true, credit_note: true };
    let best = invoice::Facts::default();
    golden("tests/lifecycle/invoice.txt", &table(&invoice::MACHINE, invoice::InvoiceStatus::ALL, invoice::InvoiceEvent::ALL, &worst, &best));
}

#[test]
fn what_an_order_waits_for_follows_from_its_state_and_its_tasks() {
    // DECISIONS 15
    use order::{Progress, Stage, State, Status, stage};
    let executing = |production_open, preparation_open| stage(State::Executing, Progress { production_open, preparation_open });
    assert_eq!(executing(true, true), Stage::AwaitingProduction);
    assert_eq!(executing(true, false), Stage::AwaitingProduction);
    assert_eq!(executing(false, true), Stage::AwaitingPreparation);
    assert_eq!(executing(false, false), Stage::AwaitingShipment);
    let states: Vec<State> = Status::ALL.iter().flat_map(|status| status.states()).collect();
    assert_eq!(states, State::ALL, "each state belongs to one status");
    assert_eq!(Status::Created.states().len(), 4);
}

#[test]
fn the_docs_show_the_machines_as_they_are() {
    let mut text = String::from(
        "# State machines\n\nDrawn from the tables in `src/domain/lifecycle/`. A test compares this page with them; \
         `DOCKET_TEST_BLESS=1 cargo test lifecycle` writes it anew.\n",
    );
    let machines = [
        (order::MACHINE.name, order::MACHINE.diagram()),
        (approval::MACHINE.name, approval::MACHINE.diagram()),
        (task::MACHINE.name, task::MACHINE.diagram()),
        (shipment::MACHINE.name, shipment::MACHINE.diagram()),
        (returns::MACHINE.name, returns::MACHINE.diagram()),
        (exception::MACHINE.name, exception::MACHINE.diagram()),
        (invoice::MACHINE.name, invoice::MACHINE.diagram()),
    ];
    for (name, diagram) in machines {
        write!(text, "\n## {}\n\n```mermaid\n{diagram}```\n", name.replace('_', " ")).expect("text grows");
    }
    golden("docs/lifecycle.md", &text);
}
