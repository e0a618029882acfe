//! Every kind of caller, each with what the table of permissions says to them.

use super::people::amend;
use crate::support::{Answer, Client, TestApp, id};
use chrono::TimeDelta;
use docket::domain::actor::{Actor, ActorKind, Role};
use docket::domain::permission::{Denied, Operation, SCOPES, permit};
use serde_json::json;

/// What an answer is marked with in the golden file; `x` is every other one below 500.
pub const MARKS: &[(char, u16, &str)] = &[
    ('u', 401, "unauthenticated"),
    ('e', 401, "token_expired"),
    ('r', 401, "token_revoked"),
    ('.', 403, "forbidden"),
    ('s', 403, "insufficient_scope"),
];
pub const PERMITTED: char = 'x';

/// How somebody stands with the service.
enum Standing {
    /// Their token or key is good for nothing, which is told with this code.
    Ended(&'static str),
    /// The table is asked for this one.
    As(Actor),
}

/// Somebody who asks.
pub struct Caller {
    pub name: String,
    pub client: Client,
    standing: Standing,
}

impl Caller {
    fn ended(name: &str, client: &Client, code: &'static str) -> Self {
        Self { name: name.to_owned(), client: client.clone(), standing: Standing::Ended(code) }
    }

    fn person(name: &str, client: &Client, roles: &[Role]) -> Self {
        let actor = Actor { kind: ActorKind::User, roles: roles.to_vec(), ..Actor::anonymous() };
        Self { name: name.to_owned(), client: client.clone(), standing: Standing::As(actor) }
    }

    fn key(name: &str, client: &Client, scopes: &[&str]) -> Self {
        let actor = Actor { kind: ActorKind::Key, scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), ..Actor::anonymous() };
        Self { name: name.to_owned(), client: client.clone(), standing: Standing::As(actor) }
    }

    /// How the answer must be marked.
    pub fn expected(&self, operation: Operation) -> char {
        let code = match &self.standing {
            Standing::Ended(code) => code,
            Standing::As(actor) => match permit(actor, operation) {
                Ok(()) => return PERMITTED,
                Err(Denied::Unauthenticated) => "unauthenticated",
                Err(Denied::Forbidden | Denied::NoKey) => "forbidden",
                Err(Denied::InsufficientScope(_)) => "insufficient_scope",
            },
        };
        MARKS.iter().find(|(_, _, known)| *known == code).expect("every refusal has a mark").0
    }
}

/// How an answer is marked; `!` is what nobody may ever get.
pub fn mark(answer: &Answer) -> char {
    let known = MARKS.iter().find(|(_, status, code)| (*status, *code) == (answer.status, answer.code()));
    match known {
        Some((mark, ..)) => *mark,
        None if answer.status >= 500 || [401, 403].contains(&answer.status) => '!',
        None => PERMITTED,
    }
}

fn every_role() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.as_str()).collect()
}

/// Those whose time runs out; by that, everybody else's token would end as well.
fn ended_by_time(app: &TestApp) -> Vec<Caller> {
    let person = app.person("late", &every_role(), "operations");
    let ends = app.app.clock.now().plus(TimeDelta::minutes(5)).text();
    let made = app.admin().post("/v1/api-keys", json!({"name": "late", "scopes": SCOPES, "expires_at": ends})).created();
    let key = app.anyone.with_bearer(made["key"].as_str().expect("a new key is shown"));
    for (client, path) in [(&*person, "/v1/users"), (&key, "/v1/orders")] {
        client.get(path).ok();
    }
    app.advance(TimeDelta::minutes(11));
    vec![
        Caller::ended("a person of every role, token expired", &person, "token_expired"),
        Caller::ended("a key of every scope, expired", &key, "token_expired"),
    ]
}

/// Those who could do everything a moment ago.
fn ended_by_others(app: &TestApp) -> Vec<Caller> {
    let [left, disabled, lowered] = ["left", "disabled", "lowered"].map(|name| app.person(name, &every_role(), "operations"));
    for person in [&left, &disabled, &lowered] {
        person.get("/v1/users").ok();
    }
    left.post("/v1/auth/logout", json!({})).is(204);
    amend(app, &disabled, json!({"active": false}));
    amend(app, &lowered, json!({"roles": ["viewer"]}));
    let admin = app.admin();
    let made = admin.post("/v1/api-keys", json!({"name": "revoked", "scopes": SCOPES})).is(201);
    let revoked = app.anyone.with_bearer(made.body["key"].as_str().expect("a new key is shown"));
    revoked.get("/v1/orders").ok();
    admin.send("DELETE", &format!("/v1/api-keys/{}", id(&made.body)), &[("if-match", &made.etag())], None).is(204);
    vec![
        Caller::ended("a person of every role, logged out", &left, "token_revoked"),
        Caller::ended("a person of every role, disabled", &disabled, "token_revoked"),
        Caller::person("a person of every role, now a viewer", &lowered, &[Role::Viewer]),
        Caller::ended("a key of every scope, revoked", &revoked, "token_revoked"),
        Caller::ended("a key that nobody has", &app.anyone.with_bearer("dk_not-a-key-that-anyone-has"), "unauthenticated"),
    ]
}

/// Everybody.
pub fn callers(app: &TestApp) -> Vec<Caller> {
    let late = ended_by_time(app);
    let mut all = vec![Caller::ended("anonymous", &app.anyone, "unauthenticated")];
    all.extend(Role::ALL.iter().map(|role| {
        let person = app.person(&format!("only.{role}"), &[role.as_str()], "operations");
        Caller::person(role.as_str(), &person, &[*role])
    }));
    all.extend(SCOPES.iter().map(|scope| Caller::key(&format!("key {scope}"), &app.machine(scope, &[scope]), &[scope])));
    all.push(Caller::key("key with every scope", &app.machine("every scope", SCOPES), SCOPES));
    all.extend(ended_by_others(app));
    all.extend(late);
    all
}

#[test]
fn no_key_is_an_administrator_nor_does_what_has_no_scope() {
    // BEHAVIOUR 5; through HTTP it is a column of the matrix
    let key = Actor { kind: ActorKind::Key, scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(), ..Actor::anonymous() };
    for operation in Operation::ALL {
        let grant = operation.grant();
        assert!(grant.roles != [Role::Admin] || grant.scope.is_none(), "{} is an administrator's and has a scope", grant.id);
        assert_eq!(permit(&key, *operation).is_ok(), grant.scope.is_some(), "{}", grant.id);
    }
}
