//! Passwords: argon2id with 19 MiB, two passes, one lane (BEHAVIOUR 5). Hashing takes tens of
//! milliseconds and memory, so it runs off the web workers, a few at a time.

use crate::error::{Code, Problem};
use actix_web::web;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use prometheus::IntCounter;
use tokio::sync::Semaphore;

/// How many passwords are hashed at a time.
const AT_ONCE: usize = 2;

/// The hasher, with a hash that no password has, for users who do not exist.
pub struct Passwords {
    gate: Semaphore,
    nobody: String,
    compared: IntCounter,
}

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).unwrap_or_default())
}

fn hash_now(password: &str) -> Result<String, Problem> {
    let hash = hasher().hash_password(password.as_bytes()).map(|hash| hash.to_string());
    hash.map_err(|error| {
        log::error!("cannot hash: {error}");
        Problem::new(Code::Internal)
    })
}

impl Passwords {
    /// A hasher.
    ///
    /// # Errors
    /// Where argon2 fails, which no input brings about.
    pub fn new() -> Result<Self, Problem> {
        let compared = IntCounter::new("docket_passwords_compared_total", "Passwords compared at log-in, whether or not the user exists");
        let compared = compared.map_err(|error| {
            log::error!("cannot count: {error}");
            Problem::new(Code::Internal)
        })?;
        Ok(Self { gate: Semaphore::new(AT_ONCE), nobody: hash_now(&hex::encode(crate::db::clock::random::<16>()))?, compared })
    }

    /// How many passwords have been compared, for `/metrics`.
    pub fn compared(&self) -> IntCounter {
        self.compared.clone()
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// Where argon2 fails or the service is stopping.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        let _turn = self.gate.acquire().await.map_err(|_| Problem::new(Code::Unavailable))?;
        web::block(move || hash_now(&password)).await.map_err(|_| Problem::new(Code::Unavailable))?
    }

    /// Hashes on the calling thread, for the command line.
    ///
    /// # Errors
    /// Where argon2 fails.
    pub fn hash_blocking(password: &str) -> Result<String, Problem> {
        hash_now(password)
    }

    /// Whether a password is the one behind a hash; without a hash it takes the same time and
    /// says no, so that nobody learns which users exist.
    ///
    /// # Errors
    /// Where the service is stopping.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let _turn = self.gate.acquire().await.map_err(|_| Problem::new(Code::Unavailable))?;
        let known = hash.is_some();
        let (hash, compared) = (hash.unwrap_or_else(|| self.nobody.clone()), self.compared.clone());
        let compare = move || {
            PasswordHash::new(&hash).is_ok_and(|parsed| {
                compared.inc();
                hasher().verify_password(password.as_bytes(), &parsed).is_ok()
            })
        };
        let right = web::block(compare).await.map_err(|_| Problem::new(Code::Unavailable))?;
        Ok(known && right)
    }
}
