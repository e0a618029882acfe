//! The parts of the OpenAPI document that all operations share: the problem, the refusals, and
//! what is added to every operation after the paths were collected from the code.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// One bad field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// A JSON pointer into the body.
    pub pointer: String,
    pub code: String,
    pub detail: String,
}

/// Why something is not allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemReason {
    pub code: String,
    pub detail: String,
}

/// What went wrong (RFC 9457). Further members belong to some codes, such as `allowed`, `blocked_by`, `rule`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// Where the code is explained.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    pub instance: String,
    /// Stable, snake_case.
    pub code: String,
    pub request_id: String,
    pub retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<Vec<ProblemField>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reasons: Option<Vec<ProblemReason>>,
}

fn refusal(description: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build().into()
}

fn refusals(statuses: &[(u16, &str)]) -> BTreeMap<String, RefOr<Response>> {
    statuses.iter().map(|(status, text)| (status.to_string(), refusal(text))).collect()
}

const ALWAYS: &[(u16, &str)] = &[
    (400, "A value or parameter is not valid"),
    (401, "Not logged in, or the token is no good"),
    (403, "The caller may not do this"),
    (404, "There is no such thing"),
    (406, "No acceptable representation"),
    (429, "Too many requests"),
    (500, "Something went wrong here"),
    (503, "Overloaded or not available; try again"),
];

const WRITING: &[(u16, &str)] = &[
    (408, "The body took too long to arrive"),
    (409, "The present state does not allow this"),
    (412, "Someone has changed this in the meantime"),
    (413, "The body is too large"),
    (415, "The media type is not supported"),
    (422, "A rule forbids this"),
    (428, "If-Match is needed"),
];

/// What any read may answer but its success.
pub struct ReadRefusals;

impl IntoResponses for ReadRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(ALWAYS)
    }
}

/// What any change may answer but its success.
pub struct WriteRefusals;

impl IntoResponses for WriteRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut all = refusals(ALWAYS);
        all.extend(refusals(WRITING));
        all
    }
}

/// Operations that need no log-in.
const PUBLIC: &[&str] = &["login", "refresh", "healthz", "readyz", "metrics", "show_problem"];

fn header(name: &str, required: Required, description: &str, example: &str) -> Parameter {
    let text: RefOr<Schema> = ObjectBuilder::new().schema_type(Type::String).examples([example]).into();
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(required).description(Some(description)).schema(Some(text)).build()
}

fn add_header(operation: &mut Operation, parameter: Parameter) {
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}

/// A schema in which every field may be left out or null: what a merge patch of it may hold.
fn loosened(schema: &RefOr<Schema>) -> RefOr<Schema> {
    let mut loose = schema.clone();
    if let RefOr::T(Schema::Object(object)) = &mut loose {
        object.required.clear();
        object.example = None;
        object.examples.clear();
    }
    loose
}

/// Merge patches are described by the schema of what they patch, with nothing required.
fn describe_patch(document_schemas: &mut Vec<(String, RefOr<Schema>)>, known: &BTreeMap<String, RefOr<Schema>>, operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(content)) = body.content.values().next() else { return };
    let Some(RefOr::Ref(reference)) = &content.schema else { return };
    let Some(name) = reference.ref_location.rsplit('/').next().map(str::to_owned) else { return };
    if let Some(schema) = known.get(&name) {
        let patch = format!("{name}Patch");
        document_schemas.push((patch.clone(), loosened(schema)));
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(patch))).build();
        body.content = [("application/merge-patch+json".to_owned(), RefOr::T(content))].into_iter().collect();
    }
}

/// Adds what all operations share: who may call, the headers for safe writing, merge patches.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let scheme =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An access token from POST /v1/auth/login, or an API key (dk_…)")).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    let problem = <ProblemView as utoipa::PartialSchema>::schema();
    components.schemas.insert("Problem".to_owned(), problem);
    components.schemas.insert("ProblemField".to_owned(), <ProblemField as utoipa::PartialSchema>::schema());
    components.schemas.insert("ProblemReason".to_owned(), <ProblemReason as utoipa::PartialSchema>::schema());
    let known: BTreeMap<String, RefOr<Schema>> = components.schemas.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect();
    let mut added = Vec::new();
    for item in document.paths.paths.values_mut() {
        let posts = item.post.as_mut();
        for operation in posts.into_iter().filter(|o| !is_public(o)) {
            add_header(operation, header("Idempotency-Key", Required::False, "Makes a repeated request do nothing twice", "6f1c0a52-create"));
        }
        for operation in [item.patch.as_mut(), item.delete.as_mut()].into_iter().flatten() {
            add_header(operation, header("If-Match", Required::True, "The ETag of what is changed", "\"v1-en\""));
        }
        if let Some(operation) = item.patch.as_mut() {
            describe_patch(&mut added, &known, operation);
        }
        let all = [item.get.as_mut(), item.post.as_mut(), item.patch.as_mut(), item.put.as_mut(), item.delete.as_mut()];
        for operation in all.into_iter().flatten().filter(|o| !is_public(o)) {
            operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]);
        }
    }
    if let Some(components) = &mut document.components {
        components.schemas.extend(added);
    }
}

fn is_public(operation: &Operation) -> bool {
    operation.operation_id.as_deref().is_some_and(|id| PUBLIC.contains(&id))
}
