//! Short messages, handed to an HTTP gateway: a POST of `{"id", "to", "text"}` with a bearer token.
//! Every 2xx counts as taken. The id is the same on every try, in `Idempotency-Key` too.

use super::{Failure, SEND_TIMEOUT};
use crate::config::Config;
use crate::domain::id::Kind;
use crate::domain::message::with_link;
use crate::repositories::messages::MessageRow;
use serde_json::{Value, json};
use std::fmt;
use ureq::Agent;

/// A gateway and what we show it.
#[derive(Clone)]
pub struct Gateway {
    agent: Agent,
    url: String,
    token: Option<String>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gateway")
    }
}

/// What a gateway's answer means: too many, too slow and our own credentials are not the message's
/// fault.
fn judge(status: u16) -> Result<(), Failure> {
    match status {
        200..=299 => Ok(()),
        401 | 403 | 408 | 425 | 429 => Err(Failure::new(&format!("the gateway answered {status}"), false)),
        400..=499 => Err(Failure::new(&format!("the gateway answered {status}"), true)),
        _ => Err(Failure::new(&format!("the gateway answered {status}"), false)),
    }
}

impl Gateway {
    /// As the configuration says; none where it names no gateway.
    pub fn new(config: &Config) -> Option<Self> {
        let url = config.sms_url.clone()?;
        let agent = Agent::config_builder().timeout_global(Some(SEND_TIMEOUT)).max_redirects(0).http_status_as_error(false).build().new_agent();
        Some(Self { agent, url, token: config.sms_token.clone() })
    }

    fn post(&self, id: &str, body: &Value) -> Result<(), Failure> {
        let mut request = self.agent.post(&self.url).header("idempotency-key", id);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        match request.send_json(body) {
            Ok(answer) => judge(answer.status().as_u16()),
            Err(error) => Err(Failure::new(&error.to_string(), false)),
        }
    }

    /// Sends an SMS.
    pub async fn send(&self, message: &MessageRow, url: Option<&str>) -> Result<(), Failure> {
        let id = message.id.text(Kind::Message);
        let body = json!({"id": id, "to": message.recipient, "text": with_link(&message.body, url.unwrap_or_default())});
        let gateway = self.clone();
        let sent = tokio::task::spawn_blocking(move || gateway.post(&id, &body)).await;
        sent.unwrap_or_else(|_| Err(Failure::new("sending broke off", false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_message_is_final() {
        let final_ones: Vec<u16> = (100..600).filter(|status| judge(*status).is_err_and(|failure| failure.for_good)).collect();
        assert!(final_ones.contains(&400) && final_ones.contains(&422) && ![401, 403, 408, 429, 302, 500].iter().any(|s| final_ones.contains(s)));
        assert_eq!((200..300).filter(|status| judge(*status).is_err()).count(), 0);
    }
}
