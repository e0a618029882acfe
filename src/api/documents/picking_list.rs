//! What a picking list says (DOMAIN 3.1).

use super::packing_slip::goods;
use super::sheet::{Column, Sheet, Table};
use crate::db::Snapshot;
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::offer::day;
use crate::domain::order::LineKind;
use crate::domain::task_plan::code;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{Order, offer};
use crate::repositories::stock::{self, Allocation};
use crate::repositories::{tasks, warehouses};
use std::collections::BTreeSet;

/// The list of an order: all warehouses, or one.
///
/// # Errors
/// `rule_violated` where nothing of it is picked there.
pub fn of(snapshot: &mut Snapshot, order: &Order, only: Option<Id>, language: Language) -> Result<Sheet> {
    let pick = |en: &'static str, zh: &'static str| language.pick(en, zh);
    let offer = offer::offer(snapshot.conn, order)?;
    let tables = tables(snapshot, order, only, language)?;
    if tables.is_empty() {
        let en = "Nothing of the order is set aside to be picked there.";
        return Err(Problem::rule("DOMAIN 3.1", en, "该订单没有可拣选的货物。").into());
    }
    let due = tasks::list_of_order(snapshot.conn, order.id)?.into_iter().find(|task| task.code == code::PICK).and_then(|task| task.due_at);
    let due = due.map(|at| day(snapshot.company.zone.local_date(at.utc()), language));
    let rush = order.rush.then(|| pick("Rush", "加急").to_owned());
    let facts = [
        (pick("Order", "订单号"), Some(order.number.clone())),
        (pick("Customer", "客户"), Some(offer.customer_name)),
        (pick("To be picked by", "拣货期限"), due),
        (pick("Priority", "优先级"), rush),
    ];
    Ok(Sheet {
        title: pick("Picking list", "拣货单").to_owned(),
        language: language.tag(),
        facts: facts.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect(),
        tables,
        closing: vec![
            pick("Picked by: ____________________    Date: ____________________", "拣货人：____________________    日期：____________________")
                .to_owned(),
        ],
        foot: order.number.clone(),
    })
}

/// A table for each warehouse, and one for what is not kept in stock.
fn tables(snapshot: &mut Snapshot, order: &Order, only: Option<Id>, language: Language) -> Result<Vec<Table>> {
    let lines = parts::lines(snapshot.conn, order.id)?;
    let held: Vec<Allocation> = stock::allocations_of(snapshot.conn, order.id)?;
    let ids: Vec<Id> =
        held.iter().map(|held| held.warehouse_id).collect::<BTreeSet<_>>().into_iter().filter(|id| only.is_none_or(|only| only == *id)).collect();
    let mut found = if ids.is_empty() { Vec::new() } else { warehouses::find_many(snapshot.conn, &ids)? };
    found.sort_by(|one, other| (one.priority, &one.code).cmp(&(other.priority, &other.code)));
    // where some has left already, what is to be picked now
    let again = parts::delivery(snapshot.conn, order.id)?.in_parts && held.iter().any(|held| held.reserved > Amount::ZERO);
    let mut tables = Vec::new();
    for warehouse in found {
        let of = |line: &Line| held.iter().find(|held| held.line_id == line.id && held.warehouse_id == warehouse.id);
        let share = |line: &Line| {
            of(line)
                .and_then(|held| if again { Some(held.reserved) } else { held.reserved.plus(held.picked).ok() })
                .filter(|share| *share > Amount::ZERO)
        };
        let heading = format!("{} · {}", warehouse.code, warehouse.name);
        tables.extend(table(heading, lines.iter().filter_map(|line| share(line).map(|share| (line, share))), language));
    }
    let elsewhere = lines
        .iter()
        .filter(|line| line.kind == LineKind::Standard && line.product_id.is_none())
        .map(|line| (line, line.quantity.minus(if again { line.picked } else { Amount::ZERO }).unwrap_or_default()));
    let elsewhere = elsewhere.filter(|(_, left)| *left > Amount::ZERO);
    let heading = language.pick("Not kept in stock", "非库存商品").to_owned();
    tables.extend(if only.is_none() { table(heading, elsewhere, language) } else { None });
    Ok(tables)
}

fn table<'l>(heading: String, goods_of: impl Iterator<Item = (&'l Line, Amount)>, language: Language) -> Option<Table> {
    let column = |en: &'static str, zh: &'static str, share, right| Column { name: language.pick(en, zh), share, right };
    let row = |(line, quantity): (&Line, Amount)| {
        vec!["□".to_owned(), line.position.to_string(), line.sku.clone().unwrap_or_default(), goods(line), quantity.short(), line.unit.clone()]
    };
    let rows: Vec<Vec<String>> = goods_of.map(row).collect();
    let columns = vec![
        column("", "", 0.05, false),
        column("No.", "序号", 0.08, true),
        column("SKU", "货号", 0.2, false),
        column("Goods", "商品", 0.43, false),
        column("Quantity", "数量", 0.14, true),
        column("Unit", "单位", 0.1, false),
    ];
    (!rows.is_empty()).then_some(Table { heading: Some(heading), columns, rows })
}
