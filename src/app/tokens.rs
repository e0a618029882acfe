//! Tokens: short-lived access JWTs for people, opaque refresh tokens and API keys. Signs and
//! checks; what a token's bearer is now, the database says (BEHAVIOUR 5).

use crate::db::clock::random;
use crate::domain::id::{Id, Kind};
use crate::domain::link::LinkKeys;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How long an access token is good for, in seconds.
pub const ACCESS_SECONDS: i64 = 600;
/// How long a refresh token is good for, in days.
pub const REFRESH_DAYS: i64 = 30;
const LEEWAY_SECONDS: i64 = 5;
const ISSUER: &str = "docket";
const AUDIENCE: &str = "docket-api";
const TYPE: &str = "at+jwt";
const KEY_PREFIX: &str = "dk_";
const REFRESH_PREFIX: &str = "dr_";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: String,
    sid: String,
}

/// The keys that tokens and cursors are signed with, all derived from one master secret; the
/// previous secret's still check during rotation.
pub struct Keys {
    sign: EncodingKey,
    check: Vec<DecodingKey>,
    cursor: Vec<u8>,
}

/// Who a token says its bearer is.
#[derive(Debug, Clone, PartialEq)]
pub enum Credentials {
    /// Nothing was shown.
    Anonymous,
    /// A good access token of this user and log-in.
    Person { user: Id, session: Id },
    /// Something with the shape of an API key, by its hash.
    Key { hash: Vec<u8> },
    /// Shown, but no good.
    Bad(Box<Problem>),
    /// The process itself: the command line, the clock.
    Internal(Box<crate::domain::actor::Actor>),
}

