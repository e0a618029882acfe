//! Who acts: a company small enough that each rule about people has somebody on both sides of it.

use crate::support::{Person, TestApp};

/// Somebody of the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Sales,
    Colleague,
    Manager,
    /// Both sales specialist and sales manager: may decide two levels, but not of one round.
    Chief,
    Head,
    Operations,
    Admin,
    Warehouse,
    Production,
    Logistics,
    Finance,
    Viewer,
}

/// A name, what roles go with it, and the department.
struct Post {
    who: Who,
    username: &'static str,
    roles: &'static [&'static str],
    department: &'static str,
}

const fn post(who: Who, username: &'static str, roles: &'static [&'static str], department: &'static str) -> Post {
    Post { who, username, roles, department }
}

const STAFF: &[Post] = &[
    post(Who::Sales, "sales1", &["sales_specialist"], "sales"),
    post(Who::Colleague, "sales2", &["sales_specialist"], "sales"),
    post(Who::Manager, "manager", &["sales_manager"], "sales"),
    post(Who::Chief, "chief", &["sales_specialist", "sales_manager"], "sales"),
    post(Who::Head, "head", &["department_head"], "sales"),
    post(Who::Operations, "operations", &["operations_head"], "operations"),
    post(Who::Admin, "orders", &["order_admin"], "operations"),
    post(Who::Warehouse, "picker", &["warehouse"], "warehouse"),
    post(Who::Production, "maker", &["production"], "production"),
    post(Who::Logistics, "shipper", &["logistics"], "logistics"),
    post(Who::Finance, "finance", &["finance"], "finance"),
    post(Who::Viewer, "viewer", &["viewer"], "operations"),
];

/// Everybody.
pub const EVERYBODY: [Who; 12] = [
    Who::Sales,
    Who::Colleague,
    Who::Manager,
    Who::Chief,
    Who::Head,
    Who::Operations,
    Who::Admin,
    Who::Warehouse,
    Who::Production,
    Who::Logistics,
    Who::Finance,
    Who::Viewer,
];

/// Who enters and changes orders (DECISIONS 27).
pub const SALES: &[&str] = &["sales_specialist", "sales_manager", "order_admin"];

impl Who {
    fn post(self) -> &'static Post {
        STAFF.iter().find(|post| post.who == self).expect("everybody has a post")
    }

    /// Whether they hold one of these roles.
    pub fn holds(self, roles: &[&str]) -> bool {
        self.post().roles.iter().any(|role| roles.contains(role))
    }

    pub fn department(self) -> &'static str {
        self.post().department
    }

    pub fn username(self) -> &'static str {
        self.post().username
    }

    /// Whether they can own an order.
    pub fn sells(self) -> bool {
        self.holds(&["sales_specialist", "sales_manager"])
    }

    /// The same, logged in.
    pub fn person(self, app: &TestApp) -> Person {
        let post = self.post();
        app.person(post.username, post.roles, post.department)
    }
}
