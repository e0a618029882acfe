//! Which tasks an order's release creates, what each waits for, and when it is due (DOMAIN 3.1).
//! Templates are data; this only evaluates them.

mod defaults;
mod flaws;
mod forecast;

pub use defaults::default_templates;
pub use flaws::{CIRCLE, Flaw, MOST_TEMPLATES, flaw};
pub use forecast::{Ahead, earliest_end, end_of};

use crate::domain::actor::Department;
use crate::domain::approval_policy::{self, Condition};
use crate::domain::calendar::Calendar;
use crate::domain::order::LineKind;
use crate::words;
use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// The proof that a task needs (DOMAIN 3.3).
    pub enum EvidenceKind {
        GoodsIssueNote = "goods_issue_note" / "Goods issue note" / "出库单",
        QcReport = "qc_report" / "Quality control report" / "质检报告",
        TrackingNumber = "tracking_number" / "Tracking number" / "运单号",
        SignedReceipt = "signed_receipt" / "Signed receipt" / "签收回单",
        InvoiceNumber = "invoice_number" / "Invoice number" / "发票号",
        Attachment = "attachment" / "Photo or document" / "照片或文件",
        Invoice = "invoice" / "Invoice" / "发票",
    }
}

impl EvidenceKind {
    /// Whether this is a file that is uploaded; the others come with shipments and invoices.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::GoodsIssueNote | Self::QcReport | Self::SignedReceipt | Self::Attachment | Self::Invoice)
    }

    /// Whether a task is proved by such a file; an invoice's own belongs to the invoice, and is for those who may read it.
    pub const fn proves_work(self) -> bool {
        self.is_file() && !matches!(self, Self::Invoice)
    }
}

words! {
    /// Who is to do a task when it opens, where nobody was named before.
    pub enum AssigneeRule {
        Nobody = "nobody" / "Nobody; someone accepts it" / "无人，由部门人员接受",
        Head = "head" / "The department's head" / "部门负责人",
        LeastBusy = "least_busy" / "Whoever of the department has least to do" / "部门中任务最少者",
        Owner = "owner" / "The order's owner" / "订单负责人",
    }
}

/// How many working days custom goods take where the catalogue does not say (DOMAIN 3.1).
pub const USUAL_LEAD_TIME_DAYS: u32 = 3;

/// When a template applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Need {
    Always,
    /// Some line is of one of these kinds.
    Lines(Vec<LineKind>),
    /// Something is picked in a warehouse: standard goods, or custom ones that pass through it.
    Stored,
    /// Something is made: custom goods, or standard ones that are short.
    Made,
    /// This holds, as in approval rules.
    When(Condition),
}

/// So much working time: a number of working days, which end with the working day, or of working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged, expecting = "must be a number of working days, or {\"hours\": n} for working hours")]
pub enum Span {
    /// Working days.
    Days(u32),
    /// Working hours.
    Hours(Hours),
}

/// Working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// How many.
    #[schema(maximum = 1000)]
    pub hours: u32,
}

impl Span {
    /// So many working hours.
    pub const fn hours(hours: u32) -> Self {
        Self::Hours(Hours { hours })
    }

    /// When it has passed since an instant, to the minute; `None` past the year 9999.
    fn after(self, from: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
        match self {
            Self::Days(days) => calendar.due_after_days(from, days),
            Self::Hours(Hours { hours }) => calendar.due_after_hours(from, hours).and_then(|at| at.duration_trunc(TimeDelta::minutes(1)).ok()),
        }
    }
}

/// After another task was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AfterTask {
    /// The code of that task.
    pub task: String,
    /// A number is so many working days; `{"hours": 4}` so many working hours.
    pub span: Span,
}

/// When a task is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Due {
    /// So long after the order was reviewed.
    AfterReview(Span),
    /// So long after the order was released, and its tasks made.
    AfterRelease(Span),
    /// The longest lead time of the custom lines after the order was reviewed.
    LeadTimeAfterReview,
    /// So long after everything it depends on is done.
    AfterDependencies(Span),
    /// So long after one other task is done.
    AfterTask(AfterTask),
    /// So long after the order was shipped.
    AfterShipping(Span),
    /// With the first of these tasks.
    WithFirstOf(Vec<String>),
    /// On the promised date; without one, so long after the order was reviewed.
    OnPromise(Span),
}

