//! The same step taken on many things by one request: each is done or refused by itself, and the answer
//! says which.

use super::request::Posted;
use super::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Tx;
use crate::domain::id::{Id, Kind};
use crate::domain::permission::{Operation, permit};
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::rules;
use crate::repositories::{approvals as rows, orders, tasks as task_rows};
use crate::services::approvals::{self, Decision};
use crate::services::orders::input::VerifyInput;
use crate::services::orders::steps;
use crate::services::tasks::input::{AssignTaskInput, CompleteTaskInput};
use crate::services::tasks::work;
use crate::words;
use actix_web::post;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use validator::{Validate, ValidationError};

/// How long what names one thing may be.
const LONGEST: usize = 60;

fn each_once(names: &[String]) -> std::result::Result<(), ValidationError> {
    let short = names.iter().all(|name| (1..=LONGEST).contains(&name.chars().count()));
    let once = names.iter().collect::<BTreeSet<_>>().len() == names.len();
    rules::when(short && once, "names", "must name each once, in 60 characters at most", "每项只能出现一次，且不超过 60 个字符")
}

/// Orders to be verified.
#[derive(Debug, Clone, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"orders": ["202703-001", "202703-002"], "note": "as in the shop"}))]
pub struct BulkVerification {
    /// Up to 100 orders, each by its id or its number.
    #[validate(length(min = 1, max = 100), custom(function = each_once))]
    #[schema(min_items = 1, max_items = 100)]
    pub orders: Vec<String>,
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// Steps to be approved.
#[derive(Debug, Clone, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"steps": ["stp_019b2f0a7c1d7e3f8a5b6c7d8e9f0a1b"], "comment": "agreed"}))]
pub struct BulkApproval {
    /// Up to 100 steps, by their ids.
    #[validate(length(min = 1, max = 100), custom(function = each_once))]
    #[schema(min_items = 1, max_items = 100)]
    pub steps: Vec<String>,
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub comment: Option<String>,
}

/// Tasks to take a step on.
#[derive(Debug, Clone, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tasks": ["tsk_019b2f0a7c1d7e3f8a5b6c7d8e9f0a1b"], "action": "start"}))]
#[validate(schema(function = names_whom))]
pub struct BulkTasks {
    /// Up to 100 tasks, by their ids.
    #[validate(length(min = 1, max = 100), custom(function = each_once))]
    #[schema(min_items = 1, max_items = 100)]
    pub tasks: Vec<String>,
    /// What to do with each.
    pub action: BulkTaskAction,
    /// `usr_…`: who is to do them; for `assign`, and nothing else.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub assignee: Option<String>,
}

words! {
    /// What can be done with many tasks at once.
    pub enum BulkTaskAction { Accept = "accept", Assign = "assign", Start = "start", Complete = "complete" }
}

fn names_whom(said: &BulkTasks) -> std::result::Result<(), ValidationError> {
    let good = said.assignee.is_some() == (said.action == BulkTaskAction::Assign);
    rules::when(good, "required", "assignee goes with assign, and with nothing else", "仅 assign 操作须且只能指定 assignee")
}

/// What became of one of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulkOutcome {
    /// As it was named.
    pub name: String,
    /// Whether it was done.
    pub done: bool,
    /// Why not: the code of the problem that the single request would have met; null where it was done.
    pub code: Option<&'static str>,
    pub detail: Option<String>,
}

/// What became of all of them, in the order in which they were named.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulkOutcomes {
    /// The outcomes.
    pub data: Vec<BulkOutcome>,
    /// How many were done.
    pub done: usize,
    /// How many were refused.
    pub refused: usize,
}

type Outcomes = Vec<(String, Option<Box<Problem>>)>;

/// Takes a step on each of these by itself; orders are taken in the order of their ids, so that two such
/// requests do not wait for each other (DECISIONS 5).
fn each<T>(
    tx: &mut Tx,
    names: &[String],
    order_of: impl Fn(&mut Tx, &str) -> Result<Option<Id>>,
    step: impl Fn(&mut Tx, &str) -> Result<T>,
) -> Result<Outcomes> {
    let mut in_turn = names.iter().enumerate().map(|(at, name)| Ok((order_of(tx, name)?, at, name))).collect::<Result<Vec<_>>>()?;
    in_turn.sort_unstable();
    let mut outcomes = Vec::with_capacity(names.len());
    for (_, at, name) in in_turn {
        outcomes.push((at, name.clone(), tx.attempt(|tx| step(tx, name))?.err()));
    }
    outcomes.sort_unstable_by_key(|(at, ..)| *at);
    Ok(outcomes.into_iter().map(|(_, name, refused)| (name, refused)).collect())
}

