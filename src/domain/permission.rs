//! Who may do what: one table, operation × roles × key scope (BEHAVIOUR 5, DECISIONS 27). Asked by
//! `app.read` and `app.write`; the docs and the tests' matrix come from it. Rules about the
//! object itself (own order, self-approval, department) are the services' business.

use crate::domain::actor::{Actor, ActorKind, Role};

/// Why an actor may not perform an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody has shown who they are.
    Unauthenticated,
    /// None of the person's roles permits it.
    Forbidden,
    /// It takes a person; no scope permits it.
    NoKey,
    /// The key lacks this scope.
    InsufficientScope(&'static str),
}

/// What a row of the table grants.
pub struct Grant {
    /// The id of the operation, as in the OpenAPI document.
    pub id: &'static str,
    pub roles: &'static [Role],
    /// The scope a key needs; `None` where only a person may act.
    pub scope: Option<&'static str>,
}

macro_rules! operations {
    ($( $variant:ident = $id:literal, $roles:expr, $scope:expr; )+) => {
        /// Everything that can be asked for, each with its row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation { $( #[doc = $id] $variant ),+ }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The operation's row.
            pub const fn grant(self) -> Grant {
                match self { $( Self::$variant => Grant { id: $id, roles: $roles, scope: $scope } ),+ }
            }
        }
    };
}

use Role::*;

const STAFF: &[Role] =
    &[Admin, OrderAdmin, SalesSpecialist, SalesManager, DepartmentHead, OperationsHead, Warehouse, Production, Logistics, Finance, Viewer];
const ADMINS: &[Role] = &[Admin];
const SETUP: &[Role] = &[Admin, OrderAdmin];
const ORDER_ADMIN: &[Role] = &[OrderAdmin];
/// The operations head does what the order administrator does only once a due time has passed.
const EXCEPTION_LEADS: &[Role] = &[OrderAdmin, OperationsHead];
const SALES: &[Role] = &[SalesSpecialist, SalesManager, OrderAdmin];
const CUSTOMER_LEADS: &[Role] = &[SalesManager, OrderAdmin];
const VERIFIERS: &[Role] = &[SalesSpecialist, OrderAdmin];
const APPROVERS: &[Role] = &[SalesSpecialist, SalesManager, DepartmentHead, OperationsHead];
const CHECKERS: &[Role] = &[OrderAdmin, SalesSpecialist, SalesManager, DepartmentHead, OperationsHead];
const DELEGATORS: &[Role] = &[Admin, OrderAdmin, SalesSpecialist, SalesManager, DepartmentHead, OperationsHead];
const STOCK: &[Role] = &[Warehouse, OrderAdmin];
const WORKERS: &[Role] = &[SalesSpecialist, SalesManager, DepartmentHead, OperationsHead, Warehouse, Production, Logistics, Finance, OrderAdmin];
const TASK_LEADS: &[Role] = &[DepartmentHead, OperationsHead, OrderAdmin];
const SHIPPERS: &[Role] = &[Logistics, OrderAdmin];
const RECEIVERS: &[Role] = &[SalesSpecialist, SalesManager, Logistics, OrderAdmin];
const RETURNERS: &[Role] = &[SalesSpecialist, SalesManager, Warehouse, Logistics, OrderAdmin];
const REPORTERS: &[Role] =
    &[Admin, OrderAdmin, SalesSpecialist, SalesManager, DepartmentHead, OperationsHead, Warehouse, Production, Logistics, Finance];
const CAUSE_KEEPERS: &[Role] = &[OrderAdmin, OperationsHead];
const PLAN_APPROVERS: &[Role] = &[SalesSpecialist, SalesManager, DepartmentHead, OperationsHead, OrderAdmin];
const MONEY_READERS: &[Role] = &[Finance, SalesManager, DepartmentHead, OperationsHead, OrderAdmin];
const FINANCE: &[Role] = &[Finance];
const WATCHERS: &[Role] = &[Admin, OrderAdmin, SalesManager, DepartmentHead, OperationsHead];
const MESSAGE_READERS: &[Role] = &[Admin, OrderAdmin, SalesSpecialist, SalesManager];

