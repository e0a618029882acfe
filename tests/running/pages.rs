//! What is asked of the service itself, without credentials (BEHAVIOUR 2, 10).

use crate::support::on_every_store;
use docket::domain::words::Language;
use docket::error::Code;

#[test]
fn whether_it_runs_and_is_ready_is_said_to_anyone() {
    on_every_store(|app| {
        for path in ["/healthz", "/readyz"] {
            assert_eq!(app.anyone.get(path).ok()["status"], "ok");
            assert_eq!(app.anyone.with_bearer("nonsense").get(path).ok()["status"], "ok");
        }
    });
}

#[test]
fn with_a_schema_that_is_not_ours_it_runs_but_is_not_ready() {
    on_every_store(|app| {
        let all = "SELECT version FROM __diesel_schema_migrations";
        app.execute(&format!("CREATE TABLE put_by AS {all}"));
        let refuses = || {
            let problem = app.anyone.get("/readyz").refused(503, "unavailable");
            assert_eq!(problem["detail"], "The schema is not up to date.");
            app.anyone.get("/healthz").ok();
        };
        app.execute("DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM put_by)");
        refuses();
        app.execute("INSERT INTO __diesel_schema_migrations (version) SELECT max(version) FROM put_by");
        app.anyone.get("/readyz").ok();
        app.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')");
        app.anyone.get("/readyz").ok(); // of a later program: ours goes on until it is replaced
        app.execute("DROP TABLE __diesel_schema_migrations");
        refuses();
    });
}

#[test]
fn the_figures_are_in_the_format_of_prometheus() {
    on_every_store(|app| {
        app.company().sales().get("/v1/orders").ok();
        app.company().sales().get("/v1/orders/nowhere").is(404);
        let figures = app.anyone.get("/metrics").is(200);
        assert!(figures.header("content-type").is_some_and(|kind| kind.starts_with("text/plain; version=0.0.4")));
        let name = "docket_http_request_duration_seconds";
        assert!(figures.text.contains(&format!("# TYPE {name} histogram\n")), "{}", figures.text);
        for (route, status) in [("/v1/orders", 200), ("/v1/orders/{id}", 404)] {
            let labels = format!("method=\"GET\",route=\"{route}\",status=\"{status}\"");
            for line in
                [format!("{name}_count{{{labels}}} 1\n"), format!("{name}_bucket{{{labels},le=\"+Inf\"}} 1\n"), format!("{name}_sum{{{labels}}} ")]
            {
                assert!(figures.text.contains(&line), "no {line} in {}", figures.text);
            }
        }
        assert!(figures.text.contains("docket_database_jobs_waiting{queue=\"write\"}"));
        assert!(!figures.text.contains("nowhere"), "what was asked for is in no label");
        for line in figures.text.lines().filter(|line| !line.starts_with('#')) {
            let value = line.rsplit_once(' ').and_then(|(_, value)| value.parse::<f64>().ok());
            assert!(value.is_some(), "{line}");
        }
    });
}

#[test]
fn methods_that_anybody_makes_up_do_not_grow_the_figures() {
    on_every_store(|app| {
        let series = || app.anyone.get("/metrics").is(200).text.lines().count();
        app.anyone.send("BREW1", "/nowhere", &[], None).is(404);
        series(); // the figures of /metrics itself are there now
        let before = series();
        (2..20).for_each(|at| drop(app.anyone.send(&format!("BREW{at}"), &format!("/nowhere/{at}"), &[], None).is(404)));
        assert_eq!(series(), before);
    });
}

#[test]
fn every_code_has_a_page_in_both_languages() {
    // BEHAVIOUR 2
    on_every_store(|app| {
        for code in Code::ALL {
            let path = format!("/problems/{}", code.as_str());
            for (asked, language, tag) in [("en", Language::English, "en"), ("zh-CN,zh;q=0.9", Language::Chinese, "zh")] {
                let page = app.anyone.get_with(&path, &[("accept-language", asked)]).is(200);
                assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
                assert!(page.header("content-language").is_some_and(|said| said.starts_with(tag)), "{:?}", page.header("content-language"));
                assert!(page.text.contains(code.as_str()) && page.text.contains(code.title(language)), "{path} in {asked}: {}", page.text);
            }
        }
        app.anyone.get("/problems/no_such_thing").refused(404, "not_found");
    });
}

#[test]
fn swagger_ui_is_served_with_the_document_it_shows() {
    on_every_store(|app| {
        let moved = app.anyone.get("/docs");
        assert!((300..400).contains(&moved.status) && moved.header("location") == Some("/docs/"), "{moved:?}");
        let page = app.anyone.get("/docs/").is(200);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
        assert!(page.text.contains("swagger-ui"));
        let script = app.anyone.get("/docs/swagger-initializer.js").is(200);
        assert!(script.text.contains("/openapi.json"), "{}", script.text);
        app.anyone.get("/docs/swagger-ui-bundle.js").is(200);
        app.anyone.get("/docs/nowhere.js").is(404);

        let document = app.anyone.get("/openapi.json").ok();
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
        assert!(document["paths"]["/v1/orders"]["post"].is_object());
    });
}
