//! Mails: the same text as plain text and as HTML, sent by SMTP. The only place that knows how to
//! write one.

use super::{Failure, SEND_TIMEOUT, SenderError};
use crate::config::Config;
use crate::domain::id::Kind;
use crate::domain::message::html::html;
use crate::domain::message::with_link;
use crate::repositories::messages::MessageRow;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::response::{Category, Code as Reply, Severity};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How long a mail server may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A mail server and who we are to it.
#[derive(Debug, Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Whether a mail server refuses this message for good. What it says of our credentials (53x) is
/// ours to set right, not the message's fault.
fn refuses_for_good(reply: Reply) -> bool {
    reply.severity == Severity::PermanentNegativeCompletion && reply.category != Category::Unspecified3
}

impl Smtp {
    /// As the configuration says; none where it names no server.
    ///
    /// # Errors
    /// Where the server's URL or our own address cannot be understood.
    pub fn new(config: &Config) -> Result<Option<Self>, SenderError> {
        let Some(url) = &config.smtp_url else { return Ok(None) };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(SenderError::Url)?;
        let from = config.mail_from.parse().map_err(SenderError::From)?;
        Ok(Some(Self { transport: builder.timeout(Some(CONNECT_TIMEOUT)).build(), from }))
    }

    /// The mail that a message is: the same one on every try, so that a duplicate is recognised.
    fn compose(&self, message: &MessageRow, url: Option<&str>) -> Result<Message, Failure> {
        let wrong = |why: &dyn std::fmt::Display| Failure::new(&why.to_string(), true);
        let to: Address = message.recipient.parse().map_err(|error| wrong(&error))?;
        let url = url.unwrap_or_default();
        let html = html(&message.language, &message.subject, &message.body, url).map_err(|error| wrong(&error))?;
        let text = with_link(&message.body, url);
        Message::builder()
            .message_id(Some(format!("<{}@{}>", message.id.text(Kind::Message), self.from.email.domain())))
            .date(SystemTime::from(message.created_at.utc()))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject.clone())
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(|error| wrong(&error))
    }

    /// Sends a mail.
    pub async fn send(&self, message: &MessageRow, url: Option<&str>) -> Result<(), Failure> {
        let mail = self.compose(message, url)?;
        match timeout(SEND_TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Failure::new(&error.to_string(), error.status().is_some_and(refuses_for_good))),
            Err(_) => Err(Failure::new("the mail server did not take it in time", false)),
        }
    }
}

#[cfg(test)]
mod tests;
