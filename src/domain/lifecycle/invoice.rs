//! The machine of an invoice (DOMAIN 7.1). A draft can be amended or thrown away; what was issued stays, and is
//! taken back by making it void while nobody has reckoned with it, or by credit notes.

use super::{Guard, Machine, Row};
use crate::domain::reason::Reason;
use crate::words;

words! {
    /// Where an invoice stands.
    pub enum InvoiceStatus {
        Draft = "draft" / "Draft" / "草稿",
        Issued = "issued" / "Issued" / "已开具",
        Void = "void" / "Void" / "已作废",
    }
}

words! {
    /// What can happen to an invoice.
    pub enum InvoiceEvent {
        Amend = "amend",
        Issue = "issue",
        Void = "void",
        Credit = "credit",
        Attach = "attach",
    }
}

/// What the guards look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The month of its issue is over, in the company's time zone.
    pub month_over: bool,
    /// Something of it was credited.
    pub credited: bool,
    /// It is a credit note itself.
    pub credit_note: bool,
}

fn nothing_reckoned(facts: &Facts) -> Option<Reason> {
    (facts.month_over || facts.credited).then_some(Reason::CreditInstead)
}

fn no_credit_note(facts: &Facts) -> Option<Reason> {
    facts.credit_note.then_some(Reason::IsCreditNote)
}

use InvoiceEvent as E;
use InvoiceStatus as S;

const fn row(from: S, event: E, to: S, guards: &'static [Guard<Facts>]) -> Row<S, E, Facts> {
    Row { from, event, to, guards }
}

/// The table.
pub const MACHINE: Machine<S, E, Facts> = Machine {
    name: "invoice",
    initial: &[S::Draft, S::Issued],
    by_system: &[],
    corrections: &[E::Void, E::Credit],
    rows: &[
        row(S::Draft, E::Amend, S::Draft, &[]),
        row(S::Draft, E::Issue, S::Issued, &[]),
        row(S::Draft, E::Void, S::Void, &[]),
        row(S::Draft, E::Attach, S::Draft, &[]),
        row(S::Issued, E::Void, S::Void, &[no_credit_note, nothing_reckoned]),
        row(S::Issued, E::Credit, S::Issued, &[no_credit_note]),
        row(S::Issued, E::Attach, S::Issued, &[]),
    ],
};
