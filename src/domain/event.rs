//! What happened: the names of events and the shape in which a service records one. A recorded
//! event is at once history, feed and (later) webhook; personal data stays out of its payload
//! (DECISIONS 13).

use crate::domain::id::{Id, Kind};
use crate::words;
use serde_json::{Map, Value};

words! {
    /// The names of the feed.
    pub enum EventName {
        OrderCreated = "order.created",
        OrderVerified = "order.verified",
        OrderSentBack = "order.sent_back",
        OrderAmended = "order.amended",
        OrderAmendmentAgreed = "order.amendment_agreed",
        OrderAmendmentRejected = "order.amendment_rejected",
        OrderApproved = "order.approved",
        ConfirmationRequested = "confirmation.requested",
        ConfirmationRenewed = "confirmation.renewed",
        ConfirmationReminded = "confirmation.reminded",
        ConfirmationAnswered = "confirmation.answered",
        ConfirmationLapsed = "confirmation.lapsed",
        OrderReviewed = "order.reviewed",
        OrderExecuting = "order.executing",
        OrderShipped = "order.shipped",
        OrderReceived = "order.received",
        OrderVerificationUndone = "order.verification_undone",
        OrderDispatchUndone = "order.dispatch_undone",
        OrderReceiptUndone = "order.receipt_undone",
        OrderCancelled = "order.cancelled",
        OrderAtRisk = "order.at_risk",
        OrderPredicted = "order.predicted",
        OrderHeld = "order.held",
        OrderUnheld = "order.unheld",
        OrderStockReserved = "order.stock_reserved",
        OrderReservationMoved = "order.reservation_moved",
        OrderStockReleased = "order.stock_released",
        OrderExceptionReported = "order.exception_reported",
        OrderExceptionRemedied = "order.exception_remedied",
        OrderExceptionMerged = "order.exception_merged",
        OrderExceptionSettled = "order.exception_settled",
        ApprovalRequested = "approval.requested",
        ApprovalDecided = "approval.decided",
        ApprovalChecked = "approval.checked",
        ApprovalCarried = "approval.carried",
        ApprovalEscalated = "approval.escalated",
        ApprovalSuperseded = "approval.superseded",
        DelegationCreated = "delegation.created",
        DelegationRevoked = "delegation.revoked",
        ApprovalRuleCreated = "approval_rule.created",
        ApprovalRuleUpdated = "approval_rule.updated",
        ApprovalRuleDeleted = "approval_rule.deleted",
        TaskTemplateCreated = "task_template.created",
        TaskTemplateUpdated = "task_template.updated",
        TaskTemplateDeleted = "task_template.deleted",
        TaskCreated = "task.created",
        TaskOpened = "task.opened",
        TaskAccepted = "task.accepted",
        TaskAssigned = "task.assigned",
        TaskDated = "task.dated",
        TaskStarted = "task.started",
        TaskEvidenceAdded = "task.evidence_added",
        TaskCompleted = "task.completed",
        TaskCancelled = "task.cancelled",
        TaskRenewed = "task.renewed",
        TaskPaused = "task.paused",
        TaskResumed = "task.resumed",
        TaskReopened = "task.reopened",
        TaskBlocked = "task.blocked",
        TaskTicked = "task.ticked",
        TaskNoted = "task.noted",
        TaskOutput = "task.output",
        TaskOverdue = "task.overdue",
        TaskOrderAmended = "task.order_amended",
        ShipmentCreated = "shipment.created",
        ShipmentDispatched = "shipment.dispatched",
        ShipmentUpdated = "shipment.updated",
        ShipmentDelivered = "shipment.delivered",
        ShipmentLost = "shipment.lost",
        ShipmentChanged = "shipment.changed",
        ShipmentRecalled = "shipment.recalled",
        ShipmentCorrected = "shipment.corrected",
        ShipmentReceiptAdded = "shipment.receipt_added",
        ShipmentCancelled = "shipment.cancelled",
        ExceptionReported = "exception.reported",
        ExceptionUpdated = "exception.updated",
        ExceptionPlanned = "exception.planned",
        ExceptionApproved = "exception.approved",
        ExceptionRejected = "exception.rejected",
        ExceptionResolving = "exception.resolving",
        ExceptionFailed = "exception.failed",
        ExceptionOverdue = "exception.overdue",
        ExceptionResolved = "exception.resolved",
        ExceptionClosed = "exception.closed",
        ExceptionDismissed = "exception.dismissed",
        OrderGoodsResent = "order.goods_resent",
        OrderGoodsFound = "order.goods_found",
        ReturnExpected = "return.expected",
        ReturnReceived = "return.received",
        ReturnInspected = "return.inspected",
        ReturnCancelled = "return.cancelled",
        ExceptionNoted = "exception.noted",
        ExceptionFileAdded = "exception.file_added",
        ExceptionCauseCreated = "exception_cause.created",
        ExceptionCauseUpdated = "exception_cause.updated",
        InvoiceDrafted = "invoice.drafted",
        InvoiceAmended = "invoice.amended",
        InvoiceIssued = "invoice.issued",
        InvoiceVoided = "invoice.voided",
        InvoiceCredited = "invoice.credited",
        InvoiceFileAdded = "invoice.file_added",
        PaymentRecorded = "payment.recorded",
        PaymentReversed = "payment.reversed",
        RefundRecorded = "refund.recorded",
        CompensationGiven = "compensation.given",
        CompensationUsed = "compensation.used",
        CustomerCreated = "customer.created",
        CustomerUpdated = "customer.updated",
        CustomerMerged = "customer.merged",
        ProductCreated = "product.created",
        ProductUpdated = "product.updated",
        ExchangeRateCreated = "exchange_rate.created",
        ExchangeRateUpdated = "exchange_rate.updated",
        ExchangeRateDeleted = "exchange_rate.deleted",
        WarehouseCreated = "warehouse.created",
        WarehouseUpdated = "warehouse.updated",
        CarrierCreated = "carrier.created",
        CarrierUpdated = "carrier.updated",
        StockMoved = "stock.moved",
        StockWatched = "stock.watched",
        ReceiptExpected = "expected_receipt.created",
        ReceiptExpectedArrived = "expected_receipt.received",
        ReceiptExpectedCancelled = "expected_receipt.cancelled",
        UserCreated = "user.created",
        UserUpdated = "user.updated",
        UserLoggedIn = "user.logged_in",
        UserLoggedOut = "user.logged_out",
        SessionRevoked = "session.revoked",
        ApiKeyCreated = "api_key.created",
        ApiKeyRevoked = "api_key.revoked",
        CalendarUpdated = "calendar.updated",
        SettingsUpdated = "settings.updated",
        MessageTemplateUpdated = "message_template.updated",
        MessageTemplateTested = "message_template.tested",
        MessageSentAgain = "message.sent_again",
    }
}

