//! The steps of an order that people take: `POST /v1/orders/{id}/…`. Each answers the order as it
//! is once everything has followed that follows.

use super::shown;
use super::view::OrderView;
use crate::api::request::{Nothing, Posted};
use crate::api::respond::{Response, send};
use crate::app::App;
use crate::db::Tx;
use crate::domain::permission::Operation;
use crate::error::Result;
use crate::repositories::orders::Order;
use crate::services::orders::correct::{self, UndoInput};
use crate::services::orders::input::{ConfirmInput, ReasonInput, ReceiveInput, VerifyInput};
use crate::services::orders::steps;
use actix_web::post;
use actix_web::web::{Data, Path};

/// Takes a step on the order that a path names, by what a body says.
async fn take<T: Send + Sync + 'static>(
    app: &App,
    operation: Operation,
    path: Path<String>,
    posted: Posted<T>,
    step: fn(&mut Tx, &str, &T) -> Result<Order>,
) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| step(tx, &path, body.valid()?);
    send(app.write(operation, posted.call, act, |tx, order| shown(tx, 200, order.id)).await)
}

/// Finds the key fields right (an empty body says so of all), or sends the order back naming what
/// is wrong. Not for whoever entered or corrected it.
#[utoipa::path(tag = "orders", request_body = VerifyInput, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/verify")]
pub async fn verify_order(app: Data<App>, path: Path<String>, posted: Posted<VerifyInput>) -> Response {
    take(&app, Operation::VerifyOrder, path, posted, steps::verify).await
}

/// Sends an order back to be corrected.
#[utoipa::path(tag = "orders", request_body = ReasonInput, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/send-back")]
pub async fn send_back_order(app: Data<App>, path: Path<String>, posted: Posted<ReasonInput>) -> Response {
    take(&app, Operation::SendBackOrder, path, posted, steps::send_back).await
}

/// Records that the customer has said yes.
#[utoipa::path(tag = "orders", request_body = ConfirmInput, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/confirm")]
pub async fn confirm_order(app: Data<App>, path: Path<String>, posted: Posted<ConfirmInput>) -> Response {
    take(&app, Operation::ConfirmOrder, path, posted, steps::confirm).await
}

/// Asks the customer to confirm by a new link; the one before is good no longer.
#[utoipa::path(tag = "orders", request_body = Nothing, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/request-confirmation")]
pub async fn request_confirmation(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    take(&app, Operation::RequestConfirmation, path, posted, |tx, order, _| steps::request_confirmation(tx, order)).await
}

/// Releases a reviewed order to the departments, where it is not released by itself.
#[utoipa::path(tag = "orders", request_body = Nothing, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/release")]
pub async fn release_order(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    take(&app, Operation::ReleaseOrder, path, posted, |tx, order, _| steps::release(tx, order)).await
}

/// Records that the customer has received everything.
#[utoipa::path(tag = "orders", request_body = ReceiveInput, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/receive")]
pub async fn receive_order(app: Data<App>, path: Path<String>, posted: Posted<ReceiveInput>) -> Response {
    take(&app, Operation::ReceiveOrder, path, posted, steps::receive).await
}

/// Cancels an order of which nothing has been dispatched.
#[utoipa::path(tag = "orders", request_body = ReasonInput, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/cancel")]
pub async fn cancel_order(app: Data<App>, path: Path<String>, posted: Posted<ReasonInput>) -> Response {
    take(&app, Operation::CancelOrder, path, posted, steps::cancel).await
}

/// Puts an order on hold: people's steps forward stop until it is let go.
#[utoipa::path(tag = "orders", request_body = ReasonInput, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/hold")]
pub async fn hold_order(app: Data<App>, path: Path<String>, posted: Posted<ReasonInput>) -> Response {
    take(&app, Operation::HoldOrder, path, posted, steps::hold).await
}

/// Takes back a verification, or a receipt that was recorded by hand, which was a mistake; with the reason. A verified
/// order is verified and approved anew; what a customer has agreed to is amended instead.
#[utoipa::path(tag = "orders", request_body = UndoInput, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/undo")]
pub async fn undo_order_step(app: Data<App>, path: Path<String>, posted: Posted<UndoInput>) -> Response {
    take(&app, Operation::UndoOrderStep, path, posted, correct::undo).await
}

/// Lets a held order go.
#[utoipa::path(tag = "orders", request_body = Nothing, responses((status = 200, body = OrderView)))]
#[post("/v1/orders/{id}/unhold")]
pub async fn unhold_order(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    take(&app, Operation::UnholdOrder, path, posted, |tx, order, _| steps::unhold(tx, order)).await
}
