//! `/v1/exceptions/{id}/proposals`: what could be done about an exception.

use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::domain::permission::Operation;
use crate::domain::remedy::{Proposal, Remedy};
use crate::services::exceptions::proposals::propose;
use actix_web::get;
use actix_web::web::{Data, Path};
use serde::Serialize;

/// Something that could be done about an exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProposalView {
    /// An action for a plan, as it stands or completed.
    pub action: Remedy,
    /// By how many days the goods would come later than promised; null where that is not known.
    pub delay_days: Option<i64>,
    /// What it would cost for each order, in the order's currency.
    pub cost: Option<String>,
}

/// What could be done, the better first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProposalsView {
    /// None where nothing is known to help.
    pub proposals: Vec<ProposalView>,
}

fn view(proposal: Proposal) -> ProposalView {
    ProposalView { action: proposal.remedy, delay_days: proposal.delay_days, cost: proposal.cost.map(|cost| cost.short()) }
}

/// Proposes what could be done about an exception, the better first, from what is true now: whose goods could be given,
/// what could take their place, when more come, what is usual for its kind.
#[utoipa::path(tag = "exceptions", responses((status = 200, body = ProposalsView)))]
#[get("/v1/exceptions/{id}/proposals")]
pub async fn list_proposals(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let proposals = propose(snapshot, &path)?.into_iter().map(view).collect();
        Answer::json(200, &ProposalsView { proposals })
    };
    send(app.read(Operation::ListProposals, asked.call, look).await)
}
