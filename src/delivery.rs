//! The yard: what leaves by itself. Messages are claimed under a lease, sent outside any
//! transaction, and how it went is recorded, so that none is lost; one goes out twice only if the
//! process dies between the other side's yes and our note of it (BEHAVIOUR 6). How each way writes
//! and sends is in `mail` and `sms`.

mod mail;
mod sms;

use crate::app::App;
use crate::config::Config;
use crate::db::Tx;
use crate::domain::actor::Actor;
use crate::domain::id::{Id, Kind};
use crate::domain::link::{LinkKeys, Standing};
use crate::domain::message::{LINK, MessageChannel};
use crate::domain::time::UtcTime;
use crate::error::{self, Code, Problem};
use crate::repositories::links::Link;
use crate::repositories::messages::{self, MessageRow};
use crate::repositories::shipments::{self, Shipment};
use crate::services::confirmations;
use chrono::TimeDelta;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// How long to wait where nobody says that there is something to send.
const POLL: Duration = Duration::from_secs(5);
/// How many messages are claimed, and sent side by side.
const AT_ONCE: i64 = 8;
/// How long a claim lasts; longer than sending and recording may take.
const LEASE_SECONDS: i64 = 120;
/// How long the other side may take to take a message in.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// How long after each failed attempt the next one follows; after the last there is none.
const BACK_OFF_SECONDS: [i64; 5] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600];
/// How often, a second apart, an outcome is tried to be recorded.
const RECORD_TRIES: u32 = 30;
/// How long what is being sent may take once the process has been told to stop.
const GRACE: Duration = Duration::from_secs(3);
/// How old a message may be that was held and can be sent now; older ones would only confuse.
const HELD_DAYS: i64 = 7;
/// How much is kept of what the other side says, in characters.
const ERROR_CHARACTERS: usize = 300;

type Done<T> = Result<T, Box<Problem>>;

/// Why nothing can be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    #[error("DOCKET_SMTP_URL: {0}")]
    Url(lettre::transport::smtp::Error),
    #[error("DOCKET_MAIL_FROM: {0}")]
    From(lettre::address::AddressError),
}

/// What messages leave with; those of a way for which nothing is configured are held.
#[derive(Debug, Clone)]
pub struct Sender {
    mail: Option<mail::Smtp>,
    sms: Option<sms::Gateway>,
}

/// Why a message has not gone out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failure {
    why: String,
    /// Trying again would not help.
    for_good: bool,
}

impl Failure {
    fn new(why: &str, for_good: bool) -> Self {
        let line: String = why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(ERROR_CHARACTERS).collect();
        Self { why: line, for_good }
    }
}

/// What has become of a message that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Sent,
    /// There is nothing to send it with.
    Held,
    Failed(Failure),
}

impl From<Result<(), Failure>> for Outcome {
    fn from(result: Result<(), Failure>) -> Self {
        result.map_or_else(Self::Failed, |()| Self::Sent)
    }
}

/// What of a link has to stay secret.
fn token_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

/// When to try again after a number of attempts; never after the last.
fn again_at(attempts: i32, now: UtcTime) -> Option<UtcTime> {
    let step = usize::try_from(attempts).ok()?.checked_sub(1)?;
    BACK_OFF_SECONDS.get(step).map(|seconds| now.plus(TimeDelta::seconds(*seconds)))
}

impl Sender {
    /// As the configuration says.
    ///
    /// # Errors
    /// Where a server's URL or our own address cannot be understood.
    pub fn new(config: &Config) -> Result<Self, SenderError> {
        Ok(Self { mail: mail::Smtp::new(config)?, sms: sms::Gateway::new(config) })
    }

    fn ways(&self) -> impl Iterator<Item = MessageChannel> {
        let known = [(MessageChannel::Email, self.mail.is_some()), (MessageChannel::Sms, self.sms.is_some())];
        known.into_iter().filter(|(_, is)| *is).map(|(channel, _)| channel)
    }

    /// Sends a message; what the other side says is kept without the link, which it may repeat.
    async fn send(&self, claimed: &Claimed) -> Outcome {
        match (self.try_send(claimed).await, &claimed.url) {
            (Outcome::Failed(failure), Some(url)) => Outcome::Failed(Failure { why: failure.why.replace(token_of(url), "{link}"), ..failure }),
            (outcome, _) => outcome,
        }
    }

