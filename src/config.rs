//! What the environment and the flags say, read once into one value; there are no globals.
//! Unknown `DOCKET_*` variables and bad values stop the start, each named (BEHAVIOUR 10).

use crate::db::Target;
use crate::domain::codes::minor_digits;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The configuration of one process.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DOCKET_LISTEN`
    pub listen: SocketAddr,
    /// `DOCKET_DATABASE_URL`
    pub database: Target,
    /// `DOCKET_DATA_DIR`: files, and the secret made at first start.
    pub data_dir: PathBuf,
    /// `DOCKET_FILES_URL`: the bucket of files; none where they are in the data directory.
    pub files_url: Option<String>,
    /// The `AWS_*` variables, with which a bucket is reached.
    pub files_options: Vec<(String, String)>,
    /// `DOCKET_ADMIN_PASSWORD`
    pub admin_password: Option<String>,
    /// `DOCKET_PUBLIC_URL`, without a slash at the end.
    pub public_url: Option<String>,
    /// `DOCKET_SMTP_URL`
    pub smtp_url: Option<String>,
    /// `DOCKET_SMS_URL`: the gateway that short messages are posted to.
    pub sms_url: Option<String>,
    /// `DOCKET_SMS_TOKEN`: what the gateway is shown.
    pub sms_token: Option<String>,
    /// `DOCKET_MAIL_FROM`
    pub mail_from: String,
    /// `DOCKET_TIME_ZONE`
    pub time_zone: chrono_tz::Tz,
    /// `DOCKET_BASE_CURRENCY`
    pub base_currency: String,
    /// `DOCKET_JWT_SECRET`
    pub secret: Option<String>,
    /// `DOCKET_JWT_SECRET_PREVIOUS`, during rotation.
    pub previous_secret: Option<String>,
    /// `DOCKET_ENV=production`
    pub production: bool,
    /// `DOCKET_RATE_LIMIT`: requests a minute a caller; none when absent.
    pub rate_limit_per_minute: Option<u32>,
    /// `DOCKET_LOGIN_LIMIT`: log-ins a minute an address.
    pub login_limit_per_minute: u32,
    /// `DOCKET_TRUSTED_PROXIES`: peers whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// `DOCKET_CORS_ORIGINS`
    pub cors_origins: Vec<String>,
}

/// Everything that is wrong with the environment, one sentence each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigErrors(pub Vec<String>);

const KNOWN: &[&str] = &[
    "DOCKET_LISTEN",
    "DOCKET_DATABASE_URL",
    "DOCKET_DATA_DIR",
    "DOCKET_FILES_URL",
    "DOCKET_ADMIN_PASSWORD",
    "DOCKET_PUBLIC_URL",
    "DOCKET_SMTP_URL",
    "DOCKET_SMS_URL",
    "DOCKET_SMS_TOKEN",
    "DOCKET_MAIL_FROM",
    "DOCKET_TIME_ZONE",
    "DOCKET_BASE_CURRENCY",
    "DOCKET_JWT_SECRET",
    "DOCKET_JWT_SECRET_PREVIOUS",
    "DOCKET_ENV",
    "DOCKET_RATE_LIMIT",
    "DOCKET_LOGIN_LIMIT",
    "DOCKET_TRUSTED_PROXIES",
    "DOCKET_CORS_ORIGINS",
    "DOCKET_SAMPLES",
];

/// How the variables begin with which a bucket is reached: those that its tools know, too.
const OPTIONS: &str = "AWS_";

/// What a bucket's access needs, what tests set, and what Kubernetes puts in for a service named docket (DECISIONS 34).
fn is_tolerated(name: &str) -> bool {
    name.starts_with(OPTIONS)
        || name.starts_with("DOCKET_TEST_")
        || name == "DOCKET_PORT"
        || name.starts_with("DOCKET_PORT_")
        || name.starts_with("DOCKET_SERVICE_")
}

struct Reader {
    variables: BTreeMap<String, String>,
    errors: Vec<String>,
}

impl Reader {
    fn text(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn parsed<T>(&mut self, name: &str, default: T, parse: impl Fn(&str) -> Result<T, String>) -> T {
        let Some(text) = self.text(name) else { return default };
        parse(&text).unwrap_or_else(|why| {
            self.errors.push(format!("{name}: {why}"));
            default
        })
    }
}

fn read_list<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parse).collect()
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// All unknown variables and bad values at once.
    pub fn from_environment() -> Result<Self, ConfigErrors> {
        Self::from_variables(std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with("DOCKET_") || name.starts_with(OPTIONS))?;
            Some((name, value.to_string_lossy().into_owned()))
        }))
    }

    /// Reads variables given by name.
    ///
    /// # Errors
    /// All unknown variables and bad values at once.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigErrors> {
        let mut read = Reader { variables: variables.into_iter().collect(), errors: Vec::new() };
        for name in read.variables.keys() {
            if !KNOWN.contains(&name.as_str()) && !is_tolerated(name) {
                read.errors.push(format!("{name}: there is no such setting"));
            }
        }
        let loopback = SocketAddr::from(([127, 0, 0, 1], 8080));
        let config = Self {
            listen: read.parsed("DOCKET_LISTEN", loopback, |t| t.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080".into())),
            database: read.parsed("DOCKET_DATABASE_URL", Target::Sqlite("docket.db".into()), Target::parse),
            data_dir: read.text("DOCKET_DATA_DIR").map_or_else(|| PathBuf::from("docket-data"), PathBuf::from),
            files_url: read.parsed("DOCKET_FILES_URL", None, |t| {
                if t.starts_with("s3://") { Ok(Some(t.to_owned())) } else { Err("must begin with s3://".into()) }
            }),
            files_options: read.variables.iter().filter(|(name, _)| name.starts_with(OPTIONS)).map(|(n, v)| (n.clone(), v.clone())).collect(),
            admin_password: read.text("DOCKET_ADMIN_PASSWORD"),
            public_url: read.parsed("DOCKET_PUBLIC_URL", None, |t| web_address(t.trim_end_matches('/'))),
            smtp_url: read.parsed("DOCKET_SMTP_URL", None, |t| {
                let smtp = t.starts_with("smtp://") || t.starts_with("smtps://");
                if smtp { Ok(Some(t.to_owned())) } else { Err("must begin with smtp:// or smtps://".into()) }
            }),
            sms_url: read.parsed("DOCKET_SMS_URL", None, web_address),
            sms_token: read.text("DOCKET_SMS_TOKEN"),
            mail_from: read.text("DOCKET_MAIL_FROM").unwrap_or_else(|| "Docket <docket@localhost>".to_owned()),
            time_zone: read.parsed("DOCKET_TIME_ZONE", chrono_tz::Asia::Shanghai, |t| t.parse().map_err(|_| "must be an IANA time zone".into())),
            base_currency: read.parsed("DOCKET_BASE_CURRENCY", "CNY".to_owned(), |t| {
                minor_digits(t).map(|_| t.to_owned()).ok_or_else(|| "must be an ISO 4217 currency".into())
            }),
            secret: read.parsed("DOCKET_JWT_SECRET", None, long_enough),
            previous_secret: read.parsed("DOCKET_JWT_SECRET_PREVIOUS", None, long_enough),
            production: read.parsed("DOCKET_ENV", false, |t| match t {
                "production" => Ok(true),
                "trial" | "development" => Ok(false),
                _ => Err("must be production or trial".into()),
            }),
            rate_limit_per_minute: read.parsed("DOCKET_RATE_LIMIT", None, |t| positive(t).map(Some)),
            login_limit_per_minute: read.parsed("DOCKET_LOGIN_LIMIT", 120, positive),
            trusted_proxies: read
                .parsed("DOCKET_TRUSTED_PROXIES", Vec::new(), |t| read_list(t, |p| p.parse().map_err(|_| format!("{p} is not an IP address")))),
            cors_origins: read.parsed("DOCKET_CORS_ORIGINS", Vec::new(), |t| read_list(t, origin)),
        };
        let data_dir_said = read.text("DOCKET_DATA_DIR").is_some();
        config.refuse_what_only_suits_a_trial(data_dir_said, &mut read.errors);
        if read.errors.is_empty() { Ok(config) } else { Err(ConfigErrors(read.errors)) }
    }

    /// In production the secret is configured, and on PostgreSQL, where replicas share both, so is
    /// the folder of files (DECISIONS 34).
    fn refuse_what_only_suits_a_trial(&self, data_dir_said: bool, errors: &mut Vec<String>) {
        if self.production && self.secret.is_none() {
            errors.push("DOCKET_JWT_SECRET: must be set when DOCKET_ENV=production".to_owned());
        }
        if let Target::Postgres(url) = &self.database {
            if self.production && !data_dir_said && self.files_url.is_none() {
                errors.push(
                    "DOCKET_DATA_DIR: must be set, or DOCKET_FILES_URL, when DOCKET_ENV=production on PostgreSQL: replicas share their files"
                        .to_owned(),
                );
            }
            if is_remote(url) && !cfg!(feature = "pg-tls") && !url.contains("sslmode=disable") {
                errors.push(
                    "DOCKET_DATABASE_URL: this build has no TLS, so the connection would be plain text; use a build with the feature pg-tls, \
                     or say sslmode=disable if the network is trusted"
                        .to_owned(),
                );
            }
        }
    }

    /// Where people and machines reach the service.
    pub fn base_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }
}

/// Whether a PostgreSQL URL leads over a network; a socket's folder and this machine do not.
fn is_remote(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, query) = (rest.split(['/', '?']).next().unwrap_or_default(), rest.split_once('?').map_or("", |(_, query)| query));
    let server = authority.rsplit('@').next().unwrap_or_default();
    let host =
        server.strip_prefix('[').map_or_else(|| server.split(':').next().unwrap_or_default(), |inner| inner.split(']').next().unwrap_or_default());
    let asked = query.split('&').find_map(|part| part.strip_prefix("host=")).unwrap_or(host);
    let socket = |host: &str| host.is_empty() || host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f");
    !socket(asked) && !["localhost", "127.0.0.1", "::1"].contains(&asked)
}

fn web_address(text: &str) -> Result<Option<String>, String> {
    let web = text.starts_with("http://") || text.starts_with("https://");
    if web { Ok(Some(text.to_owned())) } else { Err("must begin with http:// or https://".into()) }
}

fn long_enough(text: &str) -> Result<Option<String>, String> {
    if text.len() >= 32 { Ok(Some(text.to_owned())) } else { Err("must have at least 32 characters".into()) }
}

/// An origin as browsers write it (RFC 6454): scheme and authority, no path. Another would never
/// match, or keep the server from serving.
fn origin(text: &str) -> Result<String, String> {
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let plain = authority.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
    let good = !authority.is_empty() && plain && port_fits(authority);
    if good { Ok(text.to_owned()) } else { Err(format!("{text} is not an origin, such as https://shop.example")) }
}

fn port_fits(authority: &str) -> bool {
    let host = authority.rsplit_once(']').map_or(authority, |(_, rest)| rest);
    host.split_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok())
}

fn positive(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "must be a whole number above 0".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
        Config::from_variables(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn nothing_set_suits_the_embedded_use() {
        let config = read(&[]).unwrap();
        assert_eq!(config.database, Target::Sqlite("docket.db".into()));
        assert_eq!(config.base_url(), "http://127.0.0.1:8080");
    }

    #[test]
    fn every_unknown_variable_and_bad_value_is_named() {
        // BEHAVIOUR 10
        let errors =
            read(&[("DOCKET_LISTN", "x"), ("DOCKET_LISTEN", "x"), ("DOCKET_TIME_ZONE", "Mars"), ("DOCKET_JWT_SECRET", "short")]).unwrap_err().0;
        let named: Vec<&str> = errors.iter().filter_map(|e| e.split(':').next()).collect();
        assert_eq!(named, ["DOCKET_LISTN", "DOCKET_LISTEN", "DOCKET_TIME_ZONE", "DOCKET_JWT_SECRET"]);
    }

    #[test]
    fn an_origin_is_scheme_and_authority() {
        for good in ["https://shop.example", "http://localhost:5173", "http://[::1]:3000"] {
            assert_eq!(read(&[("DOCKET_CORS_ORIGINS", good)]).unwrap().cors_origins, [good]);
        }
        for bad in ["*", "shop.example", "https://shop.example/", "https://", "https://a b", "https://shop.example:port", "ftp://shop.example"] {
            assert!(read(&[("DOCKET_CORS_ORIGINS", bad)]).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_kubernetes_injects_is_tolerated() {
        assert!(read(&[("DOCKET_PORT", "tcp://10.0.0.1:80"), ("DOCKET_SERVICE_HOST", "x"), ("DOCKET_TEST_POSTGRES_URL", "x")]).is_ok());
    }

    #[test]
    fn production_needs_a_secret_and_no_plain_text_to_a_remote_database() {
        assert!(read(&[("DOCKET_ENV", "production")]).is_err());
        assert_eq!(read(&[("DOCKET_DATABASE_URL", "postgres://db.example/docket")]).is_err(), !cfg!(feature = "pg-tls"));
        for local in
            ["postgres://localhost/docket", "postgres://me:secret@127.0.0.1:5433/docket", "postgres:///docket?host=/run", "postgres://[::1]/docket"]
        {
            assert!(!is_remote(local), "{local}");
        }
        assert!(is_remote("postgres://localhost.example/docket") && is_remote("postgres://localhost@db.example/docket"));
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = String> {
        let likely = vec![
            "",
            "0",
            "-1",
            "99999999999",
            "127.0.0.1:0",
            "[::1]:80",
            "sqlite:x",
            "sqlite:",
            "postgres://[",
            "postgres://h:p@x/?host=%2f",
            "http://",
            "smtp://x",
            "Asia/Shanghai",
            "JPY",
            "production",
            "*",
            "10.0.0.1, x",
        ];
        prop_oneof![proptest::sample::select(likely).prop_map(str::to_owned), "[a-z:/@?=%\\[\\], ]{0,30}", any::<String>()]
    }

    proptest! {
        #[test]
        fn whatever_is_set_is_read_or_named(said in prop::collection::btree_map(proptest::sample::select(KNOWN), value(), 0..6)) {
            let variables = || said.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            match Config::from_variables(variables()) {
                Err(ConfigErrors(errors)) => {
                    prop_assert!(!errors.is_empty());
                    for error in &errors {
                        let name = error.split(':').next().unwrap_or_default();
                        prop_assert!(said.contains_key(name) || said.get("DOCKET_ENV").is_some_and(|env| env == "production"), "{}", error);
                    }
                }
                Ok(config) => prop_assert!(config.base_url().starts_with("http") && config.cors_origins.iter().all(|origin| origin.is_ascii())),
            }
        }

        #[test]
        fn an_unknown_name_is_always_told(name in "DOCKET_[A-Z_]{1,20}", value in any::<String>()) {
            let known = KNOWN.contains(&name.as_str()) || is_tolerated(&name);
            let told = Config::from_variables([(name.clone(), value)]).err().is_some_and(|errors| errors.0.iter().any(|error| error.contains("no such setting")));
            prop_assert_eq!(told, !known);
        }
    }
}
