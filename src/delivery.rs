//! The yard: what leaves by itself. Messages are claimed under a lease, sent outside any
//! transaction, and how it went is recorded, so that none is lost; one goes out twice only if the
//! process dies between the other side's yes and our note of it (BEHAVIOUR 6). The only place that
//! knows how to write mail.

use crate::app::App;
use crate::config::Config;
use crate::db::Tx;
use crate::domain::actor::Actor;
use crate::domain::id::{Id, Kind};
use crate::domain::time::UtcTime;
use crate::error::{self, Code, Problem};
use crate::repositories::messages::{self, MessageRow};
use chrono::TimeDelta;
use futures_util::future::join_all;
use lettre::address::AddressError;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp;
use lettre::transport::smtp::response::{Category, Code as Reply, Severity};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// How long to wait where nobody says that there is something to send.
const POLL: Duration = Duration::from_secs(5);
/// How many messages are claimed, and sent side by side.
const AT_ONCE: i64 = 8;
/// How long a claim lasts; longer than [`SEND_TIMEOUT`] and what recording may take.
const LEASE_SECONDS: i64 = 120;
/// How long a mail server may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long it may take to take a message in.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// How long after each failed attempt the next one follows; after the last there is none.
const BACK_OFF_SECONDS: [i64; 5] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600];
/// How often, a second apart, an outcome is tried to be recorded.
const RECORD_TRIES: u32 = 30;
/// How long what is being sent may take once the process has been told to stop.
const GRACE: Duration = Duration::from_secs(3);
/// How old a message may be that was held and can be sent now; older ones would only confuse.
const HELD_DAYS: i64 = 7;
/// How much is kept of what a mail server says, in characters.
const ERROR_CHARACTERS: usize = 300;

type Done<T> = Result<T, Box<Problem>>;

/// Why nothing can be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    #[error("DOCKET_SMTP_URL: {0}")]
    Url(smtp::Error),
    #[error("DOCKET_MAIL_FROM: {0}")]
    From(AddressError),
}

/// What messages leave with; where no mail server is configured they are held.
#[derive(Debug, Clone)]
pub struct Sender(Option<Smtp>);

#[derive(Debug, Clone)]
struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
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

/// Whether a mail server refuses this message for good. What it says of our credentials (53x) is
/// ours to set right, not the message's fault.
fn refuses_for_good(reply: Reply) -> bool {
    reply.severity == Severity::PermanentNegativeCompletion && reply.category != Category::Unspecified3
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
    /// Where the server's URL or our own address cannot be understood.
    pub fn new(config: &Config) -> Result<Self, SenderError> {
        let Some(url) = &config.smtp_url else { return Ok(Self(None)) };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(SenderError::Url)?;
        let from = config.mail_from.parse().map_err(SenderError::From)?;
        Ok(Self(Some(Smtp { transport: builder.timeout(Some(CONNECT_TIMEOUT)).build(), from })))
    }
}

impl Smtp {
    /// The mail that a message is: the same one on every try, so that a duplicate is recognised.
    fn compose(&self, message: &MessageRow) -> Result<Message, lettre::error::Error> {
        let to: Address = message.recipient.parse().map_err(|_| lettre::error::Error::MissingTo)?;
        Message::builder()
            .message_id(Some(format!("<{}@{}>", message.id.text(Kind::Message), self.from.email.domain())))
            .date(SystemTime::from(message.created_at.utc()))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(message.body.clone())
    }

    async fn send(&self, message: &MessageRow) -> Result<(), Failure> {
        let mail = self.compose(message).map_err(|error| Failure::new(&error.to_string(), true))?;
        match timeout(SEND_TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Failure::new(&error.to_string(), error.status().is_some_and(refuses_for_good))),
            Err(_) => Err(Failure::new("the mail server did not take it in time", false)),
        }
    }
}

