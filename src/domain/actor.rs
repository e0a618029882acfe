//! Who acts: a person, a machine with a key, or the system itself; with what they hold.

use crate::domain::id::Id;
use crate::words;

words! {
    /// What a person is here to do. A person may hold several.
    pub enum Role {
        Admin = "admin" / "Administrator" / "系统管理员",
        OrderAdmin = "order_admin" / "Order administrator" / "订单管理员",
        SalesSpecialist = "sales_specialist" / "Sales specialist" / "销售专员",
        SalesManager = "sales_manager" / "Sales manager" / "销售经理",
        DepartmentHead = "department_head" / "Department head" / "部门负责人",
        OperationsHead = "operations_head" / "Operations head" / "运营负责人",
        Warehouse = "warehouse" / "Warehouse" / "仓库",
        Production = "production" / "Production" / "生产",
        Logistics = "logistics" / "Logistics" / "物流",
        Finance = "finance" / "Finance" / "财务",
        Viewer = "viewer" / "Viewer" / "只读",
    }
}

words! {
    /// The departments (DOMAIN 0).
    pub enum Department {
        Sales = "sales" / "Sales" / "销售部",
        Warehouse = "warehouse" / "Warehouse" / "仓储部",
        Production = "production" / "Production" / "生产部",
        Logistics = "logistics" / "Logistics" / "物流部",
        Finance = "finance" / "Finance" / "财务部",
        Operations = "operations" / "Operations" / "运营部",
    }
}

words! {
    /// The kind of actor that history names.
    pub enum ActorKind { User = "user", Key = "api_key", System = "system", Customer = "customer", Anonymous = "anonymous" }
}

/// Whoever asks for something, as the database knows them at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub kind: ActorKind,
    /// The user's or key's id; none for the system and the anonymous.
    pub id: Option<Id>,
    /// What history shows: the user name, the key's name, the cause.
    pub label: String,
    /// What others call them.
    pub name: String,
    pub roles: Vec<Role>,
    pub department: Option<Department>,
    /// Scopes of a key, such as `orders:write`.
    pub scopes: Vec<String>,
    /// The log-in that a person's token belongs to.
    pub session: Option<Id>,
}

impl Actor {
    fn bare(kind: ActorKind, label: &str) -> Self {
        Self {
            kind,
            id: None,
            label: label.to_owned(),
            name: label.to_owned(),
            roles: Vec::new(),
            department: None,
            scopes: Vec::new(),
            session: None,
        }
    }

    /// The system, acting because of something else (DECISIONS 4).
    pub fn system(cause: &str) -> Self {
        Self::bare(ActorKind::System, cause)
    }

    /// A customer who opened the link that they were sent.
    pub fn customer() -> Self {
        Self::bare(ActorKind::Customer, "customer")
    }

    /// Someone who has shown nothing yet.
    pub fn anonymous() -> Self {
        Self::bare(ActorKind::Anonymous, "anonymous")
    }

    /// Whether the actor holds one of these roles.
    pub fn holds(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|r| roles.contains(r))
    }

    /// The person's id; none for machines and the system.
    pub fn user_id(&self) -> Option<Id> {
        self.id.filter(|_| self.kind == ActorKind::User)
    }

    /// The key's id; none for people and the system.
    pub fn key_id(&self) -> Option<Id> {
        self.id.filter(|_| self.kind == ActorKind::Key)
    }

    /// Under which name idempotency keys are kept.
    pub fn idempotency_name(&self) -> String {
        self.id.map_or_else(|| self.kind.to_string(), |id| format!("{}:{id}", self.kind))
    }
}
