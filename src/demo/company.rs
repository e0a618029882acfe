//! Who works at the example company, what it sells, and what lies in its warehouse.

use super::{Demo, Done, said};
use crate::domain::actor::{Department, Role};
use crate::services::stock::{self, MovementInput};
use crate::services::{customers, products, warehouses};
use serde_json::json;

/// One of the people.
pub struct Person {
    pub username: &'static str,
    pub name: &'static str,
    pub roles: &'static [Role],
    pub department: Option<Department>,
}

const fn person(username: &'static str, name: &'static str, roles: &'static [Role], department: Option<Department>) -> Person {
    Person { username, name, roles, department }
}

/// Somebody for every role; two in sales, since nobody verifies what they entered.
pub const PEOPLE: &[Person] = &[
    person("admin", "Zhao Ming", &[Role::Admin], Some(Department::Operations)),
    person("orders1", "Chen Jing", &[Role::OrderAdmin], Some(Department::Operations)),
    person("sales1", "Li Wei", &[Role::SalesSpecialist], Some(Department::Sales)),
    person("sales2", "Wang Fang", &[Role::SalesSpecialist], Some(Department::Sales)),
    person("manager1", "Zhang Lei", &[Role::SalesManager], Some(Department::Sales)),
    person("head1", "Liu Yang", &[Role::DepartmentHead], Some(Department::Sales)),
    person("operations1", "Sun Li", &[Role::OperationsHead], Some(Department::Operations)),
    person("warehouse1", "Zhou Tao", &[Role::Warehouse], Some(Department::Warehouse)),
    person("production1", "Wu Gang", &[Role::Production], Some(Department::Production)),
    person("logistics1", "Xu Min", &[Role::Logistics], Some(Department::Logistics)),
    person("finance1", "He Xia", &[Role::Finance], Some(Department::Finance)),
    person("viewer1", "Guo Qi", &[Role::Viewer], None),
];

/// SKU, name, specification, kind, unit, price, and how much of it there is.
const PRODUCTS: &[(&str, &str, &str, &str, &str, &str, u32)] = &[
    ("PAPER-A4", "A4 printing paper", "80 g, 10 packs", "standard", "set", "10.00", 500),
    ("PEN-05", "Signing pen", "0.5 mm black, 20 pieces", "standard", "set", "6.00", 400),
    ("DESK-140", "Office desk", "140 × 70 cm, oak", "standard", "piece", "1280.00", 30),
    ("CHAIR-M", "Office chair", "mesh, adjustable", "standard", "piece", "560.00", 60),
    ("LAMP-LED", "Desk lamp", "LED, 10 W", "standard", "piece", "89.00", 0),
    ("SIGN-BRASS", "Door sign", "brass, engraved to order", "custom", "piece", "240.00", 0),
    ("SETUP-DAY", "Furniture assembly", "one day on site", "service", "day", "900.00", 0),
];

/// Makes the warehouse, the products with their stock, and the customers.
pub async fn furnish(demo: &Demo<'_>) -> Done<()> {
    let warehouse = said(json!({"code": "WH1", "name": "Shanghai main warehouse"}))?;
    demo.act("orders1", move |tx| warehouses::create(tx, &warehouse)).await?;
    for (sku, name, specification, kind, unit, price, quantity) in PRODUCTS {
        let product = said(json!({
            "sku": sku, "name": name, "specification": specification, "kind": kind, "unit": unit, "unit_price": price,
            "currency": demo.app.config.base_currency
        }))?;
        demo.act("orders1", move |tx| products::create(tx, &product)).await?;
        if *quantity > 0 {
            let receipt: MovementInput = said(json!({"kind": "receipt", "warehouse": "WH1", "sku": sku, "quantity": quantity.to_string()}))?;
            demo.act("warehouse1", move |tx| stock::record(tx, &receipt)).await?;
        }
    }
    for (code, name, contact, phone, email, tier) in CUSTOMERS {
        let customer =
            said(json!({"code": code, "name": name, "contact_name": contact, "phone": phone, "email": email, "tier": tier, "language": "en"}))?;
        demo.act("sales1", move |tx| customers::create(tx, &customer)).await?;
    }
    Ok(())
}

/// Code, name, contact, phone, e-mail, tier.
const CUSTOMERS: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("ACME", "Acme Technology Ltd", "Li Na", "+8613800138000", "buyer@acme.example", "standard"),
    ("BLUE", "Blue Harbour Trading", "Tang Yu", "+8613900139000", "office@blueharbour.example", "standard"),
    ("CEDAR", "Cedar Hotels Group", "Ma Chao", "+8613700137000", "purchasing@cedar.example", "key_account"),
];
