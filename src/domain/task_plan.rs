//! Which tasks an order's release creates, what each waits for, and when it is due (DOMAIN 3.1).
//! Templates are data; this only evaluates them.

use crate::domain::actor::Department;
use crate::domain::calendar::Calendar;
use crate::domain::order::LineKind;
use crate::words;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// The proof that a task needs (DOMAIN 3.3).
    pub enum EvidenceKind {
        GoodsIssueNote = "goods_issue_note" / "Goods issue note" / "出库单",
        QcReport = "qc_report" / "Quality control report" / "质检报告",
        TrackingNumber = "tracking_number" / "Tracking number" / "运单号",
        InvoiceNumber = "invoice_number" / "Invoice number" / "发票号",
    }
}

impl EvidenceKind {
    /// Whether this proof is a file that is uploaded; the others come with shipments and invoices.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::GoodsIssueNote | Self::QcReport)
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
}

/// When a task is due. Days are working days, and end with the working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Due {
    /// So many days after the order was reviewed.
    AfterReview(u32),
    /// The longest lead time of the custom lines after the order was reviewed.
    LeadTimeAfterReview,
    /// So many days after everything it depends on is done.
    AfterDependencies(u32),
    /// So many days after the order was shipped.
    AfterShipping(u32),
    /// With the first of these tasks.
    WithFirstOf(Vec<String>),
    /// On the promised date; without one, so many days after the order was reviewed.
    OnPromise(u32),
}

/// The part of a template that is a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub needed: Need,
    /// Codes of the tasks that must be done before.
    pub depends_on: Vec<String>,
    pub due: Due,
    pub evidence: Option<EvidenceKind>,
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
    pub reviewed_at: DateTime<Utc>,
    pub promised_date: Option<NaiveDate>,
    /// The longest lead time of the custom lines, in working days.
    pub lead_time_days: u32,
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
        Need::Lines(kinds) => facts.line_kinds.iter().any(|kind| kinds.contains(kind)),
    }
}

fn first_due(due: &Due, facts: &Facts, calendar: &Calendar) -> Option<DateTime<Utc>> {
    match due {
        Due::AfterReview(days) => calendar.due_after(facts.reviewed_at, *days),
        Due::LeadTimeAfterReview => calendar.due_after(facts.reviewed_at, facts.lead_time_days),
        Due::OnPromise(days) => {
            facts.promised_date.map_or_else(|| calendar.due_after(facts.reviewed_at, *days), |date| Some(calendar.end_of_day(date)))
        }
        Due::AfterDependencies(_) | Due::AfterShipping(_) | Due::WithFirstOf(_) => None,
    }
}

/// The tasks that an order's release creates, in the templates' order.
pub fn plan(templates: &[Template], facts: &Facts, calendar: &Calendar) -> Vec<PlannedTask> {
    let chosen: Vec<&Template> = templates.iter().filter(|t| needed(&t.plan.needed, facts)).collect();
    let due_of = |code: &String| chosen.iter().find(|t| t.code == *code).and_then(|t| first_due(&t.plan.due, facts, calendar));
    chosen
        .iter()
        .map(|template| PlannedTask {
            template: (*template).clone(),
            depends_on: template.plan.depends_on.iter().filter(|code| chosen.iter().any(|t| t.code == **code)).cloned().collect(),
            due_at: match &template.plan.due {
                Due::WithFirstOf(codes) => codes.iter().filter_map(due_of).min(),
                other => first_due(other, facts, calendar),
            },
        })
        .collect()
}

/// When a task that waited for its dependencies is due, now that they are done.
pub fn due_once_open(due: &Due, opened_at: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
    match due {
        Due::AfterDependencies(days) => calendar.due_after(opened_at, *days),
        _ => None,
    }
}

/// When a task that waited for the order to ship is due.
pub fn due_once_shipped(due: &Due, shipped_at: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
    match due {
        Due::AfterShipping(days) => calendar.due_after(shipped_at, *days),
        _ => None,
    }
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

/// The templates that a new store begins with (DOMAIN 3.1).
pub fn default_templates() -> Vec<Template> {
    let template = |code: &str, department, en: &str, zh: &str, needed, depends_on: &[&str], due, evidence| Template {
        code: code.to_owned(),
        department,
        title_en: en.to_owned(),
        title_zh: zh.to_owned(),
        plan: Plan { needed, depends_on: depends_on.iter().map(|c| (*c).to_owned()).collect(), due, evidence },
    };
    let goods = || Need::Lines(vec![LineKind::Standard, LineKind::Custom]);
    let first = || Due::WithFirstOf([code::PICK, code::PRODUCE, code::SERVE].map(str::to_owned).to_vec());
    vec![
        template(
            code::COORDINATE,
            Department::Sales,
            "Relay the customer's latest requirements and coordinate",
            "传达客户最新要求并协调",
            Need::Always,
            &[],
            first(),
            None,
        ),
        template(
            code::PICK,
            Department::Warehouse,
            "Pick and prepare stock",
            "拣货备货",
            Need::Lines(vec![LineKind::Standard]),
            &[],
            Due::AfterReview(1),
            Some(EvidenceKind::GoodsIssueNote),
        ),
        template(
            code::PRODUCE,
            Department::Production,
            "Produce",
            "生产",
            Need::Lines(vec![LineKind::Custom]),
            &[],
            Due::LeadTimeAfterReview,
            Some(EvidenceKind::QcReport),
        ),
        template(
            code::SERVE,
            Department::Operations,
            "Carry out the service",
            "提供服务",
            Need::Lines(vec![LineKind::Service]),
            &[],
            Due::OnPromise(3),
            None,
        ),
        template(
            code::SHIP,
            Department::Logistics,
            "Plan dispatch, ship and enter the tracking number",
            "安排发货并录入运单号",
            goods(),
            &[code::PICK, code::PRODUCE],
            Due::AfterDependencies(2),
            Some(EvidenceKind::TrackingNumber),
        ),
        template(
            code::INVOICE,
            Department::Finance,
            "Issue the invoice",
            "开具发票",
            Need::Always,
            &[],
            Due::AfterShipping(3),
            Some(EvidenceKind::InvoiceNumber),
        ),
    ]
}