    async fn try_send(&self, claimed: &Claimed) -> Outcome {
        let message = match &claimed.ready {
            Ok(message) => message,
            Err(failure) => return Outcome::Failed(failure.clone()),
        };
        match (message.channel, &self.mail, &self.sms) {
            (MessageChannel::Email, Some(smtp), _) => smtp.send(message, claimed.url.as_deref()).await.into(),
            (MessageChannel::Sms, _, Some(gateway)) => gateway.send(message, claimed.url.as_deref()).await.into(),
            (MessageChannel::Email, None, _) | (MessageChannel::Sms, _, None) => Outcome::Held,
        }
    }
}

/// Sends what is to be sent until told to stop.
pub async fn run(app: Arc<App>, sender: Sender, mut stopped: watch::Receiver<bool>) {
    for channel in sender.ways() {
        if let Err(problem) = release_held(&app, channel).await {
            log::warn!("held messages stay held: {}", problem.code.as_str());
        }
    }
    loop {
        tokio::select! {
            () = drain(&app, &sender, &stopped) => {}
            () = stopped_and_waited(stopped.clone()) => return,
        }
        tokio::select! {
            () = app.outbox.notified() => {}
            () = sleep(POLL) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn stopped_and_waited(mut stopped: watch::Receiver<bool>) {
    // an error says that nobody can tell us any more, which is the same
    let _ = stopped.wait_for(|stop| *stop).await;
    sleep(GRACE).await;
}

async fn drain(app: &App, sender: &Sender, stopped: &watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match deliver_once(app, sender).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(problem) => return log::warn!("messages are put off: {}", problem.code.as_str()),
        }
    }
}

/// Lets go what was held for want of a way to send it, now that there is one.
async fn release_held(app: &App, channel: MessageChannel) -> Done<usize> {
    write(app, move |tx| messages::release_held(tx.conn, channel, tx.now.plus(TimeDelta::days(-HELD_DAYS)), tx.now)).await
}

async fn write<T: Send + 'static>(app: &App, act: impl Fn(&mut Tx) -> error::Result<T> + Send + 'static) -> Done<T> {
    app.write_as(Actor::system("delivery"), act).await
}

/// A message that is ours to send for now.
struct Claimed {
    id: Id,
    fence: i64,
    attempts: i32,
    ready: Result<MessageRow, Failure>,
    /// Where its link leads.
    url: Option<String>,
}

/// What links lead to, as it stands now.
struct Targets {
    links: Vec<(Link, Standing)>,
    shipments: Vec<Shipment>,
}

impl Targets {
    fn of(tx: &mut Tx, messages: &[MessageRow]) -> error::Result<Self> {
        let ids = |of: fn(&MessageRow) -> Option<Id>| messages.iter().filter_map(of).collect::<Vec<_>>();
        let (links, shipped) = (ids(|message| message.link_id), ids(|message| message.shipment_id));
        Ok(Self {
            links: if links.is_empty() { Vec::new() } else { confirmations::stand(tx, &links)? },
            shipments: if shipped.is_empty() { Vec::new() } else { shipments::find_many(tx.conn, &shipped)? },
        })
    }

    /// Where the link of a message leads, if it has one.
    fn path(&self, keys: &LinkKeys, message: &MessageRow) -> Result<Option<String>, &'static str> {
        let token = |id: Id, hash: &[u8]| keys.token_of(id, hash).ok_or("its link was made with a secret that is not configured any more");
        let asks = message.link_id.and_then(|id| self.links.iter().find(|(link, _)| link.id == id));
        let shows = message.shipment_id.and_then(|id| self.shipments.iter().find(|shipment| shipment.id == id));
        match (asks, shows) {
            (Some((_, stands)), _) if *stands != Standing::Open => Err("not sent: what it asks has been answered, has changed or has expired"),
            (Some((link, _)), _) => Ok(Some(format!("/c/{}", token(link.id, &link.token_hash)?))),
            // it may have left again since: that is told by a message of its own
            (None, Some(shipment)) if shipment.dispatched_at.is_none_or(|left| message.created_at < left) => {
                Err("not sent: the dispatch has been taken back")
            }
            (None, Some(Shipment { id, trace_hash: Some(hash), .. })) if message.body.contains(LINK) => Ok(Some(format!("/t/{}", token(*id, hash)?))),
            _ if message.body.contains(LINK) => Err("the link that it was made for is not there"),
            _ => Ok(None),
        }
    }
}

/// What is ready to go, with its link filled in from the key: no table holds one (BEHAVIOUR 8).
fn make_ready(tx: &Tx, message: MessageRow, targets: &Targets, base_url: &str) -> Claimed {
    let (id, fence, attempts) = (message.id, message.fence, message.attempts);
    match targets.path(&tx.company.links, &message) {
        Ok(path) => Claimed { id, fence, attempts, ready: Ok(message), url: path.map(|path| format!("{base_url}{path}")) },
        Err(why) => Claimed { id, fence, attempts, ready: Err(Failure::new(why, true)), url: None },
    }
}