/// Sends what is to be sent until told to stop.
pub async fn run(app: Arc<App>, sender: Sender, mut stopped: watch::Receiver<bool>) {
    if let Err(problem) = release_held(&app, &sender).await {
        log::warn!("held messages stay held: {}", problem.code.as_str());
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

/// Lets go what was held for want of a mail server, now that there is one.
async fn release_held(app: &App, sender: &Sender) -> Done<usize> {
    if sender.0.is_none() {
        return Ok(0);
    }
    write(app, |tx| messages::release_held(tx.conn, tx.now.plus(TimeDelta::days(-HELD_DAYS)), tx.now)).await
}

async fn write<T: Send + 'static>(app: &App, act: impl Fn(&mut Tx) -> error::Result<T> + Send + 'static) -> Done<T> {
    app.write_as(Actor::system("delivery"), act).await
}

/// One step: claims some messages and sends them, or holds them all where there is no mail server.
/// Gives how many; a caller who wants the outbox empty asks until there are none.
///
/// # Errors
/// Those of the database; what a mail server says is recorded with its message.
pub async fn deliver_once(app: &App, sender: &Sender) -> Done<usize> {
    let Some(smtp) = &sender.0 else {
        return write(app, |tx| messages::hold_queued(tx.conn, tx.now)).await;
    };
    let claim = |tx: &mut Tx| messages::claim(tx.conn, tx.now, tx.now.plus(TimeDelta::seconds(LEASE_SECONDS)), AT_ONCE);
    let claimed = write(app, claim).await?;
    let outcomes = join_all(claimed.iter().map(|message| deliver(app, smtp, message))).await;
    outcomes.into_iter().collect::<Done<Vec<()>>>()?;
    Ok(claimed.len())
}

async fn deliver(app: &App, smtp: &Smtp, message: &MessageRow) -> Done<()> {
    let outcome = smtp.send(message).await;
    let id = message.id.text(Kind::Message);
    if let Err(failure) = &outcome {
        let next = if failure.for_good { "refused for good" } else { "may be tried again" };
        log::warn!("{id} has not gone out at attempt {}: {next}", message.attempts);
    }
    if !record(app, message, outcome).await? {
        log::warn!("{id} was claimed again before its outcome was recorded");
    }
    Ok(())
}

/// Notes how it went, patiently: a message whose yes is forgotten goes out again. False where the
/// message was claimed again in the meantime.
async fn record(app: &App, message: &MessageRow, outcome: Result<(), Failure>) -> Done<bool> {
    for _ in 0..RECORD_TRIES {
        match try_record(app, (message.id, message.fence, message.attempts), outcome.clone()).await {
            Err(problem) if problem.retryable() => sleep(Duration::from_secs(1)).await,
            done => return done,
        }
    }
    Err(Box::new(Problem::new(Code::Unavailable)))
}

async fn try_record(app: &App, (id, fence, attempts): (Id, i64, i32), outcome: Result<(), Failure>) -> Done<bool> {
    let note = move |tx: &mut Tx| match &outcome {
        Ok(()) => messages::record_sent(tx.conn, id, fence, tx.now),
        Err(failure) => {
            let again = if failure.for_good { None } else { again_at(attempts, tx.now) };
            messages::record_failure(tx.conn, id, fence, &failure.why, again)
        }
    };
    write(app, note).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{MessageChannel, MessageKind, MessageStatus};
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    fn smtp(url: &str, from: &str) -> Result<Sender, SenderError> {
        let variables = [("DOCKET_SMTP_URL", url), ("DOCKET_MAIL_FROM", from)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        Sender::new(&Config::from_variables(variables).unwrap())
    }

    fn message() -> MessageRow {
        let now = at("2026-03-02T08:30:00Z");
        MessageRow {
            id: Id::from_parts(1, [1; 10]),
            event_id: Id::from_parts(1, [2; 10]),
            order_id: Id::from_parts(1, [3; 10]),
            kind: MessageKind::ShipmentDispatched,
            channel: MessageChannel::Email,
            recipient: "buyer@acme.example".to_owned(),
            language: "zh-CN".to_owned(),
            subject: "您的订单 202603-001 已发货".to_owned(),
            body: "您好：\n".to_owned(),
            status: MessageStatus::Sending,
            attempts: 1,
            next_attempt_at: now,
            lease_until: None,
            fence: 1,
            last_error: None,
            sent_at: None,
            created_at: now,
        }
    }

    /// A mail server for one mail, which answers each recipient as it is told; gives what it heard.
    fn mail_server(to_recipient: &'static str) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let serve = move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut heard, mut in_mail) = (Vec::new(), false);
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            stream.write_all(b"220 ready\r\n").unwrap();
            for line in lines.map_while(Result::ok) {
                let answer = match line.get(..4).unwrap_or_default() {
                    _ if in_mail && line != "." => "",
                    "DATA" => "354 go on",
                    "RCPT" => to_recipient,
                    "QUIT" => "221 bye",
                    _ => "250 well",
                };
                in_mail = line == "DATA" || (in_mail && line != ".");
                heard.push(line);
                if !answer.is_empty() {
                    let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
                }
            }
            heard
        };
        (url, thread::spawn(serve))
    }

    fn send(to_recipient: &'static str) -> (Result<(), Failure>, Vec<String>) {
        let (url, server) = mail_server(to_recipient);
        let sender = smtp(&url, "Docket <docket@shop.example>").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(sender.0.as_ref().unwrap().send(&message()));
        drop(runtime);
        (outcome, server.join().unwrap())
    }

    #[test]
    fn a_mail_carries_the_messages_id_and_text_that_any_server_takes() {
        let (outcome, heard) = send("250 well");
        assert_eq!(outcome, Ok(()));
        let id = format!("Message-ID: <{}@shop.example>", message().id.text(Kind::Message));
        assert!(heard.contains(&id) && heard.contains(&"RCPT TO:<buyer@acme.example>".to_owned()), "{heard:#?}");
        assert!(heard.iter().all(|line| line.is_ascii()), "{heard:#?}");
    }

    #[test]
    fn a_refused_recipient_is_final_and_a_busy_server_is_not() {
        let (outcome, _) = send("550 no such user");
        assert!(outcome.is_err_and(|failure| failure.for_good && failure.why.contains("no such user")));
        let (outcome, _) = send("451 come back later");
        assert!(outcome.is_err_and(|failure| !failure.for_good));
    }

    #[test]
    fn our_own_credentials_are_no_fault_of_the_message() {
        let reply = |severity, category| Reply { severity, category, detail: smtp::response::Detail::Zero };
        assert!(refuses_for_good(reply(Severity::PermanentNegativeCompletion, Category::MailSystem)));
        assert!(!refuses_for_good(reply(Severity::PermanentNegativeCompletion, Category::Unspecified3)));
        assert!(!refuses_for_good(reply(Severity::TransientNegativeCompletion, Category::MailSystem)));
    }

    #[test]
    fn tries_grow_rarer_and_end() {
        let now = at("2026-03-02T08:00:00Z");
        assert_eq!(again_at(1, now), Some(at("2026-03-02T08:00:05Z")));
        assert_eq!(again_at(5, now), Some(at("2026-03-02T13:00:00Z")));
        assert_eq!((again_at(6, now), again_at(0, now)), (None, None));
    }

    #[test]
    fn what_went_wrong_is_kept_short_and_on_one_line() {
        let failure = Failure::new(&"错\n".repeat(400), false);
        assert_eq!((failure.why.chars().count(), failure.why.contains('\n')), (300, false));
    }

    #[test]
    fn a_configuration_that_cannot_send_is_told_by_its_name() {
        let told = |url: &str, from: &str| smtp(url, from).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told("smtp://mail.example?tls=perhaps", "a@b.example").starts_with("DOCKET_SMTP_URL: "));
        assert!(told("smtp://mail.example", "nobody").starts_with("DOCKET_MAIL_FROM: "));
        assert_eq!(told("smtp://mail.example:25", "Docket <docket@localhost>"), "");
        assert!(Sender::new(&Config::from_variables([]).unwrap()).unwrap().0.is_none());
    }
}
