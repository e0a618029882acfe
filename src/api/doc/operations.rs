//! What is added to every operation: who may, how it may refuse, and the headers of requests and
//! answers; all of it follows from the shape of the operation and the table of rights.

use super::problem::refusal;
use super::texts;
use crate::api::problem::is_link;
use crate::domain::actor::Role;
use crate::domain::permission::{Grant, Operation as Permitted};
use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Components, Header, HeaderBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

/// Operations that need no log-in.
const PUBLIC: &[&str] = &["login", "refresh", "healthz", "readyz", "metrics", "show_problem", "show_link", "answer_link", "show_trace"];
/// Operations that answer anew each time, whatever key they are given, as they give secrets out.
const UNKEYED: &[&str] = &["login", "refresh", "logout", "create_api_key", "simulate_approval", "preview_message_template", "answer_link"];
/// What is made by these has no page of its own.
const WITHOUT_LOCATION: &[&str] = &["create_api_key", "record_stock_movement", "record_payment"];
/// What is read by these has a version, but the answer no `ETag`.
const WITHOUT_ETAG: &[&str] = &["get_me"];
/// Patches that nothing in the present state stands against.
const ALWAYS_POSSIBLE: &[&str] = &["update_settings", "update_user"];
/// What is only read or deleted, and yet refused by a rule.
const REFUSED_BY_RULES: &[&str] = &["get_picking_list", "delete_task_template"];

/// What an operation is like, as far as what is added to it depends on that.
pub(super) struct Shape {
    id: String,
    path: String,
    method: &'static str,
    grant: Option<Grant>,
    /// The path names one thing.
    named: bool,
    /// The answer is one thing under its version.
    versioned: bool,
    /// The answer is a page of a list.
    list: bool,
}

/// The name of the schema that a success answers with.
fn answered(operation: &Operation) -> Option<&str> {
    let success = ["200", "201"].iter().find_map(|status| operation.responses.responses.get(*status))?;
    let RefOr::T(response) = success else { return None };
    let Some(RefOr::T(content)) = response.content.get("application/json") else { return None };
    let Some(RefOr::Ref(reference)) = &content.schema else { return None };
    reference.ref_location.rsplit('/').next()
}

fn has_version(components: &Components, schema: &str) -> bool {
    let holds = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.properties.contains_key("version"));
    match components.schemas.get(schema) {
        Some(RefOr::T(Schema::OneOf(one))) => one.items.iter().any(|choice| match choice {
            RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().is_some_and(|name| has_version(components, name)),
            RefOr::T(_) => holds(choice),
        }),
        Some(RefOr::T(Schema::AllOf(all))) => all.items.iter().any(|part| match part {
            RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().and_then(|name| components.schemas.get(name)).is_some_and(holds),
            RefOr::T(_) => holds(part),
        }),
        Some(schema) => holds(schema),
        None => false,
    }
}

impl Shape {
    /// The shape of an operation.
    pub(super) fn of(method: &'static str, path: &str, operation: &Operation, components: &Components) -> Self {
        let id = operation.operation_id.clone().unwrap_or_default();
        let answered = answered(operation).unwrap_or_default();
        Self {
            grant: Permitted::ALL.iter().map(|permitted| permitted.grant()).find(|grant| grant.id == id),
            named: path.contains('{'),
            versioned: has_version(components, answered) && !WITHOUT_ETAG.contains(&id.as_str()),
            list: answered.starts_with("Listing_"),
            path: path.to_owned(),
            method,
            id,
        }
    }

    fn is(&self, ids: &[&str]) -> bool {
        ids.contains(&self.id.as_str())
    }

    /// It is about the service itself, and not behind its limits and headers.
    fn is_service(&self) -> bool {
        !self.path.starts_with("/v1/") && !self.is_link()
    }

    /// It is what a customer opens, whose address alone says that they may.
    fn is_link(&self) -> bool {
        is_link(&self.path)
    }

    /// A body is read, if only to see that there is none.
    fn writes(&self) -> bool {
        self.method != "GET"
    }

    fn must_match(&self) -> bool {
        matches!(self.method, "PATCH" | "DELETE")
    }

    fn may_match(&self) -> bool {
        self.method == "POST" && self.named && !self.is_link()
    }

    fn is_keyed(&self) -> bool {
        self.method == "POST" && !self.is(UNKEYED)
    }

    fn may_be_known(&self) -> bool {
        self.method == "GET" && self.versioned
    }

    /// The statuses with which it may refuse.
    fn refusals(&self) -> impl Iterator<Item = u16> {
        let (private, patch, link) = (!self.is(PUBLIC), self.method == "PATCH", self.is_link());
        let rules = [
            (400, true),
            (401, !link),
            (403, private),
            (404, self.named),
            (406, true),
            (408, self.writes()),
            (409, self.is_keyed() || (link && self.writes()) || (patch && !self.is(ALWAYS_POSSIBLE))),
            (410, link),
            (412, self.must_match() || self.may_match()),
            (413, self.writes()),
            (415, self.writes()),
            (422, self.is_keyed() || patch || self.is(REFUSED_BY_RULES)),
            (428, self.must_match()),
            (429, true),
            (500, true),
            (503, true),
            (507, self.writes()),
        ];
        rules.into_iter().filter(|(_, may)| *may).map(|(status, _)| status)
    }