/// One step: claims some messages and sends them, or holds them all where there is nothing to send
/// any with. Gives how many; a caller who wants the outbox empty asks until there are none.
///
/// # Errors
/// Those of the database; what the other side says is recorded with its message.
pub async fn deliver_once(app: &App, sender: &Sender) -> Done<usize> {
    if sender.ways().next().is_none() {
        return write(app, |tx| messages::hold_queued(tx.conn, tx.now)).await;
    }
    let base_url = app.config.base_url();
    let claim = move |tx: &mut Tx| {
        let claimed = messages::claim(tx.conn, tx.now, tx.now.plus(TimeDelta::seconds(LEASE_SECONDS)), AT_ONCE)?;
        let targets = Targets::of(tx, &claimed)?;
        Ok(claimed.into_iter().map(|message| make_ready(tx, message, &targets, &base_url)).collect::<Vec<_>>())
    };
    let claimed = write(app, claim).await?;
    let outcomes = join_all(claimed.iter().map(|message| deliver(app, sender, message))).await;
    outcomes.into_iter().collect::<Done<Vec<()>>>()?;
    Ok(claimed.len())
}

async fn deliver(app: &App, sender: &Sender, claimed: &Claimed) -> Done<()> {
    let outcome = sender.send(claimed).await;
    let id = claimed.id.text(Kind::Message);
    if let Outcome::Failed(failure) = &outcome {
        let next = if failure.for_good { "refused for good" } else { "may be tried again" };
        log::warn!("{id} has not gone out at attempt {}: {next}", claimed.attempts);
    }
    if !record(app, claimed, outcome).await? {
        log::warn!("{id} was claimed again before its outcome was recorded");
    }
    Ok(())
}

/// Notes how it went, patiently: a message whose yes is forgotten goes out again. False where the
/// message was claimed again in the meantime.
async fn record(app: &App, claimed: &Claimed, outcome: Outcome) -> Done<bool> {
    for _ in 0..RECORD_TRIES {
        match try_record(app, (claimed.id, claimed.fence, claimed.attempts), outcome.clone()).await {
            Err(problem) if problem.retryable() => sleep(Duration::from_secs(1)).await,
            done => return done,
        }
    }
    Err(Box::new(Problem::new(Code::Unavailable)))
}

async fn try_record(app: &App, (id, fence, attempts): (Id, i64, i32), outcome: Outcome) -> Done<bool> {
    let note = move |tx: &mut Tx| match &outcome {
        Outcome::Sent => messages::record_sent(tx.conn, id, fence, tx.now),
        Outcome::Held => messages::record_held(tx.conn, id, fence),
        Outcome::Failed(failure) => {
            let again = if failure.for_good { None } else { again_at(attempts, tx.now) };
            messages::record_failure(tx.conn, id, fence, &failure.why, again)
        }
    };
    write(app, note).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_rarer_and_end() {
        let now = UtcTime::parse("2026-03-02T08:00:00Z").unwrap();
        assert_eq!(again_at(1, now), Some(UtcTime::parse("2026-03-02T08:00:05Z").unwrap()));
        assert_eq!(again_at(5, now), Some(UtcTime::parse("2026-03-02T13:00:00Z").unwrap()));
        assert_eq!((again_at(6, now), again_at(0, now)), (None, None));
    }

    #[test]
    fn what_went_wrong_is_kept_short_and_on_one_line() {
        let failure = Failure::new(&"错\n".repeat(400), false);
        assert_eq!((failure.why.chars().count(), failure.why.contains('\n')), (300, false));
    }

    #[test]
    fn a_configuration_that_cannot_send_is_told_by_its_name() {
        let told = |url: &str, from: &str| {
            let variables = [("DOCKET_SMTP_URL", url), ("DOCKET_MAIL_FROM", from)].map(|(name, value)| (name.to_owned(), value.to_owned()));
            Sender::new(&Config::from_variables(variables).unwrap()).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert!(told("smtp://mail.example?tls=perhaps", "a@b.example").starts_with("DOCKET_SMTP_URL: "));
        assert!(told("smtp://mail.example", "nobody").starts_with("DOCKET_MAIL_FROM: "));
        assert_eq!(told("smtp://mail.example:25", "Docket <docket@localhost>"), "");
    }
}
