//! The example company's orders: one row each, and the way from entry to where each one stands.

use super::{Demo, Done, said};
use crate::db::Tx;
use crate::domain::evidence::{Document, MediaType};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::approval::StepStatus;
use crate::domain::lifecycle::order::Stage;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::task_plan::EvidenceKind;
use crate::error::Result;
use crate::repositories::orders as rows;
use crate::repositories::{approvals as approval_rows, tasks as task_rows};
use crate::services::approvals::{self, Decision};
use crate::services::orders::create;
use crate::services::orders::input::{ConfirmInput, ReasonInput, VerifyInput};
use crate::services::orders::steps;
use crate::services::shipments::{self, DispatchInput, ShipmentInput, TrackingInput};
use crate::services::{exceptions, money, tasks};
use serde_json::{Value, json};

/// More steps than any of the orders needs.
const MOVES: usize = 20;

/// Customer, channel, lines (SKU and quantity), whether it is rushed, and where it stands.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)], bool, Stage);

const ORDERS: &[Row] = &[
    ("ACME", "web", &[("PAPER-A4", "50"), ("PEN-05", "50")], false, Stage::Done),
    ("BLUE", "phone", &[("CHAIR-M", "4")], false, Stage::Done),
    ("CEDAR", "crm", &[("DESK-140", "10"), ("CHAIR-M", "10")], false, Stage::AwaitingReceipt),
    ("ACME", "web", &[("PAPER-A4", "20")], false, Stage::AwaitingReceipt),
    ("BLUE", "email", &[("PEN-05", "30")], false, Stage::AwaitingShipment),
    ("CEDAR", "crm", &[("SIGN-BRASS", "12")], false, Stage::AwaitingProduction),
    ("ACME", "marketplace", &[("CHAIR-M", "2")], true, Stage::AwaitingPreparation),
    ("BLUE", "phone", &[("DESK-140", "1"), ("SETUP-DAY", "1")], false, Stage::AwaitingPreparation),
    ("ACME", "web", &[("LAMP-LED", "25")], false, Stage::AwaitingRelease),
    ("CEDAR", "crm", &[("PAPER-A4", "80")], false, Stage::AwaitingConfirmation),
    ("BLUE", "fax", &[("PAPER-A4", "10"), ("PEN-05", "10")], false, Stage::AwaitingConfirmation),
    ("CEDAR", "crm", &[("DESK-140", "12"), ("CHAIR-M", "40")], false, Stage::AwaitingApproval),
    ("ACME", "form", &[("PEN-05", "15")], true, Stage::AwaitingApproval),
    ("BLUE", "store", &[("CHAIR-M", "1")], false, Stage::AwaitingCorrection),
    ("ACME", "web", &[("PAPER-A4", "5")], false, Stage::AwaitingVerification),
    ("BLUE", "marketplace", &[("DESK-140", "2")], false, Stage::AwaitingVerification),
    ("CEDAR", "phone", &[("PEN-05", "100")], false, Stage::Cancelled),
];

/// Makes every order and takes it to where it stands.
pub async fn make(demo: &Demo<'_>) -> Done<()> {
    for (at, (customer, channel, lines, rush, stage)) in ORDERS.iter().enumerate() {
        let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
        let order = create::Incoming::new(said(json!({
            "channel": channel, "channel_ref": format!("DEMO-{:03}", at + 1), "customer": {"code": customer}, "currency": demo.app.config.base_currency,
            "lines": lines, "rush": rush,
            "delivery": {
                "address": {"country": "CN", "region": "Shanghai", "city": "Shanghai", "street": "1 Century Avenue", "postcode": "200120"},
                "requested_within_working_days": 10
            }
        }))?);
        let id = demo.act("sales1", move |tx| create::create(tx, &order)).await?.order().id;
        bring(demo, id, *stage).await?;
    }
    let waiting = json!({
        "kind": "delivery_delay", "severity": "medium", "order_ids": [format!("{}", number(demo, 3).await?)],
        "cause": "The carrier reports a storm on the way.", "impact": {"delay_days": 2}, "department": "logistics"
    });
    let report = said(waiting)?;
    demo.act("logistics1", move |tx| exceptions::report(tx, &report).map(drop)).await
}

/// The number of one of the orders, by its row.
async fn number(demo: &Demo<'_>, row: usize) -> Done<String> {
    let reference = format!("DEMO-{row:03}");
    let find = move |conn: &mut crate::db::Conn| rows::find_by_channel(conn, crate::domain::order::Channel::Crm, &reference);
    Ok(demo.app.look(find).await?.map(|order| order.number).unwrap_or_default())
}

