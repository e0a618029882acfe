//! The customer's page in a real browser as wide as a phone, by WebDriver. Runs where
//! `DOCKET_TEST_CHROMEDRIVER` names the driver, as `.ci/run` sees to. `DOCKET_TEST_BLESS=1` takes the
//! picture in the docs anew.

use super::{link, waiting};
use crate::support::{FEED_POLLS, TestApp, on_every_store};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use ureq::Agent;

/// As wide as a usual phone, in CSS pixels.
const WIDTH: u32 = 390;

/// A browser with one page; it ends with this value.
struct Browser {
    driver: Child,
    agent: Agent,
    session: String,
}

impl Browser {
    fn start(driver: &str) -> Self {
        let mut driver = Command::new(driver).arg("--port=0").stdout(Stdio::piped()).spawn().expect("the driver starts");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output is ours")).lines();
        let port = lines.find_map(|line| line.ok()?.split("successfully on port ").nth(1).map(|port| port.trim_end_matches('.').to_owned()));
        std::thread::spawn(move || lines.count());
        let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
        let base = format!("http://127.0.0.1:{}", port.expect("it says where it listens"));
        let phone = json!({"deviceMetrics": {"width": WIDTH, "height": 844, "pixelRatio": 2, "touch": true, "mobile": true}});
        let options = json!({"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], "mobileEmulation": phone});
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}});
        let mut browser = Self { driver, agent, session: base.clone() };
        let made = browser.post("/session", wanted);
        browser.session = format!("{base}/session/{}", made["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {made}")));
        browser
    }

    fn post(&self, path: &str, body: Value) -> Value {
        let mut answer = self.agent.post(format!("{}{path}", self.session)).send_json(body).expect("the driver answers");
        answer.body_mut().read_json::<Value>().expect("it answers JSON")["value"].clone()
    }

    fn get(&self, path: &str) -> Value {
        let mut answer = self.agent.get(format!("{}{path}", self.session)).call().expect("the driver answers");
        answer.body_mut().with_config().limit(20 * 1024 * 1024).read_json::<Value>().expect("it answers JSON")["value"].clone()
    }

    fn open(&self, app: &TestApp, path: &str) {
        self.post("/url", json!({"url": format!("http://{}{path}", app.anyone.address())}));
    }

    fn find(&self, selector: &str) -> Option<String> {
        let found = self.post("/element", json!({"using": "css selector", "value": selector}));
        found
            .as_object()
            .and_then(|element| element.values().next())
            .and_then(Value::as_str)
            .filter(|_| found.get("error").is_none())
            .map(str::to_owned)
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        self.find(selector).unwrap_or_else(|| panic!("no {selector} in {}", self.text()))
    }

    /// What a person reads; nothing while the page changes.
    fn text(&self) -> String {
        self.run("document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn click(&self, selector: &str) {
        let failed = self.post(&format!("/element/{}/click", self.element(selector)), json!({}));
        assert_eq!(failed, Value::Null);
    }

    #[track_caller]
    fn write(&self, selector: &str, text: &str) {
        let failed = self.post(&format!("/element/{}/value", self.element(selector)), json!({"text": text}));
        assert_eq!(failed, Value::Null);
    }

    /// Waits until the page says something.
    #[track_caller]
    fn until_it_says(&self, said: &str) {
        assert!((0..FEED_POLLS).any(|_| self.text().contains(said)), "{}", self.text());
    }

    fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": format!("return {script}"), "args": []}))
    }

    #[track_caller]
    fn number(&self, script: &str) -> f64 {
        self.run(script).as_f64().expect("a number")
    }

    fn picture(&self) -> Vec<u8> {
        STANDARD.decode(self.get("/screenshot").as_str().expect("a picture")).expect("it is base64")
    }

    /// Nothing is wider than the phone, and what is to be touched is high enough for a finger.
    #[track_caller]
    fn fits_a_phone(&self) {
        assert!(self.number("document.documentElement.scrollWidth") <= f64::from(WIDTH), "it is wider than the phone");
        assert!(self.number("Math.min(...[...document.querySelectorAll('button')].map(b => b.offsetHeight), 999)") >= 44.0);
        assert_eq!(self.number("document.scripts.length"), 0.0);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // the driver ends the browser; either may have ended by itself
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn in_a_browser(test: impl Fn(&TestApp, &Browser)) {
    let Some(driver) = std::env::var("DOCKET_TEST_CHROMEDRIVER").ok().filter(|driver| !driver.is_empty()) else { return };
    on_every_store(|app| {
        let company = app.company();
        company
            .sales()
            .post(
                "/v1/customers",
                json!({"code": "ACME", "name": "Acme Technology Ltd", "phone": "+8613800138000", "email": "buyer@acme.example", "language": "en"}),
            )
            .created();
        test(app, &Browser::start(&driver));
    });
}

#[test]
fn rule_2_5_the_customer_confirms_on_a_phone() {
    in_a_browser(|app, browser| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        browser.open(app, &link);
        browser.fits_a_phone();
        let confirmed = if browser.text().contains("订单") { "您已确认该订单" } else { "You have confirmed this order" };
        let text = browser.text();
        for said in [order["number"].as_str().expect("a number"), "Product PAPER", "50 set", "800.00 CNY", "1 Century Avenue"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        keep_picture(app, browser, "confirmation-page.png");
        browser.click("#confirm");
        browser.until_it_says(confirmed);
        browser.fits_a_phone();
        assert_eq!(company.order(&order)["status"], "executing", "{}", browser.text());
        assert!(browser.find("#confirm").is_none(), "there is nothing left to press");
        browser.open(app, &link);
        assert!(browser.find("form").is_none() && browser.find(".good").is_some(), "used: {}", browser.text());
    });
}

/// The picture of the docs, where it is wanted anew.
fn keep_picture(app: &TestApp, browser: &Browser, name: &str) {
    if std::env::var_os("DOCKET_TEST_BLESS").is_some() && app.is_embedded() {
        std::fs::write(format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR")), browser.picture()).expect("a picture can be kept");
    }
}

#[test]
fn rule_2_5_the_page_is_in_the_customers_language() {
    in_a_browser(|app, browser| {
        let company = app.company();
        let customer = company.sales().get("/v1/customers?q=acme").ok()["data"][0].clone();
        let path = format!("/v1/customers/{}", crate::support::id(&customer));
        company.sales().patch(&path, "*", json!({"language": "zh-CN"})).ok();
        browser.open(app, &link(app, &waiting(&company)));
        browser.fits_a_phone();
        let text = browser.text();
        assert!(text.contains("订单") && text.contains("确认") && text.contains("800.00 CNY"), "{text}");
        keep_picture(app, browser, "confirmation-page-zh.png");
    });
}

#[test]
fn rule_2_5_the_customer_asks_for_a_change_on_a_phone() {
    in_a_browser(|app, browser| {
        let company = app.company();
        let order = waiting(&company);
        browser.open(app, &link(app, &order));
        browser.click("#change");
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation", "the browser asks for the text first");
        browser.write("#comment", "Sixty sets, please & <thanks>");
        browser.click("#change");
        browser.until_it_says("Sixty sets, please & <thanks>");
        assert_eq!(company.order(&order)["correction"], "Sixty sets, please & <thanks>");
    });
}

#[test]
fn an_expired_and_an_amended_link_say_so_and_offer_nothing() {
    in_a_browser(|app, browser| {
        let company = app.company();
        let order = waiting(&company);
        let first = link(app, &order);
        company.sales().patch(&company.path(&order, ""), "*", json!({"discount": "1.00", "reason": "as agreed"})).ok();
        let amended = |text: &str| text.contains("changed since") || text.contains("已有变更");
        browser.open(app, &first);
        browser.fits_a_phone();
        assert!(amended(&browser.text()) && browser.find("form").is_none(), "{}", browser.text());
        company.approve_next(&order);
        let second = link(app, &order);
        app.advance(chrono::TimeDelta::days(8));
        browser.open(app, &second);
        let expired = browser.text();
        assert!((expired.contains("no longer valid") || expired.contains("已过期")) && browser.find("form").is_none(), "{expired}");
        browser.open(app, "/c/nothing");
        assert!(browser.find(".wrong").is_some() && browser.find("form").is_none());
    });
}

#[test]
fn the_page_of_a_trace_fits_a_phone_in_both_languages() {
    in_a_browser(|app, browser| {
        let company = app.company();
        let order = company.shipped();
        let parcel = company.logistics().get(&format!("/v1/shipments?order_id={}", order["id"].as_str().unwrap_or_default())).ok()["data"][0].clone();
        let path = format!("/v1/shipments/{}/events", parcel["id"].as_str().unwrap_or_default());
        let told = json!({"status": "in_transit", "occurred_at": company.now(), "description": "W".repeat(200), "location": "武汉转运中心"});
        company.logistics().post(&path, told).created();
        browser.open(app, &crate::shipping::trace::link(app, &parcel));
        browser.fits_a_phone();
        let text = browser.text();
        assert!(text.contains("武汉转运中心") && text.contains("2 set") && browser.find("form").is_none(), "{text}");
    });
}
