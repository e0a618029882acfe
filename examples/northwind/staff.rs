//! The people who do the work: each role has a holder of its own, so that no four-eyes rule is in the way.

use serde_json::json;

use crate::client::{Client, Error, Session};

/// Everybody who takes part, logged in.
pub struct Staff<'c> {
    pub order_admin: Session<'c>,
    /// Enters the orders, approves where allowed, and talks to the customers.
    pub sales: Session<'c>,
    /// Verifies what the colleague entered.
    pub second_sales: Session<'c>,
    pub sales_manager: Session<'c>,
    pub department_head: Session<'c>,
    pub operations_head: Session<'c>,
    pub warehouse: Session<'c>,
    pub logistics: Session<'c>,
    pub finance: Session<'c>,
}

impl<'c> Staff<'c> {
    /// Makes the people who don't exist yet and logs everybody in.
    pub fn hire(client: &'c Client, admin: &Session<'_>, password: &str) -> Result<Self, Error> {
        let hire = |username: &'static str, display_name: &str, role: &str, department: &str| {
            let person = json!({
                "username": username,
                "password": password,
                "display_name": display_name,
                "roles": [role],
                "department": department,
            });
            unless_there(admin.post("/v1/users", &person))?;
            Session::open(client, username, password)
        };
        Ok(Self {
            order_admin: hire("nw-orders", "Northwind orders", "order_admin", "operations")?,
            sales: hire("nw-sales1", "Northwind sales 1", "sales_specialist", "sales")?,
            second_sales: hire("nw-sales2", "Northwind sales 2", "sales_specialist", "sales")?,
            sales_manager: hire("nw-manager", "Northwind sales manager", "sales_manager", "sales")?,
            department_head: hire("nw-head", "Northwind head of sales", "department_head", "sales")?,
            operations_head: hire("nw-operations", "Northwind head of operations", "operations_head", "operations")?,
            warehouse: hire("nw-warehouse", "Northwind warehouse", "warehouse", "warehouse")?,
            logistics: hire("nw-logistics", "Northwind logistics", "logistics", "logistics")?,
            finance: hire("nw-finance", "Northwind finance", "finance", "finance")?,
        })
    }

    /// Who may decide a step of this role, in the order in which they are asked.
    pub fn approvers(&self, role: &str) -> Result<Vec<&Session<'c>>, Error> {
        Ok(match role {
            "sales_specialist" => vec![&self.sales, &self.second_sales],
            "sales_manager" => vec![&self.sales_manager],
            "department_head" => vec![&self.department_head],
            "operations_head" => vec![&self.operations_head],
            "finance" => vec![&self.finance],
            "order_admin" => vec![&self.order_admin],
            other => {
                return Err(Error::Wrong(format!("nobody here holds the role `{other}`")));
            }
        })
    }
}

/// Whether something was made now; that it was there already (409) is as good.
pub fn unless_there(made: Result<crate::client::Answer, Error>) -> Result<bool, Error> {
    match made {
        Ok(_) => Ok(true),
        Err(error) if error.status() == Some(409) => Ok(false),
        Err(error) => Err(error),
    }
}