operations! {
    Logout = "logout", STAFF, None;
    GetMe = "get_me", STAFF, None;
    ListUsers = "list_users", ADMINS, None;
    GetUser = "get_user", ADMINS, None;
    CreateUser = "create_user", ADMINS, None;
    UpdateUser = "update_user", ADMINS, None;
    ListApiKeys = "list_api_keys", ADMINS, None;
    CreateApiKey = "create_api_key", ADMINS, None;
    RevokeApiKey = "revoke_api_key", ADMINS, None;
    GetSettings = "get_settings", STAFF, None;
    UpdateSettings = "update_settings", SETUP, None;
    ListCalendarDays = "list_calendar_days", STAFF, None;
    SetCalendarDays = "set_calendar_days", SETUP, None;
    ListExchangeRates = "list_exchange_rates", STAFF, None;
    GetExchangeRate = "get_exchange_rate", STAFF, None;
    CreateExchangeRate = "create_exchange_rate", SETUP, None;
    UpdateExchangeRate = "update_exchange_rate", SETUP, None;
    DeleteExchangeRate = "delete_exchange_rate", SETUP, None;
    ListCustomers = "list_customers", STAFF, Some("customers:read");
    GetCustomer = "get_customer", STAFF, Some("customers:read");
    CreateCustomer = "create_customer", SALES, Some("customers:write");
    UpdateCustomer = "update_customer", SALES, Some("customers:write");
    MergeCustomer = "merge_customer", CUSTOMER_LEADS, None;
    GetCustomerCredit = "get_customer_credit", MONEY_READERS, Some("invoices:read");
    SetCustomerCredit = "set_customer_credit", FINANCE, None;
    ListProducts = "list_products", STAFF, Some("products:read");
    GetProduct = "get_product", STAFF, Some("products:read");
    CreateProduct = "create_product", STOCK, Some("products:write");
    UpdateProduct = "update_product", STOCK, Some("products:write");
    ListWarehouses = "list_warehouses", STAFF, Some("stock:read");
    GetWarehouse = "get_warehouse", STAFF, Some("stock:read");
    CreateWarehouse = "create_warehouse", STOCK, Some("stock:write");
    UpdateWarehouse = "update_warehouse", STOCK, Some("stock:write");
    ListStock = "list_stock", STAFF, Some("stock:read");
    ListExpectedReceipts = "list_expected_receipts", STAFF, Some("stock:read");
    ExpectReceipt = "expect_receipt", STOCK, Some("stock:write");
    GetExpectedReceipt = "get_expected_receipt", STAFF, Some("stock:read");
    ReceiveExpected = "receive_expected", STOCK, Some("stock:write");
    CancelExpected = "cancel_expected", STOCK, Some("stock:write");
    SetReorderLevel = "set_reorder_level", STOCK, Some("stock:write");
    MoveReservation = "move_reservation", STOCK, None;
    ListStockMovements = "list_stock_movements", STAFF, Some("stock:read");
    RecordStockMovement = "record_stock_movement", STOCK, Some("stock:write");
    ListOrders = "list_orders", STAFF, Some("orders:read");
    GetOrder = "get_order", STAFF, Some("orders:read");
    CreateOrder = "create_order", SALES, Some("orders:write");
    DuplicateOrder = "duplicate_order", SALES, Some("orders:write");
    AmendOrder = "amend_order", SALES, Some("orders:write");
    VerifyOrder = "verify_order", VERIFIERS, None;
    VerifyOrders = "verify_orders", VERIFIERS, None;
    SendBackOrder = "send_back_order", SALES, None;
    ConfirmOrder = "confirm_order", SALES, None;
    RequestConfirmation = "request_confirmation", SALES, None;
    ListConfirmations = "list_confirmations", STAFF, Some("orders:read");
    ReleaseOrder = "release_order", ORDER_ADMIN, None;
    ReceiveOrder = "receive_order", RECEIVERS, Some("orders:write");
    CancelOrder = "cancel_order", SALES, Some("orders:write");
    HoldOrder = "hold_order", ORDER_ADMIN, None;
    UnholdOrder = "unhold_order", ORDER_ADMIN, None;
    UndoOrderStep = "undo_order_step", ORDER_ADMIN, None;
    GetOrderActions = "get_order_actions", STAFF, Some("orders:read");
    GetOrderHistory = "get_order_history", STAFF, Some("orders:read");
    GetOrderPromise = "get_order_promise", STAFF, Some("orders:read");
    ListOrderRevisions = "list_order_revisions", STAFF, Some("orders:read");
    GetOrderRevision = "get_order_revision", STAFF, Some("orders:read");
    GetOrderApprovals = "get_order_approvals", STAFF, Some("orders:read");
    CheckOrder = "check_order", CHECKERS, None;
    ListApprovals = "list_approvals", STAFF, None;
    GetApproval = "get_approval", STAFF, None;
    ApproveStep = "approve_step", APPROVERS, None;
    ApproveSteps = "approve_steps", APPROVERS, None;
    RejectStep = "reject_step", APPROVERS, None;
    SendBackStep = "send_back_step", APPROVERS, None;
    ListDelegations = "list_delegations", DELEGATORS, None;
    GetDelegation = "get_delegation", DELEGATORS, None;
    CreateDelegation = "create_delegation", DELEGATORS, None;
    RevokeDelegation = "revoke_delegation", DELEGATORS, None;
    ListApprovalRules = "list_approval_rules", STAFF, None;
    GetApprovalRule = "get_approval_rule", STAFF, None;
    CreateApprovalRule = "create_approval_rule", SETUP, None;
    UpdateApprovalRule = "update_approval_rule", SETUP, None;
    DeleteApprovalRule = "delete_approval_rule", SETUP, None;
    SimulateApproval = "simulate_approval", STAFF, Some("orders:write");
    ListTasks = "list_tasks", STAFF, Some("tasks:read");
    GetTask = "get_task", STAFF, Some("tasks:read");
    AcceptTask = "accept_task", WORKERS, None;
    AssignTask = "assign_task", TASK_LEADS, None;
    StartTask = "start_task", WORKERS, Some("tasks:write");
    CompleteTask = "complete_task", WORKERS, Some("tasks:write");
    CancelTask = "cancel_task", TASK_LEADS, None;
    AddEvidence = "add_evidence", WORKERS, Some("tasks:write");
    DownloadFile = "download_file", STAFF, Some("tasks:read");
    ActOnTasks = "act_on_tasks", WORKERS, None;
    RecordTaskOutput = "record_task_output", WORKERS, Some("tasks:write");
    PauseTask = "pause_task", WORKERS, Some("tasks:write");
    ResumeTask = "resume_task", WORKERS, Some("tasks:write");
    TickTask = "tick_task", WORKERS, Some("tasks:write");
    ListTaskNotes = "list_task_notes", STAFF, Some("tasks:read");
    WriteTaskNote = "write_task_note", WORKERS, Some("tasks:write");
    ReopenTask = "reopen_task", TASK_LEADS, None;
    ListTaskTemplates = "list_task_templates", STAFF, None;
    GetTaskTemplate = "get_task_template", STAFF, None;
    CreateTaskTemplate = "create_task_template", SETUP, None;
    UpdateTaskTemplate = "update_task_template", SETUP, None;
    DeleteTaskTemplate = "delete_task_template", SETUP, None;
    GetPackingSlip = "get_packing_slip", STAFF, Some("shipments:read");
    GetPickingList = "get_picking_list", STAFF, Some("orders:read");
    ListCarriers = "list_carriers", STAFF, Some("shipments:read");
    GetCarrier = "get_carrier", STAFF, Some("shipments:read");
    CreateCarrier = "create_carrier", SHIPPERS, None;
    UpdateCarrier = "update_carrier", SHIPPERS, None;
    ListShipments = "list_shipments", STAFF, Some("shipments:read");
    GetShipment = "get_shipment", STAFF, Some("shipments:read");
    CreateShipment = "create_shipment", SHIPPERS, Some("shipments:write");
    DispatchShipment = "dispatch_shipment", SHIPPERS, Some("shipments:write");
    UpdateShipment = "update_shipment", SHIPPERS, Some("shipments:write");
    RecallShipment = "recall_shipment", SHIPPERS, None;
    WithdrawShipmentEvent = "withdraw_shipment_event", SHIPPERS, None;
    AddShipmentReceipt = "add_shipment_receipt", RECEIVERS, Some("shipments:write");
    CancelShipment = "cancel_shipment", SHIPPERS, Some("shipments:write");
    ListShipmentEvents = "list_shipment_events", STAFF, Some("shipments:read");
    RecordShipmentEvent = "record_shipment_event", SHIPPERS, Some("shipments:write");
    ListExceptions = "list_exceptions", STAFF, Some("exceptions:read");
    GetException = "get_exception", STAFF, Some("exceptions:read");
    ListProposals = "list_proposals", STAFF, Some("exceptions:read");
    ReportException = "report_exception", REPORTERS, Some("exceptions:write");
    UpdateException = "update_exception", EXCEPTION_LEADS, None;
    PlanException = "plan_exception", EXCEPTION_LEADS, None;
    ListExceptionCandidates = "list_exception_candidates", STAFF, Some("orders:read");
    GetExceptionFigures = "get_exception_figures", STAFF, Some("exceptions:read");
    ListExceptionNotes = "list_exception_notes", STAFF, Some("exceptions:read");
    WriteExceptionNote = "write_exception_note", REPORTERS, Some("exceptions:write");
    AddExceptionFile = "add_exception_file", REPORTERS, Some("exceptions:write");
    ListExceptionCauses = "list_exception_causes", STAFF, Some("exceptions:read");
    GetExceptionCause = "get_exception_cause", STAFF, Some("exceptions:read");
    CreateExceptionCause = "create_exception_cause", CAUSE_KEEPERS, None;
    UpdateExceptionCause = "update_exception_cause", CAUSE_KEEPERS, None;
    ApproveException = "approve_exception", PLAN_APPROVERS, None;
    RejectException = "reject_exception", PLAN_APPROVERS, None;
    ResolveException = "resolve_exception", EXCEPTION_LEADS, None;
    CloseException = "close_exception", EXCEPTION_LEADS, None;
    DismissException = "dismiss_exception", EXCEPTION_LEADS, None;
    ListReturns = "list_returns", STAFF, Some("returns:read");
    GetReturn = "get_return", STAFF, Some("returns:read");
    EnterReturn = "enter_return", RETURNERS, Some("returns:write");
    ReceiveReturn = "receive_return", STOCK, Some("returns:write");
    InspectReturn = "inspect_return", STOCK, Some("returns:write");
    CancelReturn = "cancel_return", RETURNERS, Some("returns:write");
    ListInvoices = "list_invoices", MONEY_READERS, Some("invoices:read");
    GetInvoice = "get_invoice", MONEY_READERS, Some("invoices:read");
    RecordInvoice = "record_invoice", FINANCE, Some("invoices:write");
    AmendInvoice = "amend_invoice", FINANCE, Some("invoices:write");
    IssueInvoice = "issue_invoice", FINANCE, Some("invoices:write");
    VoidInvoice = "void_invoice", FINANCE, Some("invoices:write");
    CreditInvoice = "credit_invoice", FINANCE, Some("invoices:write");
    AddInvoiceFile = "add_invoice_file", FINANCE, Some("invoices:write");
    GetCustomerBalance = "get_customer_balance", MONEY_READERS, Some("invoices:read");
    ListReceivables = "list_receivables", MONEY_READERS, Some("invoices:read");
    GetOrderBalance = "get_order_balance", MONEY_READERS, Some("invoices:read");
    ListPayments = "list_payments", MONEY_READERS, Some("payments:read");
    RecordPayment = "record_payment", FINANCE, Some("payments:write");
    ReversePayment = "reverse_payment", FINANCE, None;
    UseCompensation = "use_compensation", SALES, Some("orders:write");
    ListEvents = "list_events", WATCHERS, Some("events:read");
    ListMessages = "list_messages", MESSAGE_READERS, None;
    SendMessage = "send_message", MESSAGE_READERS, None;
    ListMessageTemplates = "list_message_templates", STAFF, None;
    GetMessageTemplate = "get_message_template", STAFF, None;
    UpdateMessageTemplate = "update_message_template", SETUP, None;
    PreviewMessageTemplate = "preview_message_template", SETUP, None;
    TestMessageTemplate = "test_message_template", SETUP, None;
}

