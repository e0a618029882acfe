//! Log-in, refresh and log-out. Failures slow down per account and never end a live log-in; a
//! refresh token that is used twice ends its whole family (BEHAVIOUR 5). Nobody learns from an
//! answer which users exist: a name that nobody has fails and slows down like any other.

use crate::db::{Conn, Tx};
use crate::domain::actor::Actor;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::time::UtcTime;
use crate::error::{Code, Error, Problem, Result};
use crate::repositories::{identity, users};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// From this failure on the next try has to wait.
const PATIENCE: i32 = 5;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 900;

/// Who wants to log in. Not `Debug`: it holds a password.
#[derive(Clone, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "orders1", "password": "correct horse battery"}))]
pub struct LoginInput {
    /// In upper or lower case.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub username: String,
    /// The person's password.
    #[validate(length(min = 1, max = 1024))]
    #[schema(min_length = 1, max_length = 1024, format = "password")]
    pub password: String,
}

/// A refresh token, to be exchanged. Not `Debug`: it holds a secret.
#[derive(Clone, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "dr_q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c"}))]
pub struct RefreshInput {
    /// From the last log-in or exchange; good once.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub refresh_token: String,
}

/// A user as found before the password was checked.
pub struct Candidate {
    pub user: Id,
    pub password_hash: String,
}

/// A try to log in, with what checking the password said. Not `Debug`: it holds hashes.
pub struct Attempt {
    /// In lower case.
    pub username: String,
    /// The user whose password was the right one; none where it was wrong or nobody's.
    pub proven: Option<Candidate>,
    /// The hash of the refresh token to be given.
    pub refresh_hash: Vec<u8>,
    /// How long the log-in lasts at most.
    pub lifetime: TimeDelta,
}

/// A log-in that tokens may be issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    pub user: Id,
    pub session: Id,
    pub at: UtcTime,
}

/// Refuses a try while its name is blocked.
fn check_block(blocked_until: Option<UtcTime>, now: UtcTime) -> Result<()> {
    let Some(until) = blocked_until.filter(|until| *until > now) else { return Ok(()) };
    let seconds = u64::try_from(until.micros() - now.micros()).unwrap_or_default().div_ceil(1_000_000);
    Err(Problem::new(Code::RateLimited).retry_after(seconds).into())
}

/// How long to wait after so many failures in a row, in seconds.
fn wait(failures: i32) -> Option<i64> {
    (failures >= PATIENCE).then(|| (1_i64 << (failures - PATIENCE).min(10)).min(LONGEST_WAIT))
}

/// Finds who might be logging in, by the name in lower case.
///
/// # Errors
/// `rate_limited` after too many failures under the name, whether or not anyone has it.
pub fn candidate(conn: &mut Conn, username: &str, now: UtcTime) -> Result<Option<Candidate>> {
    check_block(identity::find_failures(conn, username)?.and_then(|row| row.blocked_until), now)?;
    let user = users::find_by_username(conn, username)?;
    Ok(user.map(|user| Candidate { user: user.id, password_hash: user.password_hash }))
}

/// Opens a log-in, or counts the failure.
///
/// # Errors
/// `invalid_credentials` (the count stays), or `rate_limited` where other tries have used up the
/// patience in the meantime; then even the right password is not told from a wrong one.
pub fn log_in(tx: &mut Tx, attempt: &Attempt) -> Result<Opened> {
    let tries = identity::count_try(tx.conn, &attempt.username, tx.now)?;
    check_block(tries.blocked_until, tx.now)?;
    let Some(user) = still_proven(tx.conn, attempt)? else {
        if let Some(seconds) = wait(tries.failures) {
            let until = tx.now.plus(TimeDelta::seconds(seconds));
            identity::set_failures(tx.conn, &attempt.username, tries.failures, tx.now, Some(until))?;
        }
        return Err(Error::refused(Problem::new(Code::InvalidCredentials)));
    };
    identity::delete_failures(tx.conn, &attempt.username)?;
    let session = tx.new_id();
    identity::insert_session(tx.conn, session, user, tx.now, tx.now.plus(attempt.lifetime))?;
    identity::insert_refresh_token(tx.conn, &attempt.refresh_hash, session, tx.now)?;
    tx.actor = identity::of_person(tx.conn, user, session, tx.now)?;
    tx.record(Event::new(EventName::UserLoggedIn, Kind::User, user).note("session_id", session.text(Kind::Session)))?;
    Ok(Opened { user, session, at: tx.now })
}

