//! How the document shows a problem: its members, those of some codes only included, and one
//! response for each status, with the codes that it stands for.

use super::operations::header_reference;
use crate::error::Code;
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

/// One bad field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// A JSON pointer into the body.
    pub pointer: String,
    /// What kind of fault it is, such as `required`, `length`, `range`, `unknown`.
    pub code: String,
    /// What the value must be, in the language of the answer.
    pub detail: String,
}

/// Why something is not allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemReason {
    /// Stable, snake_case.
    pub code: String,
    /// The same for people, in the language of the answer.
    pub detail: String,
}

/// What went wrong (RFC 9457). Members that are not required belong to some codes only.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/problems/validation_failed", "title": "Some values are not valid", "status": 400,
    "detail": "One or more values of the body are not valid.", "instance": "/v1/orders", "code": "validation_failed",
    "request_id": "5f0c1b7a9d3e4c21b8a7f601", "retryable": false,
    "errors": [{"pointer": "/lines/0/quantity", "code": "range", "detail": "must be above zero"}]
}))]
pub struct ProblemView {
    /// Where the code is explained.
    pub r#type: String,
    /// What the code means, in the language of the answer.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What exactly is wrong and what can be done, in the language of the answer.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
    /// Stable, snake_case; to be decided by.
    pub code: String,
    /// Under which the request is found in the log and the history.
    pub request_id: String,
    /// Whether the same request may succeed later without anyone's doing.
    pub retryable: bool,
    /// Every bad field of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<Vec<ProblemField>>,
    /// Everything that stands against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reasons: Option<Vec<ProblemReason>>,
}

/// What a member of some codes holds.
enum Holds {
    Text,
    Texts,
    Number,
}

/// The members that belong to some codes.
const FURTHER: &[(&str, Holds, &str)] = &[
    ("state", Holds::Text, "`invalid_transition`: the state that it is in."),
    ("allowed", Holds::Texts, "`invalid_transition`: the steps that lead on from this state; a rule may still stand against one."),
    ("blocked_by", Holds::Texts, "`order_blocked`: the numbers of the exceptions that stop the order."),
    ("field", Holds::Text, "`duplicate_reference`: the field whose value is taken."),
    ("order_id", Holds::Text, "`duplicate_reference`: the order that has the channel's reference already."),
    ("number", Holds::Text, "`duplicate_reference`: that order's number."),
    ("parameter", Holds::Text, "`invalid_parameter`, `unknown_parameter`: the name of the parameter or header."),
    ("rule", Holds::Text, "`rule_violated`: the number of the rule."),
    ("supported", Holds::Texts, "`unsupported_media_type`: the media types that are taken."),
    ("limit_bytes", Holds::Number, "`body_too_large`: the most bytes that are taken."),
    ("available", Holds::Text, "`insufficient_stock`: how much can be taken away at most."),
    ("scope", Holds::Text, "`insufficient_scope`: the scope that the key lacks."),
    ("current_version", Holds::Number, "`version_mismatch`: the version as it is now."),
    ("standing", Holds::Text, "`link_already_used`, `link_expired`: how the link stands."),
    ("decision", Holds::Text, "`already_decided`: how it was decided."),
    ("decided_at", Holds::Text, "`already_decided`: when that was."),
    ("action", Holds::Number, "Where a plan of an exception is refused: the place among its actions, from 0, of the one that could not be done."),
    ("line_id", Holds::Text, "`rule_violated`: the line of the order that it is about."),
    ("left", Holds::Text, "`rule_violated`: how much of the line is left to ship."),
];

fn member(holds: &Holds, text: &str) -> Schema {
    let plain = |kind: Type| ObjectBuilder::new().schema_type(kind);
    match holds {
        Holds::Text => Schema::Object(plain(Type::String).description(Some(text)).build()),
        Holds::Number => Schema::Object(plain(Type::Integer).description(Some(text)).build()),
        Holds::Texts => Schema::Array(ArrayBuilder::new().items(plain(Type::String)).description(Some(text)).build()),
    }
}

fn schema() -> RefOr<Schema> {
    let mut problem = <ProblemView as PartialSchema>::schema();
    if let RefOr::T(Schema::Object(object)) = &mut problem {
        let further = FURTHER.iter().map(|(name, holds, text)| ((*name).to_owned(), RefOr::T(member(holds, text))));
        object.properties.extend(further);
    }
    problem
}

/// The statuses of refusals, in words.
const STATUSES: &[(u16, &str)] = &[
    (400, "The body, a parameter or a header is not valid"),
    (401, "Not logged in, or the token is no good"),
    (403, "The caller may not do this"),
    (404, "There is no such thing"),
    (406, "`Accept` allows nothing that can be answered"),
    (408, "The body took too long to arrive"),
    (409, "The present state does not allow this"),
    (410, "Nothing can be said to this any more; `standing` says why"),
    (412, "It has changed since the version in `If-Match`"),
    (413, "The body is too large"),
    (415, "The media type of the body is not supported"),
    (422, "A rule forbids this"),
    (428, "`If-Match` is needed"),
    (429, "Too many requests; `Retry-After` says when to go on"),
    (500, "Something went wrong here; nothing was changed"),
    (503, "Overloaded or not available; try again after `Retry-After`"),
    (507, "The storage is full"),
];

/// The headers that belong to a status.
const STATUS_HEADERS: &[(u16, &str)] = &[(401, "WWW-Authenticate"), (409, "Retry-After"), (429, "Retry-After"), (503, "Retry-After")];

/// The headers of every refusal.
const EVERY_STATUS: &[&str] = &["Content-Language", "X-Request-Id", "RateLimit-Policy", "RateLimit"];

/// The name of the response that refuses with a status.
fn name(status: u16) -> String {
    format!("Refused{status}")
}

/// A reference to the response that refuses with a status.
pub(super) fn refusal(status: u16) -> RefOr<utoipa::openapi::Response> {
    RefOr::Ref(Ref::new(format!("#/components/responses/{}", name(status))))
}

fn response(status: u16, text: &str) -> utoipa::openapi::Response {
    let codes: Vec<String> = Code::ALL.iter().filter(|code| code.status() == status).map(|code| format!("`{}`", code.as_str())).collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let plain = ResponseBuilder::new().description(format!("{text}: {}.", codes.join(", "))).content("application/problem+json", content);
    let headers = STATUS_HEADERS.iter().filter(|(of, _)| *of == status);
    let headers = EVERY_STATUS.iter().chain(headers.map(|(_, header)| header));
    headers.fold(plain, |response, header| response.header_ref(*header, header_reference(header))).build()
}

/// Declares the problem and the responses that carry one.
pub(super) fn declare(components: &mut Components) {
    components.schemas.insert("Problem".to_owned(), schema());
    components.schemas.insert("ProblemField".to_owned(), <ProblemField as PartialSchema>::schema());
    components.schemas.insert("ProblemReason".to_owned(), <ProblemReason as PartialSchema>::schema());
    components.responses.extend(STATUSES.iter().map(|(status, text)| (name(*status), RefOr::T(response(*status, text)))));
}
