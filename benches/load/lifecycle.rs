//! The whole life of an order, request by request, as the people of the example company do it.

use super::callers::{JSON, People, create};
use super::http::{Answer, Connection, request};
use serde_json::{Value, json};
use std::io::Result;

/// A document that proves something.
const NOTE: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const BOUNDARY: &str = "----docket-load";

struct Life<'a> {
    people: &'a People,
    connection: &'a mut Connection,
}

impl Life<'_> {
    async fn get(&mut self, who: &str, path: &str) -> Result<Value> {
        let answer = self.connection.ask(&request("GET", path, self.people.token(who), &[], b"")).await?;
        Ok(answer.good(path).json())
    }

    async fn post(&mut self, who: &str, path: &str, body: Value) -> Result<Value> {
        let asked = request("POST", path, self.people.token(who), JSON, body.to_string().as_bytes());
        Ok(self.connection.ask(&asked).await?.good(path).json())
    }

    async fn prove(&mut self, who: &str, task: &str, kind: &str) -> Result<Answer> {
        let body = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n--{BOUNDARY}\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"proof.pdf\"\r\ncontent-type: application/pdf\r\n\r\n{NOTE}\r\n--{BOUNDARY}--\r\n"
        );
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        let asked = request("POST", &format!("/v1/tasks/{task}/evidence"), self.people.token(who), &[("content-type", &media)], body.as_bytes());
        Ok(self.connection.ask(&asked).await?.good("evidence"))
    }

    async fn complete(&mut self, who: &str, order: &str, department: &str, proof: Option<&str>) -> Result<()> {
        let tasks = self.get(who, &format!("/v1/tasks?order_id={order}")).await?;
        let tasks = tasks["data"].as_array().cloned().unwrap_or_default();
        let open = tasks.iter().find(|task| task["department"] == department && task["status"] == "open");
        let task = text(open.unwrap_or_else(|| panic!("{department} has no open task")), "id");
        if let Some(kind) = proof {
            self.prove(who, &task, kind).await?;
        }
        self.post(who, &format!("/v1/tasks/{task}/complete"), json!({})).await?;
        Ok(())
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

fn decider(role: &str) -> &'static str {
    match role {
        "sales_specialist" => "sales2",
        "sales_manager" => "manager1",
        "department_head" => "head1",
        _ => "operations1",
    }
}

/// From the shop's order to the customer's signature. There is enough in stock: see `seed::stock`.
pub async fn run(people: &People, connection: &mut Connection) -> Result<()> {
    let order = connection.ask(&create(people.token("sales1"))).await?.good("create").json();
    let id = text(&order, "id");
    let path = format!("/v1/orders/{id}");
    let mut life = Life { people, connection };
    life.post("sales2", &format!("{path}/verify"), json!({})).await?;
    loop {
        let steps = life.get("sales1", &format!("/v1/approvals?order_id={id}&status=pending")).await?;
        let Some(step) = steps["data"].as_array().and_then(|steps| steps.first().cloned()) else { break };
        life.post(decider(&text(&step, "role")), &format!("/v1/approvals/{}/approve", text(&step, "id")), json!({})).await?;
    }
    life.post("sales1", &format!("{path}/confirm"), json!({"method": "phone"})).await?;
    life.complete("warehouse1", &id, "warehouse", Some("goods_issue_note")).await?;
    let lines: Vec<Value> =
        order["lines"].as_array().into_iter().flatten().map(|line| json!({"line_id": line["id"], "quantity": line["quantity"]})).collect();
    let parcel = json!({"method": "courier", "carrier": "SF", "tracking_number": format!("SF{}", &id[20..32]), "lines": lines});
    let shipment = text(&life.post("logistics1", &format!("{path}/shipments"), parcel).await?, "id");
    life.post("logistics1", &format!("/v1/shipments/{shipment}/dispatch"), json!({})).await?;
    let now = text(&life.get("logistics1", &path).await?, "updated_at");
    let signed = json!({"status": "delivered", "occurred_at": now, "description": "signed at the door", "signed_by": "Li Na"});
    life.post("logistics1", &format!("/v1/shipments/{shipment}/events"), signed).await?;
    let end = life.get("sales1", &path).await?;
    assert_eq!(end["status"], "received", "{end}");
    Ok(())
}
