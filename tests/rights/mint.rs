//! Tokens made by hand, as somebody could who knows the secret or has seen a token: every part of
//! them can be wrong.

use crate::support::{Answer, PASSWORD, TestApp, on_every_store_with};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

/// What the server of these tests is told as its secret.
pub const SECRET: &str = "the secret of the tests of tokens, long enough";
/// What access tokens are signed with is made from the secret and this word.
const PURPOSE: &str = "docket/access-token";

macro_rules! hmacs {
    ($($name:ident = $hash:ty;)+) => { $(
        pub fn $name(key: &[u8], message: &[u8]) -> Vec<u8> {
            let mut mac = Hmac::<$hash>::new_from_slice(key).expect("HMAC takes keys of any length");
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }
    )+ };
}

hmacs! { hs256 = Sha256; hs384 = Sha384; hs512 = Sha512; }

/// A part of a token.
pub fn encode(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// The key that a secret signs access tokens with.
pub fn key_of(secret: &str) -> Vec<u8> {
    hs256(secret.as_bytes(), PURPOSE.as_bytes())
}

/// Somebody's log-in, and the key to make tokens for it.
pub struct Mint {
    pub key: Vec<u8>,
    /// What the server gave.
    pub given: String,
    pub refresh_token: String,
    pub claims: Value,
}

impl Mint {
    /// A new log-in of somebody, with the key of a secret.
    pub fn of(app: &TestApp, username: &str, secret: &str) -> Self {
        let tokens = app.anyone.post("/v1/auth/login", json!({"username": username, "password": PASSWORD})).ok();
        let token = |name: &str| tokens[name].as_str().expect("a log-in gives tokens").to_owned();
        let given = token("access_token");
        let payload = given.split('.').nth(1).map(|part| URL_SAFE_NO_PAD.decode(part)).expect("a JWT has claims").expect("they are base64");
        Self { key: key_of(secret), claims: serde_json::from_slice(&payload).expect("they are JSON"), refresh_token: token("refresh_token"), given }
    }

    /// The header that tokens have.
    pub fn header() -> Value {
        json!({"typ": "at+jwt", "alg": "HS256"})
    }

    /// A token that is good where the key is.
    pub fn good(&self) -> String {
        self.sign(Self::header().to_string(), self.claims.to_string())
    }

    /// Signs a header and claims, whatever they are, as our own tokens are signed.
    pub fn sign(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        format!("{message}.{}", encode(hs256(&self.key, message.as_bytes())))
    }

    /// A token whose header has this besides or instead; null takes a parameter away.
    pub fn with_header(&self, change: &Value) -> String {
        self.sign(changed(Self::header(), change), self.claims.to_string())
    }

    /// A token whose claims have this besides or instead; null takes a claim away.
    pub fn with_claims(&self, change: &Value) -> String {
        self.sign(Self::header().to_string(), changed(self.claims.clone(), change))
    }

    /// A token whose claims have this text in the place of a claim's value.
    pub fn with_raw_claim(&self, claim: &str, text: &str) -> String {
        let (hole, mut claims) = ("THE HOLE", self.claims.clone());
        claims[claim] = json!(hole);
        self.sign(Self::header().to_string(), claims.to_string().replace(&format!("\"{hole}\""), text))
    }

    /// A claim that is a number of seconds, moved.
    pub fn later(&self, claim: &str, seconds: i64) -> i64 {
        self.claims[claim].as_i64().expect("the claim is a time") + seconds
    }
}

fn changed(mut object: Value, change: &Value) -> String {
    for (name, value) in change.as_object().expect("a change is an object") {
        match (value, object.as_object_mut()) {
            (Value::Null, Some(members)) => drop(members.remove(name)),
            (value, _) => object[name] = value.clone(),
        }
    }
    object.to_string()
}

/// An attack: its name, the token, and the code of the refusal that it must meet.
pub struct Attack {
    pub name: String,
    pub token: String,
    pub code: &'static str,
}

/// An attack with no valid token.
pub fn forged(name: impl Into<String>, token: String) -> Attack {
    Attack { name: name.into(), token, code: "unauthenticated" }
}

/// Asks something small with a token.
pub fn ask(app: &TestApp, token: &str) -> Answer {
    app.anyone.with_bearer(token).get("/v1/me")
}

/// Tries attacks on a server that knows [`SECRET`]; each must be refused with its code and 401. That
/// the token was good before they spoiled it is shown before and after.
#[track_caller]
pub fn all_refused(attacks: impl Fn(&TestApp, &Mint) -> Vec<Attack>) {
    on_every_store_with(&[("DOCKET_JWT_SECRET", SECRET)], |app| {
        let mint = Mint::of(app, "admin", SECRET);
        let good = mint.good();
        assert_eq!(good.rsplit_once('.').map(|(_, signature)| signature.len()), Some(43));
        ask(app, &good).is(200);
        let mut wrong = Vec::new();
        for Attack { name, token, code } in attacks(app, &mint) {
            let answer = ask(app, &token);
            if (answer.status, answer.code()) == (401, code) {
                answer.is_a_problem();
            } else {
                wrong.push(format!("{name}: expected 401 {code}, got {} {}", answer.status, answer.text));
            }
        }
        assert!(wrong.is_empty(), "{} attacks were not refused as they should be:\n{}", wrong.len(), wrong.join("\n"));
        ask(app, &good).is(200);
    });
}
