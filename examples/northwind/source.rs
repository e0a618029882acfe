//! Northwind's CSV files, read whole, checked against their published sums, and turned into the bodies Docket takes.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::amounts::{Amount, NotAnAmount, line_amount};

/// The warehouse that holds everything.
pub const WAREHOUSE: &str = "WH1";
/// Northwind's prices are in US dollars.
pub const CURRENCY: &str = "USD";
/// How many orders there are.
pub const ORDERS: usize = 830;
/// The amount of all lines after discount, each rounded half up to cents.
pub const LINES_TOTAL: Amount = Amount::cents(126_579_329);
/// All freight together.
pub const FREIGHT_TOTAL: Amount = Amount::cents(6_494_269);
/// What all products have in stock together.
pub const UNITS_IN_STOCK: i64 = 3_119;

/// Why the data could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("{}: {source}", path.display())]
    Csv { path: PathBuf, source: csv::Error },
    #[error("{}: {source}", path.display())]
    Open { path: PathBuf, source: std::io::Error },
    #[error("order {order}: {source}")]
    Amount { order: u32, source: NotAnAmount },
    #[error("order {order} names {what} {id}, which the data does not have")]
    Dangling { order: u32, what: &'static str, id: String },
    #[error("no alpha-2 code is known for the country {0:?}")]
    Country(String),
    #[error("{what}: the data says {found}, Northwind has {expected}; is this the complete sample?")]
    Unexpected { what: &'static str, found: String, expected: String },
}

/// A product, with the stock it must have at first so that `units_in_stock` are left after every order.
pub struct Product {
    pub sku: String,
    pub name: String,
    pub specification: String,
    pub unit_price: Amount,
    pub units_in_stock: i64,
    pub units_sold: i64,
}

/// A customer as Docket knows it: the code is Northwind's `customer_id`.
pub struct Customer {
    pub code: String,
    pub name: String,
    pub contact_name: String,
}

/// One order with what driving it needs beside its body.
pub struct Order {
    pub id: u32,
    pub channel_ref: String,
    pub ship_name: String,
    pub carrier: String,
    pub contact_name: String,
    pub lines_total: Amount,
    pub freight: Amount,
    /// The body of `POST /v1/orders`.
    pub body: Value,
}

/// Everything that is sent to the service.
pub struct Northwind {
    pub products: Vec<Product>,
    pub customers: Vec<Customer>,
    pub orders: Vec<Order>,
}

#[derive(Deserialize)]
struct ProductRow {
    product_id: u32,
    product_name: String,
    quantity_per_unit: String,
    unit_price: String,
    units_in_stock: i64,
}

#[derive(Deserialize)]
struct CustomerRow {
    customer_id: String,
    company_name: String,
    contact_name: String,
    phone: String,
    fax: String,
}

#[derive(Deserialize)]
struct EmployeeRow {
    employee_id: u32,
    last_name: String,
    first_name: String,
}

#[derive(Deserialize)]
struct ShipperRow {
    shipper_id: u32,
    company_name: String,
}

#[derive(Deserialize)]
struct DetailRow {
    order_id: u32,
    product_id: u32,
    unit_price: String,
    quantity: i64,
    discount: String,
}

#[derive(Deserialize)]
struct OrderRow {
    order_id: u32,
    customer_id: String,
    employee_id: u32,
    order_date: String,
    required_date: String,
    shipped_date: String,
    ship_via: u32,
    freight: String,
    ship_name: String,
    ship_address: String,
    ship_city: String,
    ship_region: String,
    ship_postal_code: String,
    ship_country: String,
}

/// The tables that orders refer to, by their keys.
struct Tables {
    customers: BTreeMap<String, CustomerRow>,
    employees: BTreeMap<u32, EmployeeRow>,
    shippers: BTreeMap<u32, ShipperRow>,
    products: BTreeMap<u32, ProductRow>,
}

impl Northwind {
    /// Reads the folder with Northwind's CSV files and proves that it is the complete sample.
    pub fn read(folder: &Path) -> Result<Self, SourceError> {
        let tables = Tables {
            customers: keyed(rows(folder, "customers.csv")?, |row: &CustomerRow| row.customer_id.clone()),
            employees: keyed(rows(folder, "employees.csv")?, |row: &EmployeeRow| row.employee_id),
            shippers: keyed(rows(folder, "shippers.csv")?, |row: &ShipperRow| row.shipper_id),
            products: keyed(rows(folder, "products.csv")?, |row: &ProductRow| row.product_id),
        };
        let mut details: BTreeMap<u32, Vec<DetailRow>> = BTreeMap::new();
        let mut sold: BTreeMap<u32, i64> = BTreeMap::new();
        for row in rows::<DetailRow>(folder, "order_details.csv")? {
            *sold.entry(row.product_id).or_default() += row.quantity;
            details.entry(row.order_id).or_default().push(row);
        }
        let orders = rows::<OrderRow>(folder, "orders.csv")?
            .iter()
            .map(|row| order(row, details.get(&row.order_id).map_or(&[], Vec::as_slice), &tables))
            .collect::<Result<Vec<_>, _>>()?;
        let products = tables
            .products
            .values()
            .map(|row| {
                Ok(Product {
                    sku: sku(row.product_id),
                    name: row.product_name.clone(),
                    specification: row.quantity_per_unit.clone(),
                    unit_price: amount(0, &row.unit_price)?,
                    units_in_stock: row.units_in_stock,
                    units_sold: sold.get(&row.product_id).copied().unwrap_or_default(),
                })
            })
            .collect::<Result<Vec<_>, SourceError>>()?;
        let customers = tables
            .customers
            .into_values()
            .map(|row| Customer { code: row.customer_id, name: row.company_name, contact_name: row.contact_name })
            .collect();
        let northwind = Self { products, customers, orders };
        northwind.prove()?;
        Ok(northwind)
    }

    /// Counts and sums, so that a truncated file is noticed before anything is sent.
    fn prove(&self) -> Result<(), SourceError> {
        same("customers", self.customers.len(), 91)?;
        same("products", self.products.len(), 77)?;
        same("orders", self.orders.len(), ORDERS)?;
        same("amount of all lines", self.orders.iter().map(|order| order.lines_total).sum(), LINES_TOTAL)?;
        same("freight", self.orders.iter().map(|order| order.freight).sum(), FREIGHT_TOTAL)?;
        same("units in stock", self.products.iter().map(|product| product.units_in_stock).sum(), UNITS_IN_STOCK)
    }
}

impl Product {
    /// The body of `POST /v1/products`.
    pub fn body(&self) -> Value {
        json!({
            "sku": self.sku,
            "name": self.name,
            "kind": "standard",
            "specification": self.specification,
            "unit": "unit",
            "unit_price": self.unit_price.to_string(),
            "currency": CURRENCY,
        })
    }

    /// The body of the one stock movement that covers every order and leaves `units_in_stock`.
    pub fn opening_stock(&self) -> Value {
        json!({
            "kind": "receipt",
            "warehouse": WAREHOUSE,
            "sku": self.sku,
            "quantity": (self.units_sold + self.units_in_stock).to_string(),
        })
    }
}

impl Customer {
    /// The body of `POST /v1/customers`, and the `customer` of an order. Northwind has no e-mail addresses, and its
    /// phone numbers are local ones, so that neither is given as contact data.
    pub fn body(&self) -> Value {
        customer(&self.code, &self.name, &self.contact_name)
    }
}

fn customer(code: &str, name: &str, contact_name: &str) -> Value {
    json!({"code": code, "name": name, "contact_name": contact_name})
}

/// One order's row, its details and what they refer to, as a body of `POST /v1/orders`.
fn order(row: &OrderRow, details: &[DetailRow], tables: &Tables) -> Result<Order, SourceError> {
    let dangling = |what, id: String| SourceError::Dangling { order: row.order_id, what, id };
    let buyer = tables.customers.get(&row.customer_id).ok_or_else(|| dangling("customer", row.customer_id.clone()))?;
    let employee = tables.employees.get(&row.employee_id).ok_or_else(|| dangling("employee", row.employee_id.to_string()))?;
    let shipper = tables.shippers.get(&row.ship_via).ok_or_else(|| dangling("shipper", row.ship_via.to_string()))?;

    let mut lines = Vec::with_capacity(details.len());
    let mut lines_total = Amount::ZERO;
    for detail in details {
        let product = tables.products.get(&detail.product_id).ok_or_else(|| dangling("product", detail.product_id.to_string()))?;
        let unit_price = amount(row.order_id, &detail.unit_price)?;
        let discount_rate = amount(row.order_id, &detail.discount)?;
        let mut line = json!({
            "sku": sku(detail.product_id),
            "name": product.product_name,
            "specification": product.quantity_per_unit,
            "quantity": detail.quantity.to_string(),
            "unit": "unit",
            "unit_price": unit_price.to_string(),
        });
        if !discount_rate.is_zero() {
            line["discount_rate"] = discount_rate.to_string().into();
        }
        lines.push(line);
        lines_total = lines_total + line_amount(detail.quantity, unit_price, discount_rate);
    }

    let freight = amount(row.order_id, &row.freight)?;
    let channel_ref = format!("NW-{}", row.order_id);
    let address = given([
        ("country", country(&row.ship_country)?),
        ("region", &row.ship_region),
        ("city", &row.ship_city),
        ("street", &row.ship_address),
        ("postcode", &row.ship_postal_code),
    ]);
    let metadata = given([
        ("northwind_order_id", row.order_id.to_string().as_str()),
        ("ship_name", &row.ship_name),
        ("ship_via", &shipper.company_name),
        ("customer_phone", &buyer.phone),
        ("customer_fax", &buyer.fax),
        ("employee", &format!("{} {}", employee.first_name, employee.last_name)),
        ("shipped_date", &row.shipped_date),
    ]);
    let body = json!({
        "channel": "import",
        "channel_ref": channel_ref,
        "customer": customer(&buyer.customer_id, &buyer.company_name, &buyer.contact_name),
        "currency": CURRENCY,
        "ordered_at": format!("{}T12:00:00Z", row.order_date),
        "lines": lines,
        "shipping_fee": freight.to_string(),
        "delivery": {"address": address, "requested_date": row.required_date},
        "tags": ["northwind"],
        "metadata": metadata,
    });
    Ok(Order {
        id: row.order_id,
        channel_ref,
        ship_name: row.ship_name.clone(),
        carrier: shipper.company_name.clone(),
        contact_name: buyer.contact_name.clone(),
        lines_total,
        freight,
        body,
    })
}

fn sku(product: u32) -> String {
    format!("NW-{product}")
}

/// The fields that have a value; an empty one is left out.
fn given<const N: usize>(fields: [(&str, &str); N]) -> Map<String, Value> {
    fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn amount(order: u32, text: &str) -> Result<Amount, SourceError> {
    text.parse().map_err(|source| SourceError::Amount { order, source })
}

/// Northwind writes countries out; the service takes ISO 3166-1 alpha-2.
fn country(name: &str) -> Result<&'static str, SourceError> {
    Ok(match name {
        "Argentina" => "AR",
        "Austria" => "AT",
        "Belgium" => "BE",
        "Brazil" => "BR",
        "Canada" => "CA",
        "Denmark" => "DK",
        "Finland" => "FI",
        "France" => "FR",
        "Germany" => "DE",
        "Ireland" => "IE",
        "Italy" => "IT",
        "Mexico" => "MX",
        "Norway" => "NO",
        "Poland" => "PL",
        "Portugal" => "PT",
        "Spain" => "ES",
        "Sweden" => "SE",
        "Switzerland" => "CH",
        "UK" => "GB",
        "USA" => "US",
        "Venezuela" => "VE",
        other => return Err(SourceError::Country(other.to_owned())),
    })
}

fn rows<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Vec<T>, SourceError> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|source| SourceError::Open { path: path.clone(), source })?;
    csv::Reader::from_reader(file).into_deserialize().collect::<Result<_, _>>().map_err(|source| SourceError::Csv { path, source })
}

fn keyed<K: Ord, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> BTreeMap<K, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

fn same<T: PartialEq + ToString>(what: &'static str, found: T, expected: T) -> Result<(), SourceError> {
    if found == expected {
        return Ok(());
    }
    Err(SourceError::Unexpected { what, found: found.to_string(), expected: expected.to_string() })
}
