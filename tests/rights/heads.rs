//! Heads direct their own department's work, and no other's (DECISIONS 27).

use crate::support::{Person, id, on_every_store};
use serde_json::{Value, json};

#[test]
fn a_department_is_directed_by_its_own_head() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let service = json!({"name": "Installation on site", "kind": "service", "quantity": "1", "unit_price": "300.00"});
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, service]));
        let assign = |person: &Person, department: &str, to: &Person| {
            let task: Value = company.task(&order, department);
            person.post(&format!("/v1/tasks/{}/assign", id(&task)), json!({"assignee": to.id}))
        };
        let (operations, picker) = (company.operations(), company.warehouse());
        let warehouse_head = app.person("keeper", &["department_head"], "warehouse");
        for (department, worker) in [("warehouse", &picker), ("logistics", &company.logistics()), ("finance", &company.finance())] {
            assign(&operations, department, worker).refused(403, "forbidden");
        }
        assign(&company.head(), "warehouse", &picker).refused(403, "forbidden");
        assign(&picker, "warehouse", &picker).refused(403, "forbidden");
        assign(&warehouse_head, "warehouse", &picker).ok();
        assign(&warehouse_head, "operations", &operations).refused(403, "forbidden");
        assign(&operations, "operations", &operations).ok();
        assert_eq!(company.task(&order, "warehouse")["assignee"]["id"], picker.id);
    });
}
