//! What a packing slip says (DOMAIN 4.3).

use super::sheet::{Column, Sheet, Table};
use crate::db::Snapshot;
use crate::domain::amount::Amount;
use crate::domain::offer::day;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::orders;
use crate::repositories::orders::offer::offer;
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::shipments::{Parcel, Shipment, ShipmentLine};

/// The slip of a parcel.
pub fn of(snapshot: &mut Snapshot, parcel: &Parcel, language: Language) -> Result<Sheet> {
    let pick = |en: &'static str, zh: &'static str| language.pick(en, zh);
    let shipment = &parcel.shipment;
    let order = orders::find(snapshot.conn, shipment.order_id)?.ok_or_else(Problem::not_found)?;
    let offer = offer(snapshot.conn, &order)?;
    let delivery = parts::delivery(snapshot.conn, order.id)?;
    let date = |at: Option<UtcTime>| at.map(|at| day(snapshot.company.zone.local_date(at.utc()), language));
    let number = format!("{}-{}", parcel.order_number, shipment.position);
    let facts = [
        (pick("Order", "订单号"), Some(parcel.order_number.clone())),
        (pick("Shipment", "发货单号"), Some(number.clone())),
        (pick("Your reference", "客户参考号"), order.channel_ref.clone()),
        (pick("Customer", "客户"), Some(offer.customer_name)),
        (pick("Deliver to", "收货地址"), offer.address.line(language)),
        (pick("Delivery", "配送方式"), Some(shipment.method.label(language).to_owned())),
        (pick("Carrier", "承运商"), shipment.carrier.clone()),
        (pick("Tracking number", "运单号"), shipment.tracking_number.clone()),
        (pick("Label", "面单号"), shipment.label_reference.clone()),
        (pick("Dispatch", "发货日期"), date(shipment.dispatched_at.or(shipment.planned_dispatch_at))),
        (pick("Expected", "预计送达"), date(shipment.expected_at)),
        (pick("Warehouse", "发货仓库"), parcel.warehouse.clone()),
        (pick("Packages", "包裹"), packages(shipment, language)?),
        (pick("Instructions", "配送说明"), Some(delivery.instructions).filter(|text| !text.trim().is_empty())),
    ];
    Ok(Sheet {
        title: pick("Packing slip", "装箱单").to_owned(),
        language: language.tag(),
        facts: facts.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect(),
        tables: vec![table(&parcel.lines, language)],
        closing: vec![
            pick("Received by: ____________________    Date: ____________________", "签收人：____________________    日期：____________________")
                .to_owned(),
        ],
        foot: number,
    })
}

/// How many pieces, and what they weigh together.
fn packages(shipment: &Shipment, language: Language) -> Result<Option<String>> {
    let count = shipment.packages.0.len();
    if count == 0 {
        return Ok(None);
    }
    let weight = Amount::sum(shipment.packages.0.iter().filter_map(|package| package.weight_kg))?;
    let weighed = if weight > Amount::ZERO { format!(" · {} kg", weight.short()) } else { String::new() };
    Ok(Some(format!("{count} {}{weighed}", language.pick(if count == 1 { "piece" } else { "pieces" }, "件"))))
}

fn table(lines: &[(Line, ShipmentLine)], language: Language) -> Table {
    let column = |en: &'static str, zh: &'static str, share, right| Column { name: language.pick(en, zh), share, right };
    let row = |(line, row): &(Line, ShipmentLine)| {
        vec![line.position.to_string(), line.sku.clone().unwrap_or_default(), goods(line), row.quantity.short(), line.unit.clone()]
    };
    Table {
        heading: None,
        columns: vec![
            column("No.", "序号", 0.08, true),
            column("SKU", "货号", 0.2, false),
            column("Goods", "商品", 0.48, false),
            column("Quantity", "数量", 0.14, true),
            column("Unit", "单位", 0.1, false),
        ],
        rows: lines.iter().map(row).collect(),
    }
}

/// What a line is, with its specification.
pub(super) fn goods(line: &Line) -> String {
    if line.specification.trim().is_empty() { line.name.clone() } else { format!("{}, {}", line.name, line.specification) }
}
