//! Argon2id off the async threads, a bounded number at a time: each hash takes 19 MiB and about 20 ms of a core.

use std::sync::Arc;

use argon2::{
    Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
};

/// The hash could not be computed or read.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("a password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    #[error("a stored password hash is malformed")]
    Malformed(#[source] argon2::password_hash::Error),
    #[error("the hashing task ended early")]
    Task(#[from] tokio::task::JoinError),
}

/// Hashes and checks passwords. Clones share the bound.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// Checked when the account is unknown, so that the answer takes as long as for a wrong password.
    dummy: Arc<str>,
}

impl Passwords {
    /// At most `parallel` hashes at a time (at least one).
    pub async fn new(parallel: usize) -> Result<Self, PasswordError> {
        let dummy = spawn_blocking(|| hash(b"no account has this hash")).await??;
        Ok(Self {
            permits: Arc::new(Semaphore::new(parallel.max(1))),
            dummy: dummy.into(),
        })
    }

    /// The PHC string of `password` (Argon2id, 19 MiB, t = 2, p = 1: OWASP's minimum), freshly salted.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = password.to_owned();
        let _permit = self.permits.acquire().await;
        spawn_blocking(move || hash(password.as_bytes())).await?
    }

    /// Waits for a turn to check a password. Whoever counts wrong ones looks before and counts before giving the turn
    /// back, so that guesses which come together are counted one after the other.
    pub async fn turn(&self) -> Turn<'_> {
        // The semaphore is never closed, so there is always a permit.
        Turn {
            dummy: &self.dummy,
            _permit: self.permits.acquire().await.ok(),
        }
    }
}

/// The right to compute one hash.
pub struct Turn<'a> {
    dummy: &'a Arc<str>,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Turn<'_> {
    /// Whether `password` is the one behind `stored`. With no stored hash the answer is no, after the same work.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        let stored: Arc<str> = stored.map_or_else(|| Arc::clone(self.dummy), Arc::from);
        let password = password.to_owned();
        let matches = spawn_blocking(move || verify(password.as_bytes(), &stored)).await??;
        Ok(known && matches)
    }
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password)
        .map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], stored: &str) -> Result<bool, PasswordError> {
    let stored =
        PasswordHash::new(stored).map_err(|error| PasswordError::Malformed(error.into()))?;
    match Argon2::default().verify_password(password, &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Malformed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(passwords: &Passwords, password: &str, stored: Option<&str>) -> bool {
        let turn = passwords.turn().await;
        turn.verify(password, stored).await.unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let passwords = Passwords::new(2).await.unwrap();
        let stored = passwords.hash("correct horse").await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(check(&passwords, "correct horse", Some(&stored)).await);
        assert!(!check(&passwords, "correct horsf", Some(&stored)).await);
        // Even the dummy's own password opens nothing.
        assert!(!check(&passwords, "no account has this hash", None).await);
        assert_ne!(stored, passwords.hash("correct horse").await.unwrap());
    }

    #[tokio::test]
    async fn a_malformed_hash_is_an_error_and_not_a_wrong_password() {
        let passwords = Passwords::new(1).await.unwrap();
        let turn = passwords.turn().await;
        let answer = turn.verify("guess", Some("not even a hash")).await;
        assert!(
            matches!(answer, Err(PasswordError::Malformed(_))),
            "{answer:?}"
        );
        // While one turn is taken, the next one waits.
        assert_eq!(passwords.permits.available_permits(), 0);
        drop(turn);
        assert_eq!(passwords.permits.available_permits(), 1);
    }
}