/// An event as a service records it; who, when and from where is added by the unit of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: EventName,
    pub subject: (Kind, Id),
    /// The order whose history the event belongs to.
    pub order: Option<Id>,
    /// What subscribers see: ids, number, status, version.
    pub payload: Map<String, Value>,
    /// What stood before, and after; shown in history only.
    pub before: Map<String, Value>,
    pub after: Map<String, Value>,
}

impl Event {
    /// An event about a thing that belongs to no order.
    pub fn new(name: EventName, kind: Kind, id: Id) -> Self {
        Self { name, subject: (kind, id), order: None, payload: Map::new(), before: Map::new(), after: Map::new() }
    }

    /// An event in an order's history.
    pub fn of_order(name: EventName, order: Id) -> Self {
        Self { order: Some(order), ..Self::new(name, Kind::Order, order) }
    }

    /// An event about a part of an order.
    pub fn in_order(name: EventName, order: Id, kind: Kind, id: Id) -> Self {
        Self { order: Some(order), ..Self::new(name, kind, id) }
    }

    /// Adds to what subscribers see.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.payload.insert(field.to_owned(), value.into());
        self
    }

    /// Adds a change: what a field was and what it is.
    pub fn change(mut self, field: &str, before: impl Into<Value>, after: impl Into<Value>) -> Self {
        self.before.insert(field.to_owned(), before.into());
        self.after.insert(field.to_owned(), after.into());
        self
    }

    /// Adds a fact that only history shows.
    pub fn note(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.after.insert(field.to_owned(), value.into());
        self
    }
}