impl Due {
    /// When a task would be due that opened at an instant, where it counts from that.
    pub fn if_it_opened(&self, at: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
        match self {
            Self::AfterDependencies(span) => span.after(at, calendar),
            _ => None,
        }
    }

    /// Whether it counts from when work on the order's tasks was begun or ended.
    pub const fn counts_from_work(&self) -> bool {
        matches!(self, Self::AfterDependencies(_) | Self::AfterTask(_))
    }

    /// Whether it counts from anything that happens after the tasks were made.
    pub const fn counts_from_what_happens(&self) -> bool {
        self.counts_from_work() || matches!(self, Self::AfterShipping(_) | Self::WithFirstOf(_))
    }
}

/// Something to be ticked off before a task is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    #[schema(min_length = 1, max_length = 200)]
    pub title_en: String,
    #[schema(min_length = 1, max_length = 200)]
    pub title_zh: String,
}

/// The part of a template that is a rule. A task keeps the one that it was made by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub needed: Need,
    /// Codes of the tasks that must be done before.
    pub depends_on: Vec<String>,
    pub due: Due,
    pub evidence: Option<EvidenceKind>,
    #[serde(default = "nobody")]
    pub assignee: AssigneeRule,
    #[serde(default)]
    pub checklist: Vec<ChecklistItem>,
}

fn nobody() -> AssigneeRule {
    AssigneeRule::Nobody
}

impl Plan {
    /// A rule that needs nothing but this.
    pub const fn new(needed: Need, due: Due) -> Self {
        Self { needed, depends_on: Vec::new(), due, evidence: None, assignee: AssigneeRule::Nobody, checklist: Vec::new() }
    }
}

/// A task template (DOMAIN 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub code: String,
    pub department: Department,
    pub title_en: String,
    pub title_zh: String,
    pub plan: Plan,
}

/// What the templates look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub line_kinds: Vec<LineKind>,
    /// What conditions look at; known where some template has one.
    pub judged: Option<approval_policy::Facts>,
    pub reviewed_at: DateTime<Utc>,
    pub released_at: DateTime<Utc>,
    pub shipped_at: Option<DateTime<Utc>>,
    /// The earliest day promised of the order or a line of it.
    pub promised_date: Option<NaiveDate>,
    /// The longest lead time of what is made, in working days.
    pub lead_time_days: u32,
    pub making: Making,
}

/// What has to be picked and made of an order's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Making {
    /// Something is picked in a warehouse.
    pub stored: bool,
    /// Something is made.
    pub made: bool,
    /// Something is made, and then picked in a warehouse.
    pub made_then_stored: bool,
}

impl Making {
    /// Of lines, each of which is made or not, and picked in a warehouse or not.
    pub fn of(lines: impl IntoIterator<Item = (bool, bool)>) -> Self {
        lines.into_iter().fold(Self::default(), |all, (made, stored)| Self {
            stored: all.stored || stored,
            made: all.made || made,
            made_then_stored: all.made_then_stored || (made && stored),
        })
    }
}

/// A task to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTask {
    pub template: Template,
    /// Those of the template's dependencies that this order has.
    pub depends_on: Vec<String>,
    /// `None` while it depends on something that has not happened yet.
    pub due_at: Option<DateTime<Utc>>,
}

fn needed(need: &Need, facts: &Facts) -> bool {
    match need {
        Need::Always => true,
        Need::Stored => facts.making.stored,
        Need::Made => facts.making.made,
        Need::Lines(kinds) => facts.line_kinds.iter().any(|kind| kinds.contains(kind)),
        Need::When(condition) => facts.judged.as_ref().is_some_and(|judged| condition.holds(judged)),
    }
}

/// A task as deadlines see it.
#[derive(Debug, Clone, Copy)]
pub struct Dated<'t> {
    pub code: &'t str,
    pub due: &'t Due,
    /// Since when it can be done.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub ended_at: Option<DateTime<Utc>>,
    /// When a person has said that it is due.
    pub set_at: Option<DateTime<Utc>>,
    /// It was cancelled: nothing waits for it.
    pub gone: bool,
}