fn answer(outcomes: Outcomes, language: Language) -> Result<Answer> {
    let view = |(name, refused): (String, Option<Box<Problem>>)| BulkOutcome {
        name,
        done: refused.is_none(),
        code: refused.as_ref().map(|problem| problem.code.as_str()),
        detail: refused.map(|problem| problem.detail_text(language)),
    };
    let data: Vec<BulkOutcome> = outcomes.into_iter().map(view).collect();
    let done = data.iter().filter(|outcome| outcome.done).count();
    Answer::json(200, &BulkOutcomes { refused: data.len() - done, done, data })
}

/// Finds the key fields of several orders right. Each is verified or refused by itself, as by
/// `POST /v1/orders/{id}/verify`.
#[utoipa::path(tag = "orders", request_body = BulkVerification, responses((status = 200, body = BulkOutcomes)))]
#[post("/v1/orders/verify")]
pub async fn verify_orders(app: Data<App>, posted: Posted<BulkVerification>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        let right = VerifyInput { note: said.note.clone(), ..VerifyInput::default() };
        each(tx, &said.orders, |tx, order| orders::resolve(tx.conn, order), |tx, order| steps::verify(tx, order, &right))
    };
    send(app.write(Operation::VerifyOrders, posted.call, act, |tx, outcomes| answer(outcomes, tx.language)).await)
}

/// Approves several steps. Each is approved or refused by itself, as by `POST /v1/approvals/{id}/approve`.
#[utoipa::path(tag = "approvals", request_body = BulkApproval, responses((status = 200, body = BulkOutcomes)))]
#[post("/v1/approvals/approve")]
pub async fn approve_steps(app: Data<App>, posted: Posted<BulkApproval>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        let order_of = |tx: &mut Tx, step: &str| match Kind::Step.parse(step) {
            Some(id) => Ok(rows::find_step(tx.conn, id)?.map(|step| step.order_id)),
            None => Ok(None),
        };
        each(tx, &said.steps, order_of, |tx, step| {
            let id = Kind::Step.parse(step).ok_or_else(Problem::not_found)?;
            approvals::decide(tx, id, Decision::Approve, said.comment.as_deref())
        })
    };
    send(app.write(Operation::ApproveSteps, posted.call, act, |tx, outcomes| answer(outcomes, tx.language)).await)
}

/// Accepts, assigns, starts or completes several tasks. Each is done or refused by itself, as by the single
/// requests.
#[utoipa::path(tag = "tasks", request_body = BulkTasks, responses((status = 200, body = BulkOutcomes)))]
#[post("/v1/tasks/bulk")]
pub async fn act_on_tasks(app: Data<App>, posted: Posted<BulkTasks>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        let order_of = |tx: &mut Tx, task: &str| match Kind::Task.parse(task) {
            Some(id) => Ok(task_rows::find(tx.conn, id)?.map(|task| task.order_id)),
            None => Ok(None),
        };
        each(tx, &said.tasks, order_of, |tx, task| act_on(tx, Kind::Task.parse(task).ok_or_else(Problem::not_found)?, said))
    };
    send(app.write(Operation::ActOnTasks, posted.call, act, |tx, outcomes| answer(outcomes, tx.language)).await)
}

/// One of several steps on tasks, with the rights of the single one: who may not assign is refused here.
fn act_on(tx: &mut Tx, task: Id, said: &BulkTasks) -> Result<()> {
    match said.action {
        BulkTaskAction::Accept => work::accept(tx, task)?,
        BulkTaskAction::Assign => {
            permit(&tx.actor, Operation::AssignTask)?;
            work::assign(tx, task, &AssignTaskInput { assignee: said.assignee.clone(), ..AssignTaskInput::default() })?
        }
        BulkTaskAction::Start => work::start(tx, task)?,
        BulkTaskAction::Complete => work::complete(tx, task, &CompleteTaskInput::default())?,
    };
    Ok(())
}
