//! The balance of each product in each warehouse is the sum of its movements, and what is
//! reserved there is what orders hold.

use super::Finding;
use crate::db::Conn;
use crate::domain::amount::Amount;
use crate::domain::column::Uid;
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::each;
use crate::error::Result;
use crate::repositories::{products, warehouses};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::{BTreeMap, BTreeSet};

const STATED: &str = "SELECT product_id, warehouse_id, on_hand, reserved FROM stock";
const MOVED: &str = "SELECT product_id, warehouse_id, CAST(SUM(on_hand_change) AS BIGINT) AS on_hand, \
                     CAST(SUM(reserved_change) AS BIGINT) AS reserved FROM stock_movements GROUP BY product_id, warehouse_id";
const HELD: &str = "SELECT product_id, warehouse_id, CAST(0 AS BIGINT) AS on_hand, CAST(SUM(reserved) AS BIGINT) AS reserved \
                    FROM allocations GROUP BY product_id, warehouse_id";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    product_id: Id,
    #[diesel(sql_type = Uid)]
    warehouse_id: Id,
    #[diesel(sql_type = BigInt)]
    on_hand: i64,
    #[diesel(sql_type = BigInt)]
    reserved: i64,
}

type Balances = BTreeMap<(Id, Id), (i64, i64)>;

fn balances(conn: &mut Conn, query: &str) -> Result<Balances> {
    let rows: Vec<Row> = each!(conn, c => diesel::sql_query(query).load(c))?;
    Ok(rows.into_iter().map(|row| ((row.product_id, row.warehouse_id), (row.on_hand, row.reserved))).collect())
}

fn text(parts: i64) -> String {
    Amount::from_parts(i128::from(parts)).map_or_else(|_| format!("{parts}/10000"), Amount::short)
}

/// See the module.
pub fn is_the_sum_of_movements(conn: &mut Conn, _: &Company) -> Result<Vec<Finding>> {
    let (stated, moved, held) = (balances(conn, STATED)?, balances(conn, MOVED)?, balances(conn, HELD)?);
    let places: BTreeSet<(Id, Id)> = stated.keys().chain(moved.keys()).chain(held.keys()).copied().collect();
    let mut found = Vec::new();
    for place in places {
        let of = |balances: &Balances| balances.get(&place).copied().unwrap_or_default();
        let ((on_hand, reserved), (moved_on_hand, moved_reserved), (_, held)) = (of(&stated), of(&moved), of(&held));
        let claims = [
            ("on hand", on_hand, moved_on_hand, "its movements come to"),
            ("reserved", reserved, moved_reserved, "its movements come to"),
            ("reserved", reserved, held, "orders hold"),
        ];
        for (what, said, proved, by) in claims.into_iter().filter(|(_, said, proved, _)| said != proved) {
            let subject = name(conn, place)?;
            found.push(Finding::new("stock", subject, format!("{what} is {}, but {by} {}", text(said), text(proved))));
        }
    }
    Ok(found)
}

fn name(conn: &mut Conn, (product, warehouse): (Id, Id)) -> Result<String> {
    let sku = products::find(conn, product)?.map_or_else(|| product.to_string(), |product| product.sku);
    let code = warehouses::find(conn, warehouse)?.map_or_else(|| warehouse.to_string(), |warehouse| warehouse.code);
    Ok(format!("{sku} in {code}"))
}
