//! The five state machines, every state × every event, as golden files; and the diagrams of the
//! docs, which come from the same tables (ARCHITECTURE, "State machines").

use crate::support::golden;
use docket::domain::lifecycle::{Machine, Refusal, approval, exception, order, shipment, task};
use std::fmt::{Display, Write};

/// What becomes of every event in every state when nothing is known: the next state, what stands
/// in the way and where it would lead, or `-`.
fn table<S, E, F>(machine: &Machine<S, E, F>, states: &[S], events: &[E]) -> String
where
    S: Copy + PartialEq + Display,
    E: Copy + PartialEq + Display,
    F: Default,
{
    let mut text = format!("{}: state × event with default facts\n", machine.name);
    for state in states {
        let mark = if machine.is_final(*state) { " (final)" } else { "" };
        writeln!(text, "\n{state}{mark}").expect("text grows");
        for event in events {
            let outcome = match machine.next(*state, *event, &F::default()) {
                Ok(next) => next.to_string(),
                Err(Refusal::NoSuchTransition { .. }) => "-".to_owned(),
                Err(Refusal::Guarded(reasons)) => {
                    let row = machine.rows.iter().find(|row| row.from == *state && row.event == *event).expect("a guard stands in a row");
                    format!("{} unless {}", row.to, reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", "))
                }
            };
            writeln!(text, "    {:20} {outcome}", event.to_string()).expect("text grows");
        }
    }
    text
}

#[test]
fn the_order_goes_its_way() {
    golden("tests/lifecycle/order.txt", &table(&order::MACHINE, order::State::ALL, order::Event::ALL));
}

#[test]
fn an_approval_step_goes_its_way() {
    golden("tests/lifecycle/approval_step.txt", &table(&approval::MACHINE, approval::StepStatus::ALL, approval::StepEvent::ALL));
}

#[test]
fn a_task_goes_its_way() {
    golden("tests/lifecycle/task.txt", &table(&task::MACHINE, task::TaskStatus::ALL, task::TaskEvent::ALL));
}

#[test]
fn a_shipment_goes_its_way() {
    golden("tests/lifecycle/shipment.txt", &table(&shipment::MACHINE, shipment::ShipmentStatus::ALL, shipment::ShipmentEvent::ALL));
}

#[test]
fn an_exception_goes_its_way() {
    golden("tests/lifecycle/exception.txt", &table(&exception::MACHINE, exception::ExceptionStatus::ALL, exception::ExceptionEvent::ALL));
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
        (exception::MACHINE.name, exception::MACHINE.diagram()),
    ];
    for (name, diagram) in machines {
        write!(text, "\n## {}\n\n```mermaid\n{diagram}```\n", name.replace('_', " ")).expect("text grows");
    }
    golden("docs/lifecycle.md", &text);
}