    /// The headers that a request may carry, by the names of their parameters.
    fn asks(&self) -> impl Iterator<Item = &'static str> {
        let rules = [
            ("AcceptLanguage", true),
            ("IdempotencyKey", self.is_keyed()),
            ("IfMatch", self.must_match()),
            ("IfMatchOptional", self.may_match()),
            ("IfNoneMatch", self.may_be_known()),
        ];
        rules.into_iter().filter(|(_, may)| *may).map(|(name, _)| name)
    }

    /// The headers that a success with a status carries.
    fn tells(&self, status: &str) -> impl Iterator<Item = &'static str> {
        let rules = [
            ("X-Request-Id", true),
            ("ETag", self.versioned),
            ("Location", status == "201" && !self.is(WITHOUT_LOCATION)),
            ("Link", self.list),
            ("Idempotency-Replayed", self.is_keyed()),
            ("Content-Disposition", self.is(&["download_file", "get_packing_slip", "get_picking_list"])),
            ("RateLimit-Policy", true),
            ("RateLimit", true),
        ];
        rules.into_iter().filter(|(_, may)| *may).map(|(name, _)| name)
    }
}

fn words(list: &[Role]) -> String {
    let words: Vec<String> = list.iter().map(|role| format!("`{role}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// Who may perform an operation, in a sentence.
pub fn who_may(grant: &Grant) -> String {
    let people = match grant.roles.len() == Role::ALL.len() {
        true => "everyone who is logged in".to_owned(),
        false => format!("people with the role {}", words(grant.roles)),
    };
    match grant.scope {
        Some(scope) => format!("Who may: {people}; API keys with the scope `{scope}`."),
        None => format!("Who may: {people}; no API key."),
    }
}

fn add_text(operation: &mut Operation, text: &str) {
    let said = operation.description.take().filter(|said| !said.is_empty());
    operation.description = Some(said.map_or_else(|| text.to_owned(), |said| format!("{said}\n\n{text}")));
}

fn describe_parameters(shape: &Shape, operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let known = match parameter.parameter_in {
            ParameterIn::Path if parameter.name == "revision" => Some("Which revision, from 1."),
            ParameterIn::Path => texts::of_path(&shape.path),
            _ => texts::of_parameter(&parameter.name),
        };
        if parameter.description.is_none() {
            parameter.description = known.map(str::to_owned);
        }
        if let (Some(RefOr::T(Schema::Object(schema))), "limit") = (&mut parameter.schema, parameter.name.as_str()) {
            schema.default = Some(json!(crate::api::paging::DEFAULT_LIMIT));
        }
    }
}

/// A body with nothing in it may be left out.
fn relax_empty_body(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let is_empty = |schema: &RefOr<Schema>| matches!(schema, RefOr::Ref(reference) if reference.ref_location.ends_with("/Nothing"));
    let says_nothing = body.content.values().any(|content| matches!(content, RefOr::T(content) if content.schema.as_ref().is_some_and(is_empty)));
    if says_nothing {
        body.required = Some(Required::False);
    }
}

fn success_text(shape: &Shape, status: &str) -> &'static str {
    match (shape.method, status) {
        ("GET", _) if shape.list => "A page of the list",
        ("GET", _) => "What was asked for",
        ("DELETE", _) | (_, "204") => "Done",
        (_, "201") => "What was made",
        _ if shape.versioned => "As it is now",
        _ => "Done",
    }
}

fn describe_successes(shape: &Shape, operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            response.description = success_text(shape, status).to_owned();
        }
        if !shape.is_service() {
            response.headers.extend(shape.tells(status).map(|name| (name.to_owned(), RefOr::Ref(header_reference(name)))));
        }
    }
    if shape.may_be_known() {
        let etag = header_reference("ETag");
        let known: Response =
            ResponseBuilder::new().description("The version in `If-None-Match` is the present one").header_ref("ETag", etag).build();
        operation.responses.responses.insert("304".to_owned(), RefOr::T(known));
    }
}

/// Adds all of it to an operation.
pub(super) fn complete(shape: &Shape, operation: &mut Operation) {
    describe_parameters(shape, operation);
    relax_empty_body(operation);
    describe_successes(shape, operation);
    if shape.is_service() {
        return;
    }
    let headers = shape.asks().map(|name| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}"))));
    operation.parameters.get_or_insert_default().extend(headers);
    operation.responses.responses.extend(shape.refusals().map(|status| (status.to_string(), refusal(status))));
    match &shape.grant {
        Some(grant) => {
            add_text(operation, &who_may(grant));
            operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]);
        }
        None => add_text(operation, "Who may: everyone, without logging in."),
    }
}

fn text(example: &str) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).examples([example]).into()
}

fn parameter(name: &str, required: Required, description: &str, example: &str) -> RefOr<Parameter> {
    let described = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(required).description(Some(description));
    RefOr::T(described.schema(Some(text(example))).build())
}

fn header(description: &str, example: &str) -> RefOr<Header> {
    RefOr::T(HeaderBuilder::new().description(Some(description)).schema(Some(text(example))).build())
}

/// A reference to a header of answers.
pub(super) fn header_reference(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

/// Declares the headers that operations refer to.
pub(super) fn declare(components: &mut Components) {
    for (key, name, required, description, example) in texts::REQUEST_HEADERS {
        let required = if *required { Required::True } else { Required::False };
        components.parameters.insert((*key).to_owned(), parameter(name, required, description, example));
    }
    let headers = texts::ANSWER_HEADERS.iter().map(|(name, description, example)| ((*name).to_owned(), header(description, example)));
    components.headers.extend(headers);
}
