//! The state machines. Each machine is a table of rows `(from, event) → to` with guards as named
//! functions over plain facts and effects as values; [`next`] reads the table and never performs
//! anything. `GET …/actions`, the golden tests and the diagrams in `docs/` come from the same
//! tables. There is no `set_status`, no `force`, no `jump_to`.

pub mod approval;
pub mod exception;
pub mod invoice;
pub mod order;
pub mod returns;
pub mod shipment;
pub mod task;

use crate::domain::reason::Reason;

/// Why an order stands still, apart from exceptions (DECISIONS 17, 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standstill {
    /// Somebody put it on hold.
    OnHold,
    /// An amendment of it is not agreed yet.
    AmendmentOpen,
}

impl Standstill {
    /// The same as a reason.
    pub const fn reason(self) -> Reason {
        match self {
            Self::OnHold => Reason::OnHold,
            Self::AmendmentOpen => Reason::AmendmentOpen,
        }
    }
}

/// A guard looks at facts and either lets pass or says why not.
pub type Guard<F> = fn(&F) -> Option<Reason>;

/// One row of a transition table.
pub struct Row<S: 'static, E: 'static, F: 'static> {
    pub from: S,
    pub event: E,
    pub to: S,
    pub guards: &'static [Guard<F>],
}

/// A machine: its table, and where things begin.
pub struct Machine<S: 'static, E: 'static, F: 'static> {
    pub name: &'static str,
    pub initial: &'static [S],
    /// Events that only the system brings about; nobody is told that they could.
    pub by_system: &'static [E],
    /// Events that take back what was recorded by mistake (DECISIONS 37): a state from which only these lead is final all the same.
    pub corrections: &'static [E],
    pub rows: &'static [Row<S, E, F>],
}

/// Why an event does nothing in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal<E> {
    /// The table has no such row; these events have one.
    NoSuchTransition { allowed: Vec<E> },
    /// The row exists, and these guards stand in the way.
    Guarded(Vec<Reason>),
}

impl<S: Copy + PartialEq, E: Copy + PartialEq, F> Machine<S, E, F> {
    /// The state after an event, or why there is none.
    pub fn next(&self, state: S, event: E, facts: &F) -> Result<S, Refusal<E>> {
        let Some(row) = self.rows.iter().find(|row| row.from == state && row.event == event) else {
            return Err(Refusal::NoSuchTransition { allowed: self.offered(state) });
        };
        let reasons: Vec<Reason> = row.guards.iter().filter_map(|guard| guard(facts)).collect();
        if reasons.is_empty() { Ok(row.to) } else { Err(Refusal::Guarded(reasons)) }
    }

    /// The events that have a row from this state, in the table's order.
    pub fn events_from(&self, state: S) -> Vec<E> {
        self.rows.iter().filter(|row| row.from == state).map(|row| row.event).collect()
    }

    /// The events from this state that people bring about.
    pub fn offered(&self, state: S) -> Vec<E> {
        self.events_from(state).into_iter().filter(|event| !self.by_system.contains(event)).collect()
    }

    /// Whether nothing leads out of this state, but for corrections.
    pub fn is_final(&self, state: S) -> bool {
        self.rows.iter().all(|row| row.from != state || row.to == state || self.corrections.contains(&row.event))
    }
}

impl<S: Copy + PartialEq + std::fmt::Display, E: Copy + std::fmt::Display, F> Machine<S, E, F> {
    /// The table as a Mermaid state diagram.
    pub fn diagram(&self) -> String {
        let mut text = String::from("stateDiagram-v2\n");
        for state in self.initial {
            text += &format!("    [*] --> {state}\n");
        }
        for row in self.rows {
            text += &format!("    {} --> {}: {}\n", row.from, row.to, row.event);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Display;

    fn reachable<S: Copy + PartialEq + Display, E: Copy + PartialEq, F>(machine: &Machine<S, E, F>, all: &[S]) {
        let mut seen = machine.initial.to_vec();
        while let Some(row) = machine.rows.iter().find(|row| seen.contains(&row.from) && !seen.contains(&row.to)) {
            seen.push(row.to);
        }
        for state in all {
            assert!(seen.contains(state), "{}: {state} cannot be reached", machine.name);
        }
    }

    fn unambiguous<S: Copy + PartialEq + Display, E: Copy + PartialEq + Display, F>(machine: &Machine<S, E, F>) {
        for (at, row) in machine.rows.iter().enumerate() {
            let twin = machine.rows.iter().skip(at + 1).find(|other| other.from == row.from && other.event == row.event);
            assert!(twin.is_none(), "{}: two rows for {} {}", machine.name, row.from, row.event);
        }
    }

    #[test]
    fn every_state_of_every_machine_can_be_reached_and_no_row_stands_twice() {
        reachable(&order::MACHINE, order::State::ALL);
        reachable(&approval::MACHINE, approval::StepStatus::ALL);
        reachable(&task::MACHINE, task::TaskStatus::ALL);
        reachable(&shipment::MACHINE, shipment::ShipmentStatus::ALL);
        reachable(&exception::MACHINE, exception::ExceptionStatus::ALL);
        reachable(&invoice::MACHINE, invoice::InvoiceStatus::ALL);
        unambiguous(&order::MACHINE);
        unambiguous(&approval::MACHINE);
        unambiguous(&task::MACHINE);
        unambiguous(&shipment::MACHINE);
        unambiguous(&exception::MACHINE);
        unambiguous(&invoice::MACHINE);
    }
}
