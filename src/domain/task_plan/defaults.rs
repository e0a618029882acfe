//! The templates that a new store begins with (DOMAIN 3.1).

use super::{Due, EvidenceKind, Need, Plan, Span, Template, code};
use crate::domain::actor::Department;
use crate::domain::order::LineKind;

/// The templates that a new store begins with (DOMAIN 3.1).
pub fn default_templates() -> Vec<Template> {
    let template = |code: &str, department, en: &str, zh: &str, needed, depends_on: &[&str], due, evidence| Template {
        code: code.to_owned(),
        department,
        title_en: en.to_owned(),
        title_zh: zh.to_owned(),
        plan: Plan { depends_on: depends_on.iter().map(|c| (*c).to_owned()).collect(), evidence, ..Plan::new(needed, due) },
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
            Need::Stored,
            &[],
            Due::AfterReview(Span::Days(1)),
            Some(EvidenceKind::GoodsIssueNote),
        ),
        template(code::PRODUCE, Department::Production, "Produce", "生产", Need::Made, &[], Due::LeadTimeAfterReview, Some(EvidenceKind::QcReport)),
        template(
            code::SERVE,
            Department::Operations,
            "Carry out the service",
            "提供服务",
            Need::Lines(vec![LineKind::Service]),
            &[],
            Due::OnPromise(Span::Days(3)),
            None,
        ),
        template(
            code::SHIP,
            Department::Logistics,
            "Plan dispatch, ship and enter the tracking number",
            "安排发货并录入运单号",
            goods(),
            &[code::PICK, code::PRODUCE],
            Due::AfterDependencies(Span::Days(2)),
            Some(EvidenceKind::TrackingNumber),
        ),
        template(
            code::INVOICE,
            Department::Finance,
            "Issue the invoice",
            "开具发票",
            Need::Always,
            &[],
            Due::AfterShipping(Span::Days(3)),
            Some(EvidenceKind::InvoiceNumber),
        ),
    ]
}
