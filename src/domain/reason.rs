//! Why something is not allowed: one closed list, each with a stable code and a sentence in both
//! languages. Guards give reasons; `GET …/actions` and the problems that refuse a request show
//! them.

use crate::domain::lifecycle::order::Stage;
use crate::domain::words::Language;

/// A reason; the sentence is what the person who is stopped reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    OrderBlocked {
        by: Vec<String>,
    },
    OnHold,
    AmendmentOpen,
    NothingToConfirm,
    OwnEntry,
    RoundOpen,
    GoodsNotDispatched,
    GoodsDispatched,
    GoodsDelivered,
    EarlierLevelOpen,
    ChangedSince,
    RoleMissing,
    DecidedOtherLevel,
    OwnLargeOrder,
    DependenciesOpen,
    EvidenceMissing {
        kind: String,
    },
    GoodsNotReady,
    StockMissing,
    ChecklistOpen {
        left: usize,
    },
    TaskPaused,
    DoneByFact,
    /// So much is to be paid first, in the order's currency.
    PaymentMissing {
        amount: String,
    },
    OrderNotExecuting,
    TraceThere,
    /// The month of its issue is over, or it was credited in part.
    CreditInstead,
    IsCreditNote,
    PlanMissing,
    PlanNotApproved,
    NotAnApprover,
    /// The order waits for something else.
    NotInThisState {
        now: Stage,
    },
    NotPermitted,
    NotOwner,
}

