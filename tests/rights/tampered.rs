//! Tokens that were ours until somebody changed them, and things that are no access tokens.

use super::mint::{Attack, Mint, all_refused, encode, forged};
use crate::support::{TestApp, on_every_store};
use serde_json::json;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A text with another character at a place.
fn with_char(text: &str, at: usize, char: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = char;
    String::from_utf8(bytes).expect("ASCII in, ASCII out")
}

/// The text with each other character of base64 at a place.
fn others(text: &str, at: usize) -> impl Iterator<Item = String> {
    let there = text.as_bytes()[at];
    BASE64.iter().filter(move |char| **char != there).map(move |char| with_char(text, at, *char))
}

#[test]
fn no_character_of_the_signature_can_be_another() {
    // 43 characters hold 258 bits, the signature has 256: three of the 63 others at the end stand
    // for the same bytes and must be refused all the same
    all_refused(|_, mint| {
        let token = mint.good();
        let length = token.len();
        let last_block = (length - 3..length).flat_map(|at| others(&token, at));
        let each_once = (length - 43..length - 3).filter_map(|at| others(&token, at).next());
        let all: Vec<Attack> = last_block.chain(each_once).enumerate().map(|(n, token)| forged(format!("signature, change {n}"), token)).collect();
        assert_eq!(all.len(), 3 * 63 + 40);
        all
    });
}

#[test]
fn no_character_of_header_and_claims_can_be_another() {
    all_refused(|_, mint| {
        let token = mint.good();
        let signed = token.rfind('.').expect("a JWT has a signature");
        let places = (0..signed).step_by(3).filter(|at| token.as_bytes()[*at] != b'.');
        places.filter_map(|at| others(&token, at).nth(at % 63).map(|changed| forged(format!("character {at}"), changed))).collect()
    });
}

#[test]
fn a_token_is_taken_whole_and_as_it_was_written() {
    all_refused(|_, mint| {
        let token = mint.good();
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("a JWT has three parts") };
        let other = mint.with_claims(&json!({"jti": "another"}));
        let spoiled = [
            ("no signature", format!("{header}.{claims}.")),
            ("two parts", format!("{header}.{claims}")),
            ("no header", format!(".{claims}.{signature}")),
            ("no claims", format!("{header}..{signature}")),
            ("the signature alone", signature.to_owned()),
            ("dots", "..".to_owned()),
            ("four parts", format!("{token}.x")),
            ("five parts, as if encrypted", format!("{token}.x.y")),
            ("a dot before", format!(".{token}")),
            ("a dot after", format!("{token}.")),
            ("twice", format!("{token}{token}")),
            ("two with a comma", format!("{token},{token}")),
            ("two with a space", format!("{token} {token}")),
            ("padded once", format!("{token}=")),
            ("padded twice", format!("{token}==")),
            ("padded header", format!("{header}=.{claims}.{signature}")),
            ("padded claims", format!("{header}.{claims}==.{signature}")),
            ("a space inside", format!("{header}. {claims}.{signature}")),
            ("a tab inside", format!("{header}.\t{claims}.{signature}")),
            ("another's signature", format!("{header}.{claims}.{}", other.rsplit('.').next().unwrap_or_default())),
            ("another's claims", format!("{header}.{}.{signature}", other.split('.').nth(1).unwrap_or_default())),
            ("the alphabet of plain base64", format!("{header}.{claims}.+/{}", &signature[2..])),
            ("in quotes", format!("\"{token}\"")),
            ("escaped", token.replace('.', "%2E")),
            ("upper case", token.to_uppercase()),
            ("backwards", token.chars().rev().collect()),
            ("JSON instead of base64", format!("{}.{}.{signature}", Mint::header(), mint.claims)),
            ("claims as header", format!("{claims}.{header}.{signature}")),
            ("encoded twice", format!("{}.{}.{signature}", encode(header), encode(claims))),
        ];
        let mut all: Vec<Attack> = spoiled.into_iter().map(|(name, token)| forged(name, token)).collect();
        all.extend((1..token.len()).step_by(7).map(|end| forged(format!("the first {end} characters"), token[..end].to_owned())));
        all
    });
}

#[test]
fn what_is_too_long_is_no_token() {
    all_refused(|_, mint| {
        let long = |size: usize| mint.with_claims(&json!({"jti": "j".repeat(size)}));
        // the right key, and still: nothing of ours is so long
        vec![forged("5 kB of a token", long(3_700)), forged("5 kB of a character", "a".repeat(5_000)), forged("5 kB of dots", ".".repeat(5_000))]
    });
}

#[test]
fn a_token_of_one_kind_is_none_of_another() {
    on_every_store(|app| {
        let tokens = app.anyone.post("/v1/auth/login", json!({"username": "admin", "password": crate::support::PASSWORD})).ok();
        let token = |name: &str| tokens[name].as_str().expect("a log-in gives tokens").to_owned();
        let (access, refresh) = (token("access_token"), token("refresh_token"));
        let made = app.admin().post("/v1/api-keys", json!({"name": "shop", "scopes": ["orders:read"]})).created();
        let key = made["key"].as_str().expect("a new key is shown").to_owned();
        for (name, shown) in [
            ("a refresh token", refresh.clone()),
            ("a refresh token as a key", format!("dk_{}", &refresh[3..])),
            ("a key without its beginning", key[3..].to_owned()),
            ("a key in upper case", key.to_uppercase()),
            ("a key cut", key[..key.len() - 1].to_owned()),
            ("a key padded", format!("{key}=")),
            ("a key with another last character", with_char(&key, key.len() - 1, b'!')),
            ("the beginning of a key", "dk_".to_owned()),
            ("an access token as a key", format!("dk_{access}")),
            ("a key's id", made["id"].as_str().expect("a key has an id").to_owned()),
        ] {
            let answer = app.anyone.with_bearer(&shown).get("/v1/orders");
            assert_eq!((answer.status, answer.code()), (401, "unauthenticated"), "{name}: {}", answer.text);
        }
        exchanges_nothing(
            app,
            &[("a key", &key), ("a refresh token cut", &refresh[..refresh.len() - 1]), ("a refresh token in upper case", &refresh.to_uppercase())],
        );
        // an access token is longer than a refresh token may be, which the document says
        app.anyone.post("/v1/auth/refresh", json!({"refresh_token": access})).refused(400, "validation_failed");
        app.anyone.with_bearer(&key).get("/v1/orders").ok();
        app.anyone.post("/v1/auth/refresh", json!({"refresh_token": refresh})).ok();
    });
}

fn exchanges_nothing(app: &TestApp, shown: &[(&str, &str)]) {
    for (name, token) in shown {
        let answer = app.anyone.post("/v1/auth/refresh", json!({"refresh_token": token}));
        assert_eq!((answer.status, answer.code()), (401, "unauthenticated"), "{name}: {}", answer.text);
    }
}
