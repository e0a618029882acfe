//! Links for customers: whoever holds one may answer one question about one revision of one order
//! (BEHAVIOUR 8). A token is made of the link's id and a key that never leaves the process, so that
//! neither the table of links nor that of messages holds anything that could be used.

use crate::domain::id::Id;
use crate::domain::lifecycle::order::{State, Status};
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::words;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

words! {
    /// What a link asks.
    pub enum Purpose { Confirm = "confirm" / "Confirmation" / "订单确认" }
}

words! {
    /// What the customer says to an order (DOMAIN 2.5).
    pub enum CustomerAnswer {
        Confirm = "confirm" / "Confirmed" / "已确认",
        Change = "change" / "Change asked for" / "要求修改",
    }
}

words! {
    /// How a link stands.
    pub enum Standing {
        Open = "open" / "Waiting for an answer" / "待答复",
        Answered = "answered" / "Answered" / "已答复",
        Expired = "expired" / "Expired" / "已过期",
        Amended = "amended" / "The order was changed since" / "订单已变更",
        Confirmed = "confirmed" / "Confirmed in another way" / "已通过其他方式确认",
        Cancelled = "cancelled" / "The order was cancelled" / "订单已取消",
    }
}

words! {
    /// What becomes of an order whose customer does not answer (DECISIONS 36).
    pub enum Lapse { SendBack = "send_back" / "Back to sales" / "退回销售", Cancel = "cancel" / "Cancelled" / "取消订单" }
}

/// What a link knows, as far as its standing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    pub revision: i32,
    pub answered: bool,
    pub revoked: bool,
    pub expires_at: UtcTime,
}

/// What its standing depends on of its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    pub state: State,
    pub revision: i32,
    /// The customer has to say yes to an amendment of what they had agreed to.
    pub again: bool,
}

/// How a link stands, with its order as it is now.
pub fn standing(link: Bound, order: Asking, now: UtcTime) -> Standing {
    let asks = order.state == State::AwaitingConfirmation || order.again;
    match order.state {
        _ if link.answered => Standing::Answered,
        State::Cancelled => Standing::Cancelled,
        _ if link.revoked || link.revision != order.revision => Standing::Amended,
        _ if asks && now >= link.expires_at => Standing::Expired,
        _ if asks => Standing::Open,
        state if state.status() == Status::Created => Standing::Amended,
        _ => Standing::Confirmed,
    }
}

impl Standing {
    /// What a customer reads instead of, or above, the order.
    pub const fn sentence(self, language: Language) -> &'static str {
        let (en, zh) = match self {
            Self::Open => ("Please check your order and confirm it.", "请核对您的订单并确认。"),
            Self::Answered => ("We have your answer. Thank you.", "我们已收到您的答复，谢谢。"),
            Self::Expired => {
                ("This link is no longer valid. Please contact us; we will send you a new one.", "该链接已过期。请与我们联系，我们会发送新的链接。")
            }
            Self::Amended => (
                "This order was changed since this link was sent. Please use the link in our latest message.",
                "该链接发出后订单已有变更。请使用我们最新消息中的链接。",
            ),
            Self::Confirmed => ("This order is confirmed already. There is nothing left to do.", "该订单已确认，无需再操作。"),
            Self::Cancelled => ("This order was cancelled.", "该订单已取消。"),
        };
        match language {
            Language::English => en,
            Language::Chinese => zh,
        }
    }

    /// Whether the order can still be shown to whoever has the link.
    pub const fn shows_order(self) -> bool {
        matches!(self, Self::Open | Self::Answered | Self::Confirmed)
    }
}

/// The keys that tokens are made with: this secret's, and its predecessor's for links that were
/// made before it was changed.
#[derive(Clone, Default)]
pub struct LinkKeys(Vec<Vec<u8>>);

impl fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKeys")
    }
}

/// By what a token is known: SHA-256, since its randomness needs no slow hash.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn token(key: &[u8], link: Id) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(link.0.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

impl LinkKeys {
    /// Keys, the present one first.
    pub fn new(keys: Vec<Vec<u8>>) -> Self {
        Self(keys)
    }

    /// The hash of a new link's token: 256 bits that nobody can tell without the key.
    pub fn hash_for(&self, link: Id) -> Vec<u8> {
        token_hash(&token(self.0.first().map_or(&[], Vec::as_slice), link))
    }

    /// The token of a link; none where it was made with a key that is no longer known.
    pub fn token_of(&self, link: Id, hash: &[u8]) -> Option<String> {
        self.0.iter().map(|key| token(key, link)).find(|token| token_hash(token) == hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    fn fresh() -> Bound {
        Bound { revision: 2, answered: false, revoked: false, expires_at: at("2026-03-09T08:00:00Z") }
    }

    fn asking(state: State, revision: i32) -> Asking {
        Asking { state, revision, again: false }
    }

    #[test]
    fn a_link_is_good_for_one_revision_until_it_expires() {
        // BEHAVIOUR 8
        let (waiting, now) = (State::AwaitingConfirmation, at("2026-03-02T08:00:00Z"));
        assert_eq!(standing(fresh(), asking(waiting, 2), now), Standing::Open);
        assert_eq!(standing(fresh(), asking(waiting, 3), now), Standing::Amended);
        assert_eq!(standing(Bound { revoked: true, ..fresh() }, asking(waiting, 2), now), Standing::Amended);
        assert_eq!(standing(fresh(), asking(waiting, 2), at("2026-03-09T08:00:00Z")), Standing::Expired);
        assert_eq!(standing(Bound { answered: true, ..fresh() }, asking(State::Shipped, 3), now), Standing::Answered);
    }

    #[test]
    fn what_became_of_the_order_otherwise_is_said() {
        let now = at("2026-03-20T08:00:00Z");
        let stands = |state| standing(fresh(), asking(state, 2), now);
        assert_eq!([stands(State::Reviewed), stands(State::Received)], [Standing::Confirmed; 2]);
        assert_eq!([stands(State::AwaitingCorrection), stands(State::AwaitingApproval)], [Standing::Amended; 2]);
        assert_eq!(stands(State::Cancelled), Standing::Cancelled);
        let again = Asking { again: true, ..asking(State::Executing, 2) };
        assert_eq!(standing(fresh(), again, at("2026-03-02T08:00:00Z")), Standing::Open, "DECISIONS 17");
    }

    #[test]
    fn a_token_is_found_again_with_its_key_or_the_one_before_and_no_other() {
        let (link, other) = (Id::from_parts(1, [1; 10]), Id::from_parts(1, [2; 10]));
        let old = LinkKeys::new(vec![vec![1; 32]]);
        let hash = old.hash_for(link);
        let token = old.token_of(link, &hash).unwrap();
        assert_eq!((token.len(), token_hash(&token)), (43, hash.clone()));
        assert_eq!(LinkKeys::new(vec![vec![2; 32], vec![1; 32]]).token_of(link, &hash), Some(token));
        assert_eq!(LinkKeys::new(vec![vec![2; 32]]).token_of(link, &hash), None);
        assert_eq!(old.token_of(other, &hash), None);
    }
}