impl<'t> Dated<'t> {
    /// A task that nothing has happened to.
    pub const fn new(code: &'t str, due: &'t Due) -> Self {
        Self { code, due, opened_at: None, ended_at: None, set_at: None, gone: false }
    }
}

fn named<'a, 't>(code: &str, all: &'a [Dated<'t>]) -> Option<&'a Dated<'t>> {
    all.iter().find(|task| task.code == code && !task.gone)
}

/// When each of an order's tasks is due, as far as what that depends on has happened.
pub fn dates(tasks: &[Dated], facts: &Facts, calendar: &Calendar) -> Vec<Option<DateTime<Utc>>> {
    tasks.iter().map(|task| date(task, tasks, facts, calendar, tasks.len())).collect()
}

/// When a task is due. `deep` bounds what a circle of tasks that are due with each other would cost.
fn date(task: &Dated, all: &[Dated], facts: &Facts, calendar: &Calendar, deep: usize) -> Option<DateTime<Utc>> {
    let after = |event: Option<DateTime<Utc>>, span: &Span| span.after(event?, calendar);
    if task.set_at.is_some() {
        return task.set_at;
    }
    match task.due {
        Due::AfterReview(span) => after(Some(facts.reviewed_at), span),
        Due::AfterRelease(span) => after(Some(facts.released_at), span),
        Due::LeadTimeAfterReview => after(Some(facts.reviewed_at), &Span::Days(facts.lead_time_days)),
        Due::AfterDependencies(span) => after(task.opened_at, span),
        // where the order has no such task, it counts from when this one could be done
        Due::AfterTask(other) => after(named(&other.task, all).map_or(task.opened_at, |other| other.ended_at), &other.span),
        Due::AfterShipping(span) => after(facts.shipped_at, span),
        Due::OnPromise(span) => facts.promised_date.map_or_else(|| after(Some(facts.reviewed_at), span), |day| Some(calendar.end_of_day(day))),
        Due::WithFirstOf(codes) => {
            let deeper = deep.checked_sub(1)?;
            codes.iter().filter_map(|code| named(code, all)).filter_map(|other| date(other, all, facts, calendar, deeper)).min()
        }
    }
}

/// What is made first can be picked only then: picking waits for production, and its time counts from when that is
/// done.
fn pick_what_was_made(chosen: &mut [Template]) {
    let is_made = chosen.iter().any(|template| template.code == code::PRODUCE);
    for template in chosen.iter_mut().filter(|template| template.plan.needed == Need::Stored && template.code != code::PRODUCE && is_made) {
        let plan = &mut template.plan;
        if !plan.depends_on.iter().any(|code| code == code::PRODUCE) {
            plan.depends_on.push(code::PRODUCE.to_owned());
        }
        if let Due::AfterReview(span) = plan.due {
            plan.due = Due::AfterDependencies(span);
        }
    }
}

/// The tasks that an order's release creates, in the templates' order.
pub fn plan(templates: &[Template], facts: &Facts, calendar: &Calendar) -> Vec<PlannedTask> {
    let mut chosen: Vec<Template> = templates.iter().filter(|template| needed(&template.plan.needed, facts)).cloned().collect();
    if facts.making.made_then_stored {
        pick_what_was_made(&mut chosen);
    }
    let dated: Vec<Dated> = chosen.iter().map(|template| Dated::new(&template.code, &template.plan.due)).collect();
    let there = |code: &&String| chosen.iter().any(|template| template.code == **code);
    let planned = |(template, due_at): (&Template, Option<DateTime<Utc>>)| PlannedTask {
        template: template.clone(),
        depends_on: template.plan.depends_on.iter().filter(there).cloned().collect(),
        due_at,
    };
    chosen.iter().zip(dates(&dated, facts, calendar)).map(planned).collect()
}

/// Codes of the default templates that the workflow itself closes (DECISIONS 23).
pub mod code {
    pub const COORDINATE: &str = "coordinate";
    pub const PICK: &str = "pick";
    pub const PRODUCE: &str = "produce";
    pub const SERVE: &str = "serve";
    pub const SHIP: &str = "ship";
    pub const INVOICE: &str = "invoice";
}

/// The codes that the system itself knows: lines wait for them, or a fact closes them.
pub const KNOWN: &[&str] = &[code::PICK, code::PRODUCE, code::SERVE, code::SHIP, code::INVOICE];
