//! `/t/{token}`: where a shipment is, for whoever holds the link of its message (DOMAIN 4.3). No account, no address, no
//! price, nothing to answer.

use super::page::{self, Page};
use super::{is_browser, private, refused};
use crate::api::request::Asked;
use crate::api::respond::Response;
use crate::app::App;
use crate::domain::lifecycle::shipment::{DeliveryMethod, ShipmentStatus, TrackingStatus};
use crate::domain::link::token_hash;
use crate::domain::offer::day;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::domain::zone::Zone;
use crate::repositories::shipments::Tracking;
use crate::services::shipments::traced::{self, Traced};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use minijinja::context;
use serde::Serialize;

/// Where a shipment is, as its customer sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TraceView {
    pub order_number: String,
    /// Which of the order's shipments it is, from 1.
    pub position: i32,
    pub status: ShipmentStatus,
    pub status_label: &'static str,
    pub method: DeliveryMethod,
    pub method_label: &'static str,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    /// The carrier's own page.
    pub tracking_url: Option<String>,
    /// When it left.
    pub dispatched_at: Option<UtcTime>,
    /// When it is expected to arrive.
    pub expected_at: Option<UtcTime>,
    /// When it arrived.
    pub delivered_at: Option<UtcTime>,
    /// Who took it.
    pub signed_by: Option<String>,
    /// What is in it.
    pub lines: Vec<TraceLineView>,
    /// What was told of it, the latest first.
    pub events: Vec<TraceEventView>,
}

/// Goods that are in it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TraceLineView {
    /// What it is called in the order.
    pub name: String,
    /// What kind of it.
    pub specification: String,
    /// How much of it is in this shipment.
    pub quantity: String,
    /// In what it is counted.
    pub unit: String,
}

/// One thing that was told of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TraceEventView {
    /// When it happened.
    pub occurred_at: UtcTime,
    pub status: TrackingStatus,
    pub status_label: &'static str,
    /// The words of whoever told it.
    pub description: String,
    /// Where it happened.
    pub location: Option<String>,
}

fn event(told: Tracking, reader: Language) -> TraceEventView {
    TraceEventView {
        occurred_at: told.occurred_at,
        status: told.status,
        status_label: told.status.label(reader),
        description: told.description,
        location: told.location,
    }
}

fn view(traced: Traced, reader: Language) -> TraceView {
    let shipment = traced.parcel.shipment;
    let lines = traced.parcel.lines.into_iter().map(|(line, packed)| TraceLineView {
        name: line.name,
        specification: line.specification,
        quantity: packed.quantity.short(),
        unit: line.unit,
    });
    TraceView {
        order_number: traced.parcel.order_number,
        position: shipment.position,
        status: shipment.status,
        status_label: shipment.status.label(reader),
        method: shipment.method,
        method_label: shipment.method.label(reader),
        carrier: shipment.carrier,
        tracking_number: shipment.tracking_number,
        tracking_url: shipment.tracking_url,
        dispatched_at: shipment.dispatched_at,
        expected_at: shipment.expected_at,
        delivered_at: shipment.delivered_at,
        signed_by: shipment.signed_by,
        lines: lines.collect(),
        events: traced.trace.into_iter().map(|told| event(told, reader)).collect(),
    }
}

/// The page: days and times as people in the company's zone write them.
fn written(view: &TraceView, language: Language, zone: Zone) -> Page {
    let date = |at: &Option<UtcTime>| at.map(|at| day(zone.local_date(at.utc()), language));
    let pattern = language.pick("%-d %B %Y, %H:%M", "%Y年%-m月%-d日 %H:%M");
    let time = |at: UtcTime| zone.local_time(at.utc()).format(pattern).to_string();
    let events = view.events.iter().map(|told| context! { time => time(told.occurred_at), ..minijinja::Value::from_serialize(told) });
    let facts = context! {
        title => format!("{} {}", language.pick("Order", "订单"), view.order_number),
        headline => view.status_label,
        good => view.delivered_at.is_some(),
        trace => context! {
            // once it is there, when it was expected is of no interest
            expected => if view.delivered_at.is_none() { date(&view.expected_at) } else { None },
            delivered => date(&view.delivered_at),
            events => events.collect::<Vec<_>>(),
            ..minijinja::Value::from_serialize(view)
        },
    };
    Page::new(language, facts)
}

/// Shows the customer where a shipment is, to whoever holds the link of its message.
#[utoipa::path(tag = "links", responses((status = 200, content((TraceView = "application/json"), (String = "text/html")))))]
#[get("/t/{token}")]
pub async fn show_trace(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    if let Some(flaw) = asked.call.flaw {
        return refused(flaw, &request);
    }
    let (hash, now) = (token_hash(&path), app.clock.now());
    match app.look(move |conn| traced::look(conn, &hash, now)).await {
        Ok(found) if is_browser(&request) => {
            let language = found.language;
            Ok(page::respond(&written(&view(found, language), language, app.company.zone), StatusCode::OK))
        }
        Ok(found) => {
            let mut response = HttpResponse::Ok().json(view(found, asked.call.language));
            private(&mut response);
            Ok(response)
        }
        Err(problem) => refused(problem, &request),
    }
}
