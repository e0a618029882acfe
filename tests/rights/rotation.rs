//! The secret is changed: what was signed with the one before is good while it is named, and not a
//! moment longer (BEHAVIOUR 5, DECISIONS 34).

use super::mint::{Mint, SECRET, ask, encode, hs256};
use crate::support::on_every_store_with;
use serde_json::json;

const BEFORE: &str = "the secret before this one, which is long enough too";

/// A given token's text, signed again with the mint's key.
fn resigned(mint: &Mint) -> String {
    let (message, _) = mint.given.rsplit_once('.').expect("a JWT has a signature");
    format!("{message}.{}", encode(hs256(&mint.key, message.as_bytes())))
}

#[test]
fn tokens_of_the_previous_secret_are_good_while_it_is_named() {
    on_every_store_with(&[("DOCKET_JWT_SECRET", SECRET), ("DOCKET_JWT_SECRET_PREVIOUS", BEFORE)], |app| {
        let (new, old) = (Mint::of(app, "admin", SECRET), Mint::of(app, "admin", BEFORE));
        for mint in [&new, &old] {
            ask(app, &mint.good()).is(200);
            ask(app, &mint.with_claims(&json!({"exp": mint.later("exp", -700)}))).refused(401, "token_expired");
            ask(app, &mint.with_header(&json!({"alg": "none"}))).refused(401, "unauthenticated");
        }
        assert_eq!(resigned(&new), new.given, "what is given now is signed with the new one");
        ask(app, &Mint::of(app, "admin", "a third secret, long enough as well").good()).refused(401, "unauthenticated");
    });
}

#[test]
fn tokens_of_the_previous_secret_are_no_good_once_it_is_gone() {
    on_every_store_with(&[("DOCKET_JWT_SECRET", SECRET)], |app| {
        ask(app, &Mint::of(app, "admin", SECRET).good()).is(200);
        ask(app, &Mint::of(app, "admin", BEFORE).good()).refused(401, "unauthenticated");
    });
}

#[test]
fn a_log_in_outlives_the_change_of_the_secret_by_its_refresh_token() {
    on_every_store_with(&[("DOCKET_JWT_SECRET", SECRET)], |app| {
        // refresh tokens are random and kept as hashes, so no secret is in them
        let mint = Mint::of(app, "admin", BEFORE);
        ask(app, &mint.good()).refused(401, "unauthenticated");
        let tokens = app.anyone.post("/v1/auth/refresh", json!({"refresh_token": mint.refresh_token})).ok();
        ask(app, tokens["access_token"].as_str().expect("an access token")).is(200);
    });
}
