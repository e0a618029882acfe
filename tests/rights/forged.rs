//! Access tokens whose header or claims were never ours. All but those of the first test are signed
//! with the right key, as a service that shares it by mistake could: the signature is not enough.

use super::mint::{Attack, Mint, SECRET, all_refused, encode, forged, hs256, hs384, hs512, key_of};
use docket::domain::id::{Id, Kind};
use serde_json::{Value, json};

/// A key that everybody knows.
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

/// The right claims under another algorithm and this signature.
fn under(mint: &Mint, alg: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let header = json!({"typ": "at+jwt", "alg": alg});
    let message = format!("{}.{}", encode(header.to_string()), encode(mint.claims.to_string()));
    format!("{message}.{}", encode(sign(message.as_bytes())))
}

#[test]
fn no_algorithm_but_ours_is_taken() {
    all_refused(|_, mint| {
        let mut all = Vec::new();
        for alg in ["none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "HS257"] {
            let alg = json!(alg);
            let whole = under(mint, &alg, |_| Vec::new());
            all.push(forged(format!("alg {alg}, no signature"), whole.clone()));
            all.push(forged(format!("alg {alg}, two parts"), whole.trim_end_matches('.').to_owned()));
            all.push(forged(format!("alg {alg}, our HS256"), under(mint, &alg, |message| hs256(&mint.key, message))));
            all.push(forged(format!("alg {alg}, HMAC of a public key"), under(mint, &alg, |message| hs256(PUBLIC_KEY.as_bytes(), message))));
        }
        for alg in [json!(null), json!(256), json!(["HS256"]), json!({"HS256": true}), json!(true)] {
            all.push(forged(format!("alg {alg}"), under(mint, &alg, |message| hs256(&mint.key, message))));
        }
        all
    });
}

#[test]
fn no_key_but_ours_is_taken() {
    all_refused(|_, mint| {
        let keys = [
            ("nothing", Vec::new()),
            ("a public key", PUBLIC_KEY.into()),
            ("the bare secret", SECRET.into()),
            ("the key of cursors", hs256(SECRET.as_bytes(), b"docket/cursor")),
            ("another secret", key_of("another secret that is long enough too")),
            ("the key with a byte more", [mint.key.as_slice(), &[1]].concat()),
        ];
        let mut all: Vec<Attack> =
            keys.iter().map(|(name, key)| forged(*name, under(mint, &json!("HS256"), |message| hs256(key, message)))).collect();
        all.push(forged("HS384 with the right key", under(mint, &json!("HS384"), |message| hs384(&mint.key, message))));
        all.push(forged("HS512 with the right key", under(mint, &json!("HS512"), |message| hs512(&mint.key, message))));
        all.push(forged("HS256 said, HS512 done", under(mint, &json!("HS256"), |message| hs512(&mint.key, message))));
        all.push(forged("half a signature", under(mint, &json!("HS256"), |message| hs256(&mint.key, message)[..16].to_vec())));
        all.push(forged("a signature and more", under(mint, &json!("HS256"), |message| [hs256(&mint.key, message), vec![0]].concat())));
        all
    });
}

#[test]
fn no_header_but_ours_is_taken() {
    let jwk = json!({"kty": "oct", "k": encode("a key of the attacker's own"), "alg": "HS256"});
    all_refused(move |_, mint| {
        let changes = [
            json!({"typ": null}),
            json!({"typ": "JWT"}),
            json!({"typ": "at+JWT"}),
            json!({"typ": "refresh+jwt"}),
            json!({"typ": ["at+jwt"]}),
            json!({"typ": ""}),
            json!({"kid": "1"}),
            json!({"kid": "../../../../dev/null"}),
            json!({"kid": "x' UNION SELECT 'k"}),
            json!({"jku": "https://attacker.example/keys"}),
            json!({"x5u": "https://attacker.example/keys"}),
            json!({"jwk": jwk.clone()}),
            json!({"x5c": ["MIIB"]}),
            json!({"x5t": "x"}),
            json!({"cty": "JWT"}),
            json!({"crit": ["exp"], "exp": 1}),
            json!({"crit": ["b64"], "b64": false}),
            json!({"crit": []}),
            json!({"b64": false}),
            json!({"zip": "DEF"}),
            json!({"enc": "A128GCM"}),
            json!({"colour": "red"}),
        ];
        let mut all: Vec<Attack> = changes.iter().map(|change| forged(format!("header {change}"), mint.with_header(change))).collect();
        for header in [
            r#"{"alg":"none","alg":"HS256","typ":"at+jwt"}"#,
            r#"{"alg":"HS256","alg":"none","typ":"at+jwt"}"#,
            r#"{"alg":"HS256","typ":"JWT","typ":"at+jwt"}"#,
            r#"{"alg":"HS256","typ":"at+jwt"} {}"#,
            r#"["HS256","at+jwt"]"#,
            "null",
            "",
        ] {
            all.push(forged(format!("header {header}"), mint.sign(header, mint.claims.to_string())));
        }
        all
    });
}

