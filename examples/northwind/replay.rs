//! The whole run: set up, enter all orders, check, enter them again, drive them, check.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::amounts::Amount;
use crate::client::{Answer, Client, Error, Session, text};
use crate::drive;
use crate::source::{FREIGHT_TOTAL, LINES_TOTAL, Northwind, ORDERS, Order, UNITS_IN_STOCK, WAREHOUSE};
use crate::staff::{Staff, unless_there};
use crate::workers::Runner;

/// Where the service is and who sets it up.
pub struct Target<'a> {
    pub url: &'a str,
    pub admin_password: &'a str,
    pub staff_password: &'a str,
    pub workers: usize,
}

/// Runs everything over HTTP; what an earlier run did already is not done again.
pub fn run(northwind: &Northwind, target: &Target<'_>) -> Result<(), Error> {
    let client = Client::new(target.url, target.workers);
    client.reach()?;
    let mut runner = Runner::new(&client, target.workers);

    let staff = runner.once("people", || {
        let admin = Session::open(&client, "admin", target.admin_password)?;
        Ok((Staff::hire(&client, &admin, target.staff_password)?, 9))
    })?;
    set_up(&mut runner, &staff, northwind)?;

    let ids = enter(&mut runner, &staff, &northwind.orders)?;
    let before = census(&mut runner, &staff, "orders counted")?;
    enter_again(&mut runner, &staff, &northwind.orders, &ids)?;
    let after = census(&mut runner, &staff, "orders counted again")?;
    equal("Northwind's orders after everything was posted again", after.northwind, ORDERS)?;
    equal("all orders after everything was posted again", after.all, before.all)?;

    let queue: Vec<(&Order, &String)> = northwind.orders.iter().zip(&ids).collect();
    runner.each("orders driven to received", &queue, |(order, id)| drive::to_received(&staff, order, id))?;

    let end = census(&mut runner, &staff, "orders checked")?;
    equal("Northwind's orders", end.northwind, ORDERS)?;
    equal("orders that are received", end.received, ORDERS)?;
    check_stock(&mut runner, &staff, northwind)?;

    println!("{}", runner.total());
    println!(
        "{ORDERS} orders received; lines {LINES_TOTAL}, shipping fees {FREIGHT_TOTAL}, {UNITS_IN_STOCK} units left in \
         stock, none reserved; {} requests had to be sent again.",
        client.repeats()
    );
    Ok(())
}

/// Warehouse, products, customers and the opening stock.
fn set_up(runner: &mut Runner<'_>, staff: &Staff<'_>, northwind: &Northwind) -> Result<(), Error> {
    let admin = &staff.order_admin;
    runner.once("warehouse", || {
        let warehouse = json!({"code": WAREHOUSE, "name": "Northwind's warehouse"});
        Ok((unless_there(admin.post("/v1/warehouses", &warehouse))?, 1))
    })?;
    runner.each("products", &northwind.products, |product| unless_there(admin.post("/v1/products", &product.body())))?;
    runner.each("customers", &northwind.customers, |customer| unless_there(admin.post("/v1/customers", &customer.body())))?;
    let stocked: BTreeSet<String> = runner.once("stock before", || {
        let rows = stock(staff)?;
        let count = rows.len();
        Ok((rows.into_keys().collect(), count))
    })?;
    let missing: Vec<_> = northwind.products.iter().filter(|product| !stocked.contains(&product.sku)).collect();
    runner.each("opening stock", &missing, |product| {
        let key = format!("northwind-stock-{}", product.sku);
        staff.warehouse.post_with_key("/v1/stock/movements", &product.opening_stock(), Some(&key))
    })?;
    Ok(())
}

/// Posts every order and checks the amounts that come back. Answers the orders' ids.
fn enter(runner: &mut Runner<'_>, staff: &Staff<'_>, orders: &[Order]) -> Result<Vec<String>, Error> {
    let entered = runner.each("orders entered", orders, |order| {
        let answer = post_order(staff, order, true)?;
        let lines = lines_amount(&answer.body)?;
        let freight = amount(&answer.body, "shipping_fee")?;
        let named = |what| format!("{}: {what}", order.channel_ref);
        equal(&named("amount of the lines"), lines, order.lines_total)?;
        equal(&named("shipping fee"), freight, order.freight)?;
        equal(&named("total"), amount(&answer.body, "total")?, lines + freight)?;
        let new = answer.status == 201 && !answer.replayed;
        Ok((text(&answer.body, "id")?.to_owned(), lines, freight, new))
    })?;
    equal("amount of all lines", entered.iter().map(|(_, lines, ..)| *lines).sum(), LINES_TOTAL)?;
    equal("all shipping fees", entered.iter().map(|(_, _, freight, _)| *freight).sum(), FREIGHT_TOTAL)?;
    let new = entered.iter().filter(|(.., new)| *new).count();
    println!("{new} orders are new, {} were there already", entered.len() - new);
    let ids: Vec<String> = entered.into_iter().map(|(id, ..)| id).collect();
    equal("different orders", ids.iter().collect::<BTreeSet<_>>().len(), ORDERS)?;
    Ok(ids)
}