/// Takes an order on, a step at a time, until it stands where it should or nothing more can be
/// done.
async fn bring(demo: &Demo<'_>, order: Id, until: Stage) -> Done<()> {
    let path = order.text(Kind::Order);
    match until {
        Stage::Cancelled => return cancel(demo, path).await,
        Stage::AwaitingCorrection => return send_back(demo, path).await,
        _ => {}
    }
    for _ in 0..MOVES {
        let stage = demo.app.look(move |conn| Ok(rows::find(conn, order)?.map(|order| order.stage))).await?;
        let Some(stage) = stage.filter(|stage| *stage != until) else { break };
        let path = path.clone();
        match stage {
            Stage::AwaitingVerification => demo.act("sales2", move |tx| steps::verify(tx, &path, &VerifyInput::default()).map(drop)).await?,
            Stage::AwaitingApproval => approve(demo, order).await?,
            Stage::AwaitingConfirmation => confirm(demo, path).await?,
            Stage::AwaitingPreparation => work(demo, order, "warehouse1", EvidenceKind::GoodsIssueNote).await?,
            Stage::AwaitingProduction => work(demo, order, "production1", EvidenceKind::QcReport).await?,
            Stage::AwaitingShipment => ship(demo, order).await?,
            Stage::AwaitingReceipt => deliver(demo, order).await?,
            _ => break,
        }
    }
    if until == Stage::Done { bill(demo, order).await } else { Ok(()) }
}

async fn cancel(demo: &Demo<'_>, path: String) -> Done<()> {
    let why: ReasonInput = said(json!({"reason": "The customer ordered elsewhere."}))?;
    demo.act("sales1", move |tx| steps::cancel(tx, &path, &why).map(drop)).await
}

async fn send_back(demo: &Demo<'_>, path: String) -> Done<()> {
    let found: VerifyInput = said(json!({"fields": {"quantity": "wrong"}, "note": "The form says two chairs."}))?;
    demo.act("sales2", move |tx| steps::verify(tx, &path, &found).map(drop)).await
}

async fn confirm(demo: &Demo<'_>, path: String) -> Done<()> {
    let how: ConfirmInput = said(json!({"method": "phone", "note": "Confirmed goods, price and date."}))?;
    demo.act("sales1", move |tx| steps::confirm(tx, &path, &how).map(drop)).await
}

/// Decides the step whose turn it is.
async fn approve(demo: &Demo<'_>, order: Id) -> Done<()> {
    let pending = demo.app.look(move |conn| approval_rows::steps_of_order(conn, order)).await?;
    let Some(step) = pending.into_iter().find(|step| step.status == StepStatus::Pending) else { return Ok(()) };
    demo.act(Demo::approver(step.role), move |tx| approvals::decide(tx, step.id, Decision::Approve, Some("Agreed")).map(drop)).await
}

/// Does the open task that needs this proof, with the proof; what needs none is done beside it.
async fn work(demo: &Demo<'_>, order: Id, who: &str, kind: EvidenceKind) -> Done<()> {
    let open = |status: TaskStatus| matches!(status, TaskStatus::Open | TaskStatus::InProgress);
    let all = demo.app.look(move |conn| task_rows::list_of_order(conn, order)).await?;
    for task in all.into_iter().filter(|task| open(task.status) && task.required_evidence == Some(kind)) {
        let content = b"%PDF-1.4\n% an example\n%%EOF\n".to_vec();
        let stored = demo.app.storage.store(demo.app.clock.now(), content).await.map_err(Box::new)?;
        let document = Document { kind, result: None, file_name: format!("{kind}.pdf"), media_type: MediaType::Pdf };
        let done = said(json!({}))?;
        demo.act(who, move |tx| {
            tasks::work::start(tx, task.id)?;
            tasks::proof::add(tx, task.id, &document, &stored)?;
            tasks::work::complete(tx, task.id, &done).map(drop)
        })
        .await?;
    }
    Ok(())
}

async fn ship(demo: &Demo<'_>, order: Id) -> Done<()> {
    let parcel: ShipmentInput =
        said(json!({"method": "courier", "carrier": "SF", "tracking_number": format!("SF{}", order.0.as_u128() % 10_000_000_000)}))?;
    let dispatch: DispatchInput = said(json!({}))?;
    let path = order.text(Kind::Order);
    demo.act("logistics1", move |tx| -> Result<()> {
        let shipment = shipments::create(tx, &path, &parcel)?;
        shipments::dispatch(tx, shipment.id, &dispatch).map(drop)
    })
    .await
}

async fn deliver(demo: &Demo<'_>, order: Id) -> Done<()> {
    let scan: TrackingInput = said(json!({"status": "delivered", "description": "Delivered", "signed_by": "Reception"}))?;
    let sent = demo.app.look(move |conn| crate::repositories::shipments::list_of_order(conn, order)).await?;
    demo.act("logistics1", move |tx: &mut Tx| sent.iter().try_for_each(|shipment| shipments::record_event(tx, shipment.id, &scan).map(drop))).await
}

async fn bill(demo: &Demo<'_>, order: Id) -> Done<()> {
    let Some(row) = demo.app.look(move |conn| rows::find(conn, order)).await? else { return Ok(()) };
    let (id, total) = (order.text(Kind::Order), row.total.text(2));
    let invoice = said(json!({"order_id": id, "kind": "ordinary", "number": format!("INV-{}", row.number), "amount": total}))?;
    let payment = said(json!({"order_id": id, "amount": total, "method": "transfer"}))?;
    demo.act("finance1", move |tx| money::invoicing::record_invoice(tx, &invoice).map(drop)).await?;
    demo.act("finance1", move |tx| money::record_payment(tx, &payment).map(drop)).await
}