#[test]
fn every_claim_is_needed_and_of_its_kind() {
    all_refused(|_, mint| {
        let mut all = Vec::new();
        for (claim, value) in mint.claims.as_object().expect("claims are an object") {
            all.push(forged(format!("no {claim}"), mint.with_claims(&json!({claim: null}))));
            let texts: &[&str] = if value.is_string() {
                &["null", "17", "true", "[\"x\"]", "{}", "1e400", "\"\""]
            } else {
                &["null", "\"17\"", "true", "[17]", "{}", "1e400", "1.5", "1e3", "9223372036854775808"]
            };
            all.extend(texts.iter().map(|text| forged(format!("{claim} {text}"), mint.with_raw_claim(claim, text))));
        }
        assert!(all.len() > 60);
        all
    });
}

#[test]
fn times_are_held_to_our_clock_and_to_how_long_a_token_lasts() {
    all_refused(|_, mint| {
        let (past, future) = (|claim| mint.later(claim, -30), |claim| mint.later(claim, 60));
        let refused = [
            json!({"nbf": future("nbf")}),
            json!({"iat": future("iat")}),
            json!({"nbf": future("nbf"), "iat": future("iat"), "exp": future("exp")}),
            json!({"nbf": i64::MAX}),
            json!({"iat": i64::MAX, "exp": i64::MAX}),
            json!({"iat": i64::MIN}),
            json!({"exp": -1}),
            json!({"exp": i64::MIN}),
            json!({"exp": i64::MAX}),
            json!({"exp": u64::MAX}),
            json!({"exp": mint.later("exp", 1)}),
            json!({"exp": mint.later("exp", 86_400)}),
        ];
        let mut all: Vec<Attack> = refused.iter().map(|change| forged(format!("claims {change}"), mint.with_claims(change))).collect();
        for exp in [0, 1, past("iat")] {
            let token = mint.with_claims(&json!({"exp": exp}));
            all.push(Attack { name: format!("exp {exp}"), token, code: "token_expired" });
        }
        let long_ago = json!({"iat": i64::MIN, "nbf": i64::MIN, "exp": past("iat")});
        all.push(forged(format!("claims {long_ago}"), mint.with_claims(&long_ago)));
        all
    });
}

#[test]
fn a_token_says_nothing_twice_nothing_else_and_is_for_us() {
    all_refused(|_, mint| {
        let changes = [
            json!({"iss": "docket "}),
            json!({"iss": "https://docket.example"}),
            json!({"iss": ["docket"]}),
            json!({"aud": "docket"}),
            json!({"aud": ["docket-api"]}),
            json!({"aud": ["another", "docket-api"]}),
            json!({"roles": ["admin"]}),
            json!({"scope": "orders:write"}),
            json!({"admin": true}),
            json!({"act": {"sub": "usr_0"}}),
        ];
        let mut all: Vec<Attack> = changes.iter().map(|change| forged(format!("claims {change}"), mint.with_claims(change))).collect();
        let (header, claims) = (Mint::header().to_string(), mint.claims.to_string());
        for (claim, value) in mint.claims.as_object().expect("claims are an object") {
            all.push(forged(format!("{claim} twice"), mint.sign(&header, format!("{{\"{claim}\":{value},{}", &claims[1..]))));
        }
        let bom = [&[0xef, 0xbb, 0xbf], claims.as_bytes()].concat();
        let latin = [claims.trim_end_matches('}').as_bytes(), b",\"\xe9\":1}"].concat();
        for (name, payload) in
            [("a BOM", bom), ("not UTF-8", latin), ("more after it", format!("{claims} {{}}").into()), ("a list", format!("[{claims}]").into())]
        {
            all.push(forged(name, mint.sign(&header, payload)));
        }
        all.push(forged("nested two thousand deep", mint.sign(&header, "[".repeat(2_000))));
        all
    });
}

#[test]
fn a_log_in_belongs_to_the_one_who_logged_in() {
    all_refused(|app, mint| {
        let other = Mint::of(app, &app.company().viewer().username, SECRET).claims;
        let nobody = Id::from_parts(1, [1; 10]);
        let revoked = [
            json!({"sub": other["sub"]}),
            json!({"sid": other["sid"]}),
            json!({"sub": nobody.text(Kind::User)}),
            json!({"sid": nobody.text(Kind::Session)}),
        ];
        let code = "token_revoked";
        let mut all: Vec<Attack> =
            revoked.iter().map(|change| Attack { name: format!("claims {change}"), token: mint.with_claims(change), code }).collect();
        let (sub, sid) = (mint.claims["sub"].as_str().expect("an id"), mint.claims["sid"].as_str().expect("an id"));
        for change in [
            json!({"sub": sid, "sid": sub}),
            json!({"sub": sub.to_uppercase()}),
            json!({"sub": sub.replace("usr_", "")}),
            json!({"sub": sub.replace("usr_", "key_")}),
            json!({"sub": "admin"}),
            json!({"sub": format!("{sub} ")}),
            json!({"sid": "' OR 1=1 --"}),
        ] {
            all.push(forged(format!("claims {change}"), mint.with_claims(&change)));
        }
        all
    });
}