/// Posts every order twice more: with its key, which gives the stored answer, and without, where the channel's reference
/// must give the first order.
fn enter_again(runner: &mut Runner<'_>, staff: &Staff<'_>, orders: &[Order], ids: &[String]) -> Result<(), Error> {
    let queue: Vec<(&Order, &String)> = orders.iter().zip(ids).collect();
    for (name, with_key) in [("same key again", true), ("same reference again", false)] {
        runner.each(name, &queue, |(order, id)| {
            let answer = post_order(staff, order, with_key)?;
            let named = |what| format!("{}, posted again: {what}", order.channel_ref);
            equal(&named("id"), text(&answer.body, "id")?, id.as_str())?;
            if !(with_key && answer.replayed) {
                equal(&named("status"), answer.status, 200)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn post_order(staff: &Staff<'_>, order: &Order, with_key: bool) -> Result<Answer, Error> {
    let key = format!("northwind-order-{}", order.id);
    staff.sales.post_with_key("/v1/orders", &order.body, with_key.then_some(key.as_str()))
}

/// How many orders there are.
struct Census {
    all: usize,
    northwind: usize,
    received: usize,
}

/// Walks the whole list of orders.
fn census(runner: &mut Runner<'_>, staff: &Staff<'_>, name: &'static str) -> Result<Census, Error> {
    runner.once(name, || {
        let rows = staff.order_admin.list("/v1/orders", &[])?;
        let ours = |row: &&Value| row["channel"] == "import" && row["channel_ref"].as_str().is_some_and(|text| text.starts_with("NW-"));
        let northwind = rows.iter().filter(ours).count();
        let received = rows.iter().filter(ours).filter(|row| row["status"] == "received").count();
        Ok((Census { all: rows.len(), northwind, received }, rows.len()))
    })
}

/// What is left must be exactly what Northwind says is in stock.
fn check_stock(runner: &mut Runner<'_>, staff: &Staff<'_>, northwind: &Northwind) -> Result<(), Error> {
    let rows = runner.once("stock checked", || {
        let rows = stock(staff)?;
        let count = rows.len();
        Ok((rows, count))
    })?;
    let mut left = Amount::ZERO;
    for product in &northwind.products {
        let named = |what| format!("stock of {}: {what}", product.sku);
        let row = rows.get(&product.sku).ok_or_else(|| Error::Wrong(named("there is no row")))?;
        let on_hand = amount(row, "on_hand")?;
        equal(&named("on hand"), on_hand, Amount::whole(product.units_in_stock))?;
        equal(&named("reserved"), amount(row, "reserved")?, Amount::ZERO)?;
        left = left + on_hand;
    }
    equal("units left in stock", left, Amount::whole(UNITS_IN_STOCK))
}

/// The stock rows of Northwind's warehouse, by SKU.
fn stock(staff: &Staff<'_>) -> Result<BTreeMap<String, Value>, Error> {
    let rows = staff.warehouse.list("/v1/stock", &[])?;
    rows.into_iter().filter(|row| row["warehouse"] == WAREHOUSE).map(|row| Ok((text(&row, "sku")?.to_owned(), row))).collect()
}

fn lines_amount(order: &Value) -> Result<Amount, Error> {
    let lines = order["lines"].as_array().ok_or_else(|| Error::Wrong("an order lacks its lines".to_owned()))?;
    lines.iter().map(|line| amount(line, "amount")).sum()
}

fn amount(value: &Value, field: &str) -> Result<Amount, Error> {
    text(value, field)?.parse().map_err(|error| Error::Wrong(format!("`{field}`: {error}")))
}

fn equal<T: PartialEq + std::fmt::Display>(what: &str, found: T, expected: T) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Wrong(format!("{what}: the service says {found}, it must be {expected}")))
}