/// The user who showed the right password, unless they were disabled or given another meanwhile.
fn still_proven(conn: &mut Conn, attempt: &Attempt) -> Result<Option<Id>> {
    let Some(proven) = &attempt.proven else { return Ok(None) };
    let user = users::find(conn, proven.user)?;
    Ok(user.filter(|user| user.active && user.password_hash == proven.password_hash).map(|user| user.id))
}

/// Exchanges a refresh token for a new one of the same log-in.
///
/// # Errors
/// `unauthenticated` for a token that we did not give, `token_expired`, and `token_revoked` where
/// the log-in has ended, the user is disabled, or the token was used before; the last ends the
/// log-in for good.
pub fn refresh(tx: &mut Tx, token_hash: &[u8], new_hash: &[u8]) -> Result<Opened> {
    let Some(token) = identity::find_refresh_token(tx.conn, token_hash)? else {
        let (en, zh) = ("The refresh token is not valid; log in again.", "刷新令牌无效，请重新登录。");
        return Err(Problem::new(Code::Unauthenticated).detail(en, zh).into());
    };
    if token.session_revoked_at.is_some() || !token.active {
        return Err(Code::TokenRevoked.into());
    }
    if token.session_expires_at <= tx.now {
        return Err(Code::TokenExpired.into());
    }
    if !identity::use_refresh_token(tx.conn, token_hash, tx.now)? {
        if identity::revoke_session(tx.conn, token.session, tx.now)? {
            tx.actor = Actor::system("refresh_token_reused");
            let event = Event::new(EventName::SessionRevoked, Kind::Session, token.session);
            tx.record(event.note("user_id", token.user.text(Kind::User)))?;
        }
        return Err(Error::refused(Problem::new(Code::TokenRevoked)));
    }
    identity::insert_refresh_token(tx.conn, new_hash, token.session, tx.now)?;
    Ok(Opened { user: token.user, session: token.session, at: tx.now })
}

/// Ends the caller's log-in.
///
/// # Errors
/// `forbidden` for a caller who never logged in.
pub fn log_out(tx: &mut Tx) -> Result<()> {
    let (Some(user), Some(session)) = (tx.actor.user_id(), tx.actor.session) else { return Err(Code::Forbidden.into()) };
    identity::revoke_session(tx.conn, session, tx.now)?;
    tx.record(Event::new(EventName::UserLoggedOut, Kind::User, user).note("session_id", session.text(Kind::Session)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_slow_down_from_the_fifth_on_and_for_a_quarter_of_an_hour_at_most() {
        // BEHAVIOUR 5
        let waits: Vec<Option<i64>> = [1, 4, 5, 6, 14, 15, 1_000_000].into_iter().map(wait).collect();
        assert_eq!(waits, [None, None, Some(1), Some(2), Some(512), Some(900), Some(900)]);
    }

    #[test]
    fn a_block_says_how_long_it_lasts_and_ends() {
        let now = UtcTime::from_micros(1_000_000_000_000).unwrap();
        let refused = check_block(Some(now.plus(TimeDelta::milliseconds(1500))), now);
        assert!(matches!(refused, Err(Error::Problem(problem)) if problem.retry_after_seconds == Some(2)));
        assert!(check_block(Some(now), now).is_ok());
        assert!(check_block(None, now).is_ok());
    }
}
