//! How often one caller may ask (DECISIONS 33): log-ins and customers' links always, by address, and
//! what sends messages, by caller; everything else only
//! where the configuration says so, by person, key or address. Per process. Says what is left in
//! the fields of draft-ietf-httpapi-ratelimit-headers.

use crate::api::problem::is_link;
use crate::api::request::address;
use crate::app::App;
use crate::app::tokens::Credentials;
use crate::config::Config;
use crate::error::{Code, Problem};
use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;

type Limiter = RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
const SECONDS: u64 = 60;
/// Paths whose caller is not known yet.
const LOGIN_PATHS: &[&str] = &["/v1/auth/login", "/v1/auth/refresh"];
/// How many callers are remembered before those that are idle are forgotten.
const REMEMBERED: usize = 50_000;

/// How the paths end that send something to people outside.
const SENDING: &[&str] = &["/request-confirmation", "/test", "/send"];

/// The limits of this process.
pub struct Limits {
    login: Limiter,
    links: Limiter,
    sending: Limiter,
    general: Option<Limiter>,
}

fn limiter(per_minute: u32) -> Limiter {
    let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
    RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>()
}

/// What is left of an allowance, as headers.
pub type Left = Vec<(HeaderName, HeaderValue)>;

fn left(quota: u32, remaining: u32) -> Left {
    let said = [(POLICY, format!("\"default\";q={quota};w={SECONDS}")), (LEFT, format!("\"default\";r={remaining}"))];
    said.into_iter().filter_map(|(name, text)| HeaderValue::from_str(&text).ok().map(|value| (name, value))).collect()
}

fn ask(limiter: &Limiter, caller: &String) -> Result<Left, (Problem, Left)> {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    match limiter.check_key(caller) {
        Err(not_until) => {
            let seconds = not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            Err((Problem::new(Code::RateLimited).retry_after(seconds), left(not_until.quota().burst_size().get(), 0)))
        }
        Ok(state) => Ok(left(state.quota().burst_size().get(), state.remaining_burst_capacity())),
    }
}

/// Who asks, as far as it can be known without the database.
fn caller(app: &App, request: &HttpRequest) -> String {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match app.keys.read(authorization, app.clock.now()) {
        Credentials::Person { user, .. } => format!("user {user}"),
        Credentials::Key { hash } => format!("key {}", hex::encode(hash)),
        _ => format!("address {}", address(app, request).unwrap_or_default()),
    }
}

impl Limits {
    /// The limits that a configuration asks for.
    pub fn new(config: &Config) -> Self {
        let always = || limiter(config.login_limit_per_minute);
        Self { login: always(), links: always(), sending: always(), general: config.rate_limit_per_minute.map(limiter) }
    }

    /// Counts a request; gives the headers that say what is left.
    ///
    /// # Errors
    /// `rate_limited`, with when to try again, and the same headers.
    pub fn check(&self, app: &App, request: &HttpRequest) -> Result<Left, (Problem, Left)> {
        let path = request.match_info().as_str();
        if LOGIN_PATHS.contains(&path) {
            return ask(&self.login, &address(app, request).unwrap_or_default());
        }
        if is_link(path) {
            return ask(&self.links, &address(app, request).unwrap_or_default());
        }
        if path.starts_with("/v1/") && SENDING.iter().any(|end| path.ends_with(end)) {
            ask(&self.sending, &caller(app, request))?;
        }
        match &self.general {
            Some(general) if path.starts_with("/v1/") => ask(general, &caller(app, request)),
            _ => Ok(Left::new()),
        }
    }
}