impl Reason {
    /// The stable code of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OrderBlocked { .. } => "order_blocked",
            Self::OnHold => "on_hold",
            Self::AmendmentOpen => "amendment_open",
            Self::NothingToConfirm => "nothing_to_confirm",
            Self::OwnEntry => "own_entry",
            Self::RoundOpen => "round_open",
            Self::GoodsNotDispatched => "goods_not_dispatched",
            Self::GoodsDispatched => "goods_dispatched",
            Self::GoodsDelivered => "goods_delivered",
            Self::EarlierLevelOpen => "earlier_level_open",
            Self::ChangedSince => "changed_since",
            Self::RoleMissing => "role_missing",
            Self::DecidedOtherLevel => "decided_other_level",
            Self::OwnLargeOrder => "own_large_order",
            Self::DependenciesOpen => "dependencies_open",
            Self::EvidenceMissing { .. } => "evidence_missing",
            Self::GoodsNotReady => "goods_not_ready",
            Self::StockMissing => "stock_missing",
            Self::ChecklistOpen { .. } => "checklist_open",
            Self::TaskPaused => "task_paused",
            Self::DoneByFact => "done_by_fact",
            Self::PaymentMissing { .. } => "payment_missing",
            Self::OrderNotExecuting => "order_not_executing",
            Self::TraceThere => "trace_there",
            Self::CreditInstead => "credit_instead",
            Self::IsCreditNote => "is_credit_note",
            Self::PlanMissing => "plan_missing",
            Self::PlanNotApproved => "plan_not_approved",
            Self::NotAnApprover => "not_an_approver",
            Self::NotInThisState { .. } => "invalid_transition",
            Self::NotPermitted => "forbidden",
            Self::NotOwner => "not_owner",
        }
    }

    /// The sentence in a language.
    pub fn sentence(&self, language: Language) -> String {
        let fixed = |en: &str, zh: &str| language.pick(en, zh).to_owned();
        match self {
            Self::OrderBlocked { by } => {
                let list = by.join(", ");
                language.pick(&format!("Open exceptions block the order: {list}."), &format!("未解决的异常阻止了该订单：{list}。")).to_owned()
            }
            Self::EvidenceMissing { kind } if kind == "tracking_number" => {
                fixed("The tracking number is missing; give it with the dispatch.", "缺少运单号，请在发货时填写。")
            }
            Self::EvidenceMissing { kind } => {
                let en = format!("Required proof is missing: {kind}; upload it with POST /v1/tasks/{{id}}/evidence.");
                language.pick(&en, &format!("缺少必需的凭证：{kind}；请通过 POST /v1/tasks/{{id}}/evidence 上传。")).to_owned()
            }
            Self::AmendmentOpen => fixed("An amendment waits for its approval or for the customer's yes.", "订单变更尚待审核或客户确认。"),
            Self::NothingToConfirm => fixed("The customer has confirmed what the order says.", "客户已确认订单现有内容。"),
            Self::OnHold => fixed("The order is on hold.", "订单已暂挂。"),
            Self::OwnEntry => fixed("Someone other than who entered or corrected the order must do this.", "须由录入或更正该订单以外的人员操作。"),
            Self::RoundOpen => fixed("Not every approval of the current round has passed.", "本轮审核尚未全部通过。"),
            Self::GoodsNotDispatched => fixed("Not everything has been dispatched.", "尚有货物未发出。"),
            Self::GoodsDispatched => fixed("Goods have been dispatched already.", "已有货物发出。"),
            Self::GoodsDelivered => {
                fixed("Everything was delivered; withdraw the delivery of a shipment instead.", "货物已全部签收，请撤销发货单的签收记录。")
            }
            Self::ChangedSince => fixed("What this level looks at has changed since it decided.", "该级审核所依据的内容已变更。"),
            Self::EarlierLevelOpen => fixed("An earlier level has not decided yet.", "前序审核尚未完成。"),
            Self::RoleMissing => fixed("You do not hold the role that decides this step.", "您不具备该审核步骤所需的角色。"),
            Self::DecidedOtherLevel => fixed("You have decided another level of this round.", "您已审核过本轮的其他级别。"),
            Self::OwnLargeOrder => fixed("Nobody approves a large order that they entered or amended.", "大额订单不得由录入或修改者审核。"),
            Self::DependenciesOpen => fixed("Tasks that this one depends on are not done.", "前置任务尚未完成。"),
            Self::GoodsNotReady => fixed("Something in the shipment has not been picked or produced yet.", "发货单中有货物尚未备好。"),
            Self::StockMissing => fixed("Not everything that is to be picked is reserved.", "待拣货物尚未全部预留。"),
            Self::ChecklistOpen { left } => {
                language.pick(&format!("{left} of the things on its list are not ticked off."), &format!("检查清单尚有 {left} 项未勾选。")).to_owned()
            }
            Self::TaskPaused => fixed("Work on the task stands still already.", "任务已暂停。"),
            Self::DoneByFact => {
                fixed("What the task stands for has happened; that would have to be undone.", "任务所代表的事实已发生，须先撤销该事实。")
            }
            Self::PaymentMissing { amount } => language.pick(&format!("{amount} is to be paid first."), &format!("须先付款 {amount}。")).to_owned(),
            Self::OrderNotExecuting => fixed("The order is not being executed.", "订单不在执行中。"),
            Self::TraceThere => {
                fixed("It was followed on its way already; withdraw what was told of it first.", "已有物流轨迹，请先撤销相关轨迹记录。")
            }
            Self::CreditInstead => fixed(
                "An invoice is made void only in the month of its issue and before anything of it is credited; credit the rest of it instead.",
                "发票仅可在开具当月且未被红冲时作废，请改为红冲余额。",
            ),
            Self::IsCreditNote => fixed("A credit note stays as it is; issue another invoice instead.", "红字发票不可作废或红冲，请另行开具发票。"),
            Self::PlanMissing => fixed("There is no plan yet.", "尚无处理方案。"),
            Self::PlanNotApproved => fixed("The plan costs money and has not been approved.", "方案涉及费用，尚未批准。"),
            Self::NotAnApprover => fixed(
                "The plan costs money: only somebody who approved one of its orders may decide.",
                "方案涉及费用，仅批准过相关订单的人员可审批。",
            ),
            Self::NotInThisState { now } => {
                let now = now.label(language);
                language.pick(&format!("Not while the order is here: {now}."), &format!("订单当前为“{now}”，不能执行此操作。")).to_owned()
            }
            Self::NotPermitted => fixed("Your roles do not permit this.", "您的角色无权执行此操作。"),
            Self::NotOwner => fixed("Only the order's owner or a manager may do this.", "仅订单负责人或经理可执行此操作。"),
        }
    }
}
