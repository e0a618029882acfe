//! The OpenAPI document after the paths were collected from the code: what all operations share is
//! added here by machine, so that no handler has to say it and none can forget it. `operations`
//! adds refusals, headers and rights, `patches` the merge patches, `schemas` goes through every
//! schema, `problem` is the problem itself, `texts` holds what is said of well-known names.

mod operations;
mod patches;
mod problem;
mod schemas;
mod texts;

pub use operations::who_may;
pub use problem::{ProblemField, ProblemReason, ProblemView};

use operations::Shape;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, OpenApi, RefOr};

/// Adds what all operations share: who may call, how they refuse, the headers for safe writing,
/// merge patches, and what is said of names that mean the same everywhere.
pub fn complete(document: &mut OpenApi) {
    document.servers = Some(vec![ServerBuilder::new().url("/").build()]);
    let tags = texts::TAGS.iter().map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build());
    document.tags = Some(tags.collect());
    let components = document.components.get_or_insert_default();
    declare(components);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in methods(item) {
            let shape = Shape::of(method, path, operation, components);
            operations::complete(&shape, operation);
            if method == "PATCH" {
                patches::describe(components, operation);
            }
            texts_of(operation);
        }
    }
    schemas::complete(components);
}

fn declare(components: &mut Components) {
    let scheme =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An access token from POST /v1/auth/login, or an API key (dk_…)")).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    schemas::merge_closed(components);
    problem::declare(components);
    operations::declare(components);
}

/// Every operation of a path.
fn methods(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [("GET", &mut item.get), ("POST", &mut item.post), ("PUT", &mut item.put), ("PATCH", &mut item.patch), ("DELETE", &mut item.delete)];
    all.into_iter().filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// Goes through the texts of an operation, as [`schemas::complete`] does through those of a schema.
fn texts_of(operation: &mut Operation) {
    let said = [&mut operation.summary, &mut operation.description].into_iter();
    said.flatten().for_each(schemas::tidy);
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            parameter.description.iter_mut().for_each(schemas::tidy);
            parameter.schema.iter_mut().for_each(schemas::improve);
        }
    }
}
