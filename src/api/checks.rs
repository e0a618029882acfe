//! What checks found, for whoever reads it (DOMAIN 2.3, DECISIONS 27).

use crate::db::Tx;
use crate::domain::actor::Actor;
use crate::domain::permission::{Operation, permit};
use crate::domain::words::Language;
use crate::repositories::approvals::{Check, CheckKind, CheckResult};
use serde::Serialize;
use serde_json::Value;

/// What the system found before people decided.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ApprovalCheck {
    /// What was looked at.
    pub kind: CheckKind,
    /// How it looks; what failed is overridden by a head or above, with a comment.
    pub result: CheckResult,
    pub detail: String,
    /// What it was found from, by name; null where the caller may not read it, or it was not kept.
    #[schema(value_type = Option<Object>)]
    pub inputs: Value,
}

/// Who reads what approvers look at: in which language, and whether they may see a customer's credit
/// (DECISIONS 27).
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    pub language: Language,
    sees_credit: bool,
    sees_stock: bool,
}

impl Reader {
    /// A caller.
    pub fn new(actor: &Actor, language: Language) -> Self {
        let may = |operation| permit(actor, operation).is_ok();
        Self { language, sees_credit: may(Operation::GetCustomerCredit), sees_stock: may(Operation::ListStock) }
    }

    /// The caller of a request.
    pub fn of(tx: &Tx) -> Self {
        Self::new(&tx.actor, tx.language)
    }
}

/// What checks found. Without the right to see credit or stock one reads how it stands, without figures.
pub fn check_views(checks: &[Check], reader: Reader) -> Vec<ApprovalCheck> {
    let detail = |check: &Check| match check.kind {
        CheckKind::Credit if !reader.sees_credit => credit_without_figures(check.result, reader.language),
        CheckKind::Stock if !reader.sees_stock => stock_without_figures(check.result, reader.language),
        _ => reader.language.pick(&check.detail_en, &check.detail_zh).to_owned(),
    };
    let inputs = |check: &Check| match check.kind {
        CheckKind::Credit if !reader.sees_credit => Value::Null,
        CheckKind::Stock if !reader.sees_stock => Value::Null,
        _ => check.inputs.clone(),
    };
    checks.iter().map(|check| ApprovalCheck { kind: check.kind, result: check.result, detail: detail(check), inputs: inputs(check) }).collect()
}

fn stock_without_figures(result: CheckResult, language: Language) -> String {
    let said = match result {
        CheckResult::Pass => language.pick("What comes from stock is available.", "所需库存均可用。"),
        CheckResult::Warn => language.pick("The stock cannot be told for certain.", "库存无法完全确定。"),
        CheckResult::Fail => language.pick("Some of what comes from stock is not available.", "部分所需库存不足。"),
    };
    said.to_owned()
}

fn credit_without_figures(result: CheckResult, language: Language) -> String {
    let said = match result {
        CheckResult::Pass => language.pick("The customer's credit is in order.", "客户信用正常。"),
        CheckResult::Warn => language.pick("The customer's credit cannot be told for certain.", "客户信用无法完全确定。"),
        CheckResult::Fail => language.pick(
            "The customer's credit is used up, or invoices are past due. Those who may see credit read the figures.",
            "客户信用额度已用完或有逾期发票。有权查看信用的人员可见具体金额。",
        ),
    };
    said.to_owned()
}