/// The scopes that a key may be given; `…:write` implies `…:read`.
pub const SCOPES: &[&str] = &[
    "customers:read",
    "customers:write",
    "events:read",
    "exceptions:read",
    "exceptions:write",
    "invoices:read",
    "invoices:write",
    "orders:read",
    "orders:write",
    "payments:read",
    "payments:write",
    "products:read",
    "products:write",
    "returns:read",
    "returns:write",
    "shipments:read",
    "shipments:write",
    "stock:read",
    "stock:write",
    "tasks:read",
    "tasks:write",
];

fn has_scope(scopes: &[String], needed: &str) -> bool {
    let write = needed.strip_suffix(":read").map(|resource| format!("{resource}:write"));
    scopes.iter().any(|scope| scope == needed || Some(scope) == write.as_ref())
}

/// Asks the table.
pub fn permit(actor: &Actor, operation: Operation) -> Result<(), Denied> {
    let grant = operation.grant();
    match actor.kind {
        ActorKind::System => Ok(()),
        ActorKind::Anonymous => Err(Denied::Unauthenticated),
        ActorKind::User if actor.holds(grant.roles) => Ok(()),
        ActorKind::User | ActorKind::Customer => Err(Denied::Forbidden),
        ActorKind::Key => match grant.scope {
            Some(scope) if has_scope(&actor.scopes, scope) => Ok(()),
            Some(scope) => Err(Denied::InsufficientScope(scope)),
            None => Err(Denied::NoKey),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role) -> Actor {
        Actor { kind: ActorKind::User, roles: vec![role], ..Actor::anonymous() }
    }

    #[test]
    fn an_administrator_sets_up_but_neither_approves_nor_enters_orders() {
        // DECISIONS 27
        assert_eq!(permit(&person(Admin), Operation::CreateUser), Ok(()));
        assert_eq!(permit(&person(Admin), Operation::ApproveStep), Err(Denied::Forbidden));
        assert_eq!(permit(&person(Admin), Operation::CreateOrder), Err(Denied::Forbidden));
        assert_eq!(permit(&Actor::anonymous(), Operation::GetMe), Err(Denied::Unauthenticated));
    }

    #[test]
    fn writing_implies_reading_for_keys_and_nothing_else() {
        let key = Actor { kind: ActorKind::Key, scopes: vec!["orders:write".into()], ..Actor::anonymous() };
        assert_eq!(permit(&key, Operation::GetOrder), Ok(()));
        assert_eq!(permit(&key, Operation::CreateOrder), Ok(()));
        assert_eq!(permit(&key, Operation::VerifyOrder), Err(Denied::NoKey));
        assert_eq!(permit(&key, Operation::GetCustomer), Err(Denied::InsufficientScope("customers:read")));
        let reader = Actor { scopes: vec!["orders:read".into()], ..key };
        assert_eq!(permit(&reader, Operation::CreateOrder), Err(Denied::InsufficientScope("orders:write")));
    }

    #[test]
    fn every_scope_of_the_table_can_be_given() {
        for operation in Operation::ALL {
            if let Some(scope) = operation.grant().scope {
                assert!(SCOPES.contains(&scope), "{scope}");
            }
        }
    }
}