fn derive(master: &str, purpose: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(master.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The one header that tokens have. Compared whole, because the crate passes over parameters that
/// must be understood or else refused, such as `crit` (RFC 7515, 4.1.11), and those that name keys.
fn header() -> Header {
    Header { typ: Some(TYPE.into()), ..Header::new(Algorithm::HS256) }
}

/// SHA-256, for tokens whose randomness needs no slow hash.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn opaque(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// A new refresh token.
pub fn new_refresh_token() -> String {
    opaque(REFRESH_PREFIX)
}

/// A new API key.
pub fn new_api_key() -> String {
    opaque(KEY_PREFIX)
}

impl Keys {
    /// Keys of a master secret and, during rotation, its predecessor.
    pub fn new(master: &str, previous: Option<&str>) -> Self {
        let key = derive(master, "docket/access-token");
        let check = [Some(master), previous].into_iter().flatten().map(|m| DecodingKey::from_secret(&derive(m, "docket/access-token"))).collect();
        Self { sign: EncodingKey::from_secret(&key), check, cursor: derive(master, "docket/cursor") }
    }

    /// The keys of customers' links; kept apart, since the unit of work needs them and no others.
    pub fn for_links(master: &str, previous: Option<&str>) -> LinkKeys {
        LinkKeys::new([Some(master), previous].into_iter().flatten().map(|secret| derive(secret, "docket/link")).collect())
    }

    /// The key that paging cursors are signed with.
    pub fn cursor_key(&self) -> &[u8] {
        &self.cursor
    }

    /// An access token for a user's log-in.
    ///
    /// # Errors
    /// Where the token cannot be made, which no input brings about.
    pub fn issue(&self, user: Id, session: Id, now: UtcTime) -> Result<String, Problem> {
        let seconds = now.utc().timestamp();
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: user.text(Kind::User),
            exp: seconds + ACCESS_SECONDS,
            nbf: seconds,
            iat: seconds,
            jti: hex::encode(random::<16>()),
            sid: session.text(Kind::Session),
        };
        jsonwebtoken::encode(&header(), &claims, &self.sign).map_err(|error| {
            log::error!("cannot sign a token: {error}");
            Problem::new(Code::Internal)
        })
    }

    /// Reads an `Authorization` header.
    pub fn read(&self, authorization: Option<&str>, now: UtcTime) -> Credentials {
        let Some(header) = authorization else { return Credentials::Anonymous };
        let bad = |code| Credentials::Bad(Box::new(Problem::new(code)));
        let scheme = header.get(..7).filter(|s| s.eq_ignore_ascii_case("bearer "));
        let Some(token) = scheme.map(|_| header[7..].trim()).filter(|t| !t.is_empty() && t.len() <= 4096) else { return bad(Code::Unauthenticated) };
        if token.starts_with(KEY_PREFIX) {
            return Credentials::Key { hash: hash(token) };
        }
        match self.check(token, now) {
            Ok((user, session)) => Credentials::Person { user, session },
            Err(code) => bad(code),
        }
    }

    /// One header, every claim; times by our own clock, because the crate would read the system's.
    fn check(&self, token: &str, now: UtcTime) -> Result<(Id, Id), Code> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.validate_exp = false;
        rules.validate_nbf = false;
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        let data = self.check.iter().find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &rules).ok()).ok_or(Code::Unauthenticated)?;
        if data.header != header() || data.claims.jti.is_empty() {
            return Err(Code::Unauthenticated);
        }
        let seconds = now.utc().timestamp();
        let claims = data.claims;
        if claims.nbf > seconds + LEEWAY_SECONDS || claims.iat > seconds + LEEWAY_SECONDS {
            return Err(Code::Unauthenticated);
        }
        if claims.exp > claims.iat + ACCESS_SECONDS {
            return Err(Code::Unauthenticated); // longer than any that was ever given
        }
        if claims.exp <= seconds - LEEWAY_SECONDS {
            return Err(Code::TokenExpired);
        }
        let user = Kind::User.parse(&claims.sub).ok_or(Code::Unauthenticated)?;
        let session = Kind::Session.parse(&claims.sid).ok_or(Code::Unauthenticated)?;
        Ok((user, session))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> UtcTime {
        UtcTime::parse("2026-03-02T08:00:00Z").unwrap()
    }

    #[test]
    fn a_token_is_good_for_ten_minutes_and_survives_a_rotation_of_the_secret() {
        let (user, session) = (Id::from_parts(1, [1; 10]), Id::from_parts(2, [2; 10]));
        let old = Keys::new("old secret of thirty-two characters", None);
        let new = Keys::new("new secret of thirty-two characters", Some("old secret of thirty-two characters"));
        let header = format!("Bearer {}", old.issue(user, session, now()).unwrap());
        assert_eq!(new.read(Some(&header), now()), Credentials::Person { user, session });
        let code = |keys: &Keys, at: UtcTime| match keys.read(Some(&header), at) {
            Credentials::Bad(problem) => Some(problem.code),
            _ => None,
        };
        assert_eq!(code(&new, now().plus(chrono::TimeDelta::seconds(606))), Some(Code::TokenExpired));
        assert_eq!(code(&new, now().plus(chrono::TimeDelta::seconds(-6))), Some(Code::Unauthenticated));
        assert_eq!(code(&Keys::new("another secret of thirty-two chars", None), now()), Some(Code::Unauthenticated));
    }

    #[test]
    fn a_token_without_our_type_or_algorithm_is_refused() {
        let keys = Keys::new("old secret of thirty-two characters", None);
        let claims = serde_json::json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "usr_0", "exp": 9_999_999_999_i64, "nbf": 0, "iat": 0, "jti": "x", "sid": "ses_0"});
        let key = EncodingKey::from_secret(&derive("old secret of thirty-two characters", "docket/access-token"));
        let plain = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
        let longer = jsonwebtoken::encode(&Header { typ: Some(TYPE.into()), ..Header::new(Algorithm::HS512) }, &claims, &key).unwrap();
        for token in [plain, longer, "a.b.c".into(), String::new()] {
            assert!(matches!(keys.read(Some(&format!("Bearer {token}")), now()), Credentials::Bad(_)), "{token}");
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> Keys {
        Keys::new("old secret of thirty-two characters", None)
    }

    fn now() -> UtcTime {
        UtcTime::parse("2026-03-02T08:00:00Z").unwrap()
    }

    proptest! {
        #[test]
        fn what_we_did_not_sign_is_nobody(header in prop_oneof!["[Bb]earer  ?[A-Za-z0-9_.-]{0,80}", "\\PC{0,40}", any::<String>()]) {
            match keys().read(Some(&header), now()) {
                Credentials::Key { hash } => prop_assert!(hash.len() == 32 && header.contains("dk_")),
                Credentials::Bad(problem) => prop_assert_eq!(problem.code.status(), 401),
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn a_token_with_any_other_letter_in_it_is_nobodys(at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_.-]") {
            let token = keys().issue(Id::from_parts(1, [1; 10]), Id::from_parts(2, [2; 10]), now()).unwrap();
            let at = at.index(token.len());
            let changed = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
            let same = changed == token;
            let read = keys().read(Some(&format!("Bearer {changed}")), now());
            prop_assert_eq!(matches!(read, Credentials::Person { .. }), same);
        }
    }
}
