//! Documents to print: the packing slip that goes with a shipment, and the list by which the warehouse picks an order.
//! PDFs, in the language that is asked for.

mod packing_slip;
mod picking_list;
mod sheet;
mod type_setting;

use super::files::FileContent;
use super::request::Asked;
use super::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::words::Language;
use crate::error::{Code, Problem};
use crate::repositories::{orders, shipments, warehouses};
use actix_web::get;
use actix_web::web::{self, Data, Path};
use serde::Deserialize;
use sheet::Sheet;
use validator::Validate;

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SlipQuery {
    /// The language that it is written in: `en` or `zh-CN`; by default that of the answer.
    #[param(inline)]
    language: Option<Printed>,
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PickingQuery {
    /// Only what is picked in the warehouse with this code.
    #[validate(length(min = 1, max = 40))]
    #[param(min_length = 1, max_length = 40)]
    warehouse: Option<String>,
    /// The language that it is written in: `en` or `zh-CN`; by default that of the answer.
    #[param(inline)]
    language: Option<Printed>,
}

/// A language that documents are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub enum Printed {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "zh-CN")]
    Chinese,
}

fn chosen(asked: Option<Printed>, by_answer: Language) -> Language {
    match asked {
        Some(Printed::English) => Language::English,
        Some(Printed::Chinese) => Language::Chinese,
        None => by_answer,
    }
}

/// A document, written on a thread on which that may take its time, to be shown or saved under a name.
async fn printed(sheet: Sheet, name: String) -> std::result::Result<Answer, Box<Problem>> {
    let written = web::block(move || sheet.pdf()).await.map_err(|_| Problem::new(Code::Unavailable))?;
    let body = written.map_err(|error| {
        log::error!("a document cannot be written: {error}");
        Problem::new(Code::Internal)
    })?;
    Ok(Answer { status: 200, headers: Vec::new(), body }
        .header("content-type", "application/pdf")
        .header("content-disposition", format!("inline; filename=\"{name}.pdf\""))
        .header("x-content-type-options", "nosniff")
        .header("cache-control", "private"))
}

/// A name of a file, of what an order is called.
fn file_name(kind: &str, number: &str) -> String {
    let plain: String = number.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    format!("{kind}-{plain}")
}

/// The packing slip of a shipment (装箱单): what is in it, for whom, without prices.
#[utoipa::path(
    tag = "shipments",
    params(SlipQuery),
    responses((status = 200, description = "The document", content((FileContent = "application/pdf"))))
)]
#[get("/v1/shipments/{id}/packing-slip")]
pub async fn get_packing_slip(app: Data<App>, path: Path<String>, asked: Asked<SlipQuery>) -> Response {
    let query = asked.query;
    let look = move |snapshot: &mut Snapshot| {
        let language = chosen(query.valid()?.language, snapshot.language);
        let id = Kind::Shipment.parse(&path).ok_or_else(Problem::not_found)?;
        let shipment = shipments::find(snapshot.conn, id)?.ok_or_else(Problem::not_found)?;
        let parcel = shipments::load(snapshot.conn, vec![shipment])?.pop().ok_or_else(Problem::not_found)?;
        let name = file_name("packing-slip", &format!("{}-{}", parcel.order_number, parcel.shipment.position));
        Ok((packing_slip::of(snapshot, &parcel, language)?, name))
    };
    let (sheet, name) = app.read(Operation::GetPackingSlip, asked.call, look).await?;
    send(printed(sheet, name).await)
}

/// The list by which the warehouse picks an order (拣货单): what of which warehouse, with a box to tick.
#[utoipa::path(
    tag = "orders",
    params(PickingQuery),
    responses((status = 200, description = "The document", content((FileContent = "application/pdf"))))
)]
#[get("/v1/orders/{id}/picking-list")]
pub async fn get_picking_list(app: Data<App>, path: Path<String>, asked: Asked<PickingQuery>) -> Response {
    let query = asked.query;
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let language = chosen(q.language, snapshot.language);
        let id = orders::resolve(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        let order = orders::find(snapshot.conn, id)?.ok_or_else(Problem::not_found)?;
        let unknown = || Problem::parameter("warehouse", "there is no such warehouse");
        let only = match &q.warehouse {
            Some(code) => Some(warehouses::find_by_code(snapshot.conn, code)?.ok_or_else(unknown)?),
            None => None,
        };
        Ok((picking_list::of(snapshot, &order, only.map(|row| row.id), language)?, file_name("picking-list", &order.number)))
    };
    let (sheet, name) = app.read(Operation::GetPickingList, asked.call, look).await?;
    send(printed(sheet, name).await)
}
