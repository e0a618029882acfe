//! One order from wherever it stands to `received`: read its stage, do what that stage waits for, read again.

use chrono::{Days, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::client::{Answer, Error, Session, text};
use crate::evidence;
use crate::source::Order;
use crate::staff::Staff;

/// More moves than any order needs; one that still isn't there doesn't move at all.
const MOVES: usize = 25;

/// Drives an order to `received`, and sees to it that it is invoiced and paid.
pub fn to_received(staff: &Staff<'_>, source: &Order, id: &str) -> Result<(), Error> {
    let job = Job { staff, source, id };
    job.run().map_err(|error| Error::Wrong(format!("{}: {error}", source.channel_ref)))
}

/// One order and the people around it.
struct Job<'a> {
    staff: &'a Staff<'a>,
    source: &'a Order,
    id: &'a str,
}

impl Job<'_> {
    fn run(&self) -> Result<(), Error> {
        let mut order = Value::Null;
        for _ in 0..MOVES {
            order = self.staff.order_admin.get(&self.path(""), &[])?;
            match text(&order, "stage")? {
                "awaiting_verification" => self.verify()?,
                "awaiting_approval" => self.approve()?,
                "awaiting_confirmation" => self.confirm()?,
                "awaiting_release" => drop(self.staff.order_admin.post(&self.path("/release"), &json!({}))?),
                "awaiting_preparation" => self.prepare()?,
                "awaiting_shipment" => self.ship(&order)?,
                "awaiting_receipt" => self.deliver()?,
                "done" => return self.settle(&order),
                _ => break,
            }
        }
        Err(Error::Wrong(format!("it stays at {} ({}), blocked by {}", order["stage"], order["status"], order["blocked_by"])))
    }

    /// Whoever did not enter the order compares it with its source.
    fn verify(&self) -> Result<(), Error> {
        self.staff.second_sales.post(&self.path("/verify"), &json!({})).map(drop)
    }

    /// Every step whose turn it is, each by a holder of its role.
    fn approve(&self) -> Result<(), Error> {
        let query = [("order_id", self.id), ("status", "pending")];
        for step in self.staff.order_admin.list("/v1/approvals", &query)? {
            let path = format!("/v1/approvals/{}/approve", text(&step, "id")?);
            let comment = json!({"comment": "Replay of a historical order"});
            first_allowed(&self.staff.approvers(text(&step, "role")?)?, &path, &comment)?;
        }
        Ok(())
    }

    /// Sales asked the customer by phone.
    fn confirm(&self) -> Result<(), Error> {
        let body = json!({"method": "phone", "note": format!("Confirmed by {}", self.source.contact_name)});
        first_allowed(&[&self.staff.sales, &self.staff.order_admin], &self.path("/confirm"), &body).map(drop)
    }

    /// The warehouse picks: start, photo of the goods issue note, done.
    fn prepare(&self) -> Result<(), Error> {
        let warehouse = &self.staff.warehouse;
        for task in warehouse.list("/v1/tasks", &[("order_id", self.id)])? {
            if task["department"] != "warehouse" {
                continue;
            }
            let path = format!("/v1/tasks/{}", text(&task, "id")?);
            match text(&task, "status")? {
                "open" => drop(warehouse.post(&format!("{path}/start"), &json!({}))?),
                "in_progress" => {}
                _ => continue,
            }
            let (content_type, note) = evidence::goods_issue_note(self.source.id);
            warehouse.post_bytes(&format!("{path}/evidence"), &content_type, &note)?;
            warehouse.post(&format!("{path}/complete"), &json!({}))?;
        }
        Ok(())
    }

    /// Everything leaves in one shipment; one that an earlier run prepared is used.
    fn ship(&self, order: &Value) -> Result<(), Error> {
        let prepared = self.shipments()?.into_iter().find(|shipment| shipment["status"] == "preparing");
        let shipment = match prepared {
            Some(shipment) => shipment,
            None => {
                let lines: Vec<Value> = order["lines"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|line| json!({"line_id": line["id"], "quantity": line["quantity"]}))
                    .collect();
                let body = json!({
                    "method": "courier",
                    "carrier": self.source.carrier,
                    "tracking_number": format!("NWT-{}", self.source.id),
                    "lines": lines,
                });
                self.staff.logistics.post(&self.path("/shipments"), &body)?.body
            }
        };
        let path = format!("/v1/shipments/{}/dispatch", text(&shipment, "id")?);
        self.staff.logistics.post(&path, &json!({})).map(drop)
    }

    /// The carrier's last scan, entered by hand.
    fn deliver(&self) -> Result<(), Error> {
        for shipment in self.shipments()? {
            if !matches!(text(&shipment, "status")?, "dispatched" | "in_transit" | "out_for_delivery") {
                continue;
            }
            let event = json!({
                "status": "delivered",
                "occurred_at": now(),
                "description": "Delivered",
                "signed_by": self.source.ship_name,
            });
            self.staff.logistics.post(&format!("/v1/shipments/{}/events", text(&shipment, "id")?), &event)?;
        }
        Ok(())
    }

    /// One invoice over the total, and its payment; what is there already is left alone.
    fn settle(&self, order: &Value) -> Result<(), Error> {
        let finance = &self.staff.finance;
        let of_order = [("order_id", self.id)];
        if finance.list("/v1/invoices", &of_order)?.is_empty() {
            let due = Utc::now().date_naive() + Days::new(30);
            let invoice = json!({
                "order_id": self.id,
                "kind": "ordinary",
                "number": format!("INV-{}", self.source.channel_ref),
                "amount": text(order, "total")?,
                "due_date": due.to_string(),
            });
            finance.post("/v1/invoices", &invoice)?;
        }
        if finance.list("/v1/payments", &of_order)?.is_empty() {
            let payment = json!({
                "order_id": self.id,
                "amount": text(order, "total")?,
                "method": "transfer",
                "paid_at": now(),
            });
            finance.post("/v1/payments", &payment)?;
        }
        Ok(())
    }

    fn shipments(&self) -> Result<Vec<Value>, Error> {
        self.staff.logistics.list("/v1/shipments", &[("order_id", self.id)])
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/orders/{}{rest}", self.id)
    }
}

/// Asks one person after the other until one is not forbidden to do it.
fn first_allowed(people: &[&Session<'_>], path: &str, body: &Value) -> Result<Answer, Error> {
    let mut refusal = Error::Wrong(format!("nobody to ask for POST {path}"));
    for person in people {
        match person.post(path, body) {
            Err(error) if error.status() == Some(403) => {
                refusal = Error::Wrong(format!("{error} (as {})", person.username));
            }
            other => return other,
        }
    }
    Err(refusal)
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true)
}
