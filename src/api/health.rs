//! What is asked of the service itself, without credentials: whether it runs, whether it is ready,
//! how it fares (BEHAVIOUR 10), and what a problem's code means (BEHAVIOUR 2).

use super::doc::ProblemView;
use super::problem::language;
use super::respond::Response;
use crate::app::App;
use crate::domain::words::Language;
use crate::error::{Code, Problem};
use crate::repositories::calendar;
use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use prometheus::{TEXT_FORMAT, TextEncoder};
use serde::Serialize;
use std::sync::atomic::Ordering;

/// How the service is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HealthView {
    /// Always `ok`; anything else is a problem.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Whether requests can be served, and what needs somebody's attention.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReadyView {
    /// Always `ok`; anything else is a problem.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// What will go wrong unless somebody does something about it; in English.
    pub warnings: Vec<String>,
}

/// How far ahead of today the public holidays should be known, in days.
const CALENDAR_AHEAD_DAYS: u64 = 30;

async fn warnings(app: &App) -> Result<Vec<String>, Box<Problem>> {
    let (zone, today) = (app.company.zone, app.company.zone.local_date(app.clock.now().utc()));
    let ahead = today.checked_add_days(chrono::Days::new(CALENDAR_AHEAD_DAYS)).unwrap_or(today);
    let unknown = app.look(move |conn| calendar::unknown_year(conn, zone, ahead)).await?;
    let told = |year| format!("The public holidays of {year} are not known; enter them by POST /v1/calendar/days, or deadlines count the week only.");
    Ok(unknown.map(told).into_iter().collect())
}

fn ok() -> Response {
    Ok(HttpResponse::Ok().json(HealthView { status: "ok" }))
}

/// Says that the process runs.
#[utoipa::path(tag = "service", responses((status = 200, body = HealthView)))]
#[get("/healthz")]
pub async fn healthz() -> Response {
    ok()
}

/// Says that requests can be served: the database answers, with our schema, and the process has
/// not been told to stop.
#[utoipa::path(
    tag = "service",
    responses((status = 200, body = ReadyView), (status = 503, content_type = "application/problem+json", body = ProblemView))
)]
#[get("/readyz")]
pub async fn readyz(app: Data<App>) -> Response {
    if app.stopping.load(Ordering::Relaxed) {
        return Err(Problem::new(Code::Unavailable).detail("The service is stopping.", "服务正在停止。").into());
    }
    app.ready().await?;
    let warnings = warnings(&app).await?;
    Ok(HttpResponse::Ok().json(ReadyView { status: "ok", warnings }))
}

/// Shows how the service fares, for Prometheus.
#[utoipa::path(tag = "service", responses((status = 200, content_type = "text/plain", body = String)))]
#[get("/metrics")]
pub async fn metrics(app: Data<App>) -> Response {
    let text = TextEncoder::new().encode_to_string(&app.metrics.gather()).map_err(|error| {
        log::error!("metrics: {error}");
        Problem::new(Code::Internal)
    })?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT_FORMAT)).body(text))
}

/// The page that explains a code. Everything on it is our own text.
fn page(code: Code, language: Language) -> String {
    let again = if Problem::new(code).retryable() {
        language.pick("The same request may succeed later.", "稍后重试相同的请求可能成功。")
    } else {
        language.pick("Repeating the same request does not help.", "重复相同的请求不会有帮助。")
    };
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\n\
         <body>\n<h1>{title}</h1>\n<dl>\n<dt>{word}</dt><dd><code>{code}</code></dd>\n<dt>{number}</dt><dd>{status}</dd>\n</dl>\n<p>{help}</p>\n<p>{again}</p>\n</body>\n</html>\n",
        tag = language.tag(),
        title = code.title(language),
        help = code.help(language),
        word = language.pick("Code", "代码"),
        code = code.as_str(),
        number = language.pick("HTTP status", "HTTP 状态码"),
        status = code.status(),
    )
}

/// Explains a problem's code; its `type` leads here.
#[utoipa::path(
    tag = "service",
    responses(
        (status = 200, content_type = "text/html", body = String, headers(("Content-Language" = String, description = "The language of what is said."))),
        (status = 404, content_type = "application/problem+json", body = ProblemView, headers(("Content-Language" = String, description = "The language of what is said.")))
    )
)]
#[get("/problems/{code}")]
pub async fn show_problem(request: HttpRequest, path: Path<String>) -> Response {
    let known = Code::ALL.iter().copied().find(|code| code.as_str() == path.as_str());
    let code = known.ok_or_else(Problem::not_found)?;
    let language = language(&request);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_LANGUAGE, language.tag()))
        .insert_header((VARY, "accept-language"))
        .body(page(code, language)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_in_both_languages() {
        // BEHAVIOUR 2
        for code in Code::ALL {
            for language in [Language::English, Language::Chinese] {
                let page = page(*code, language);
                assert!(
                    page.contains(code.as_str()) && page.contains(code.title(language)) && page.contains(code.help(language)),
                    "{}",
                    code.as_str()
                );
            }
        }
    }
}
