//! Argon2id outside the async threads, with a limit of concurrent hashes: each takes 19 MiB and about 20 ms of a core. Callers wait
//! for their turn in a queue per network, so that a flood from one delays nobody else. A flood from many networks delays strangers, and
//! not those who signed in before.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{
        Error as HashError,
        phc::{Output, ParamsString, PasswordHash, Salt},
        try_generate_salt,
    },
};
use tokio::task::spawn_blocking;
use waybill_service_kit::fair::{FairQueue, Permit, QueueFull, Share};

/// The hash could not be computed or read.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("a password could not be hashed")]
    Hash(#[source] HashError),
    #[error("a stored password hash is malformed")]
    Malformed(#[source] HashError),
    #[error("the hashing task ended early")]
    Task(#[from] tokio::task::JoinError),
    /// More callers wait than can be served soon.
    #[error(transparent)]
    Busy(#[from] QueueFull),
}

/// Callers that may wait for each concurrent hash: about a second's work.
const WAITING: usize = 50;

/// Whose request waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requester {
    pub network: u128,
    /// Small for strangers, full for who signed in before.
    pub share: Share,
}

impl Requester {
    /// The process itself, while it starts.
    pub const START: Self = Self {
        network: 0,
        share: Share::Full,
    };
}

/// Hashes and checks passwords. Clones share the limit.
#[derive(Clone)]
pub struct Passwords {
    /// By network.
    queue: FairQueue<u128>,
    /// Checked when the account is unknown, so that the response takes as long as for a wrong password.
    dummy: Arc<str>,
}

impl Passwords {
    /// At most `parallel` concurrent hashes (at least one).
    pub async fn new(parallel: usize) -> Result<Self, PasswordError> {
        let dummy = spawn_blocking(|| hash(b"no account has this hash")).await??;
        Ok(Self {
            queue: FairQueue::new(parallel, parallel.max(1) * WAITING),
            dummy: dummy.into(),
        })
    }

    /// The PHC string of `password` (Argon2id, 19 MiB, t = 2, p = 1: OWASP's minimum), with a new salt.
    pub async fn hash(&self, by: Requester, password: &str) -> Result<String, PasswordError> {
        let password = password.to_owned();
        let _permit = self.queue.acquire(by.network, by.share).await?;
        spawn_blocking(move || hash(password.as_bytes())).await?
    }

    /// Runs other slow work on passwords within the same limit.
    pub async fn run<T: Send + 'static>(
        &self,
        by: Requester,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _permit = self.queue.acquire(by.network, by.share).await?;
        Ok(spawn_blocking(work).await?)
    }

    /// Waits for a turn to check a password. A caller that counts wrong passwords reads the counter and updates it before it
    /// drops the turn, so that concurrent guesses are counted one after the other.
    pub async fn turn(&self, by: Requester) -> Result<Turn<'_>, PasswordError> {
        Ok(Turn {
            passwords: self,
            _permit: self.queue.acquire(by.network, by.share).await?,
        })
    }
}

/// The permit to compute one hash.
pub struct Turn<'a> {
    passwords: &'a Passwords,
    _permit: Permit<u128>,
}

impl Turn<'_> {
    /// Whether `password` matches `stored`. Without a stored hash the result is false, after the same work.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        let stored = stored.map_or_else(|| Arc::clone(&self.passwords.dummy), Arc::from);
        let password = password.to_owned();
        let matches = spawn_blocking(move || verify(password.as_bytes(), &stored)).await??;
        Ok(known && matches)
    }
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let hash = || -> Result<PasswordHash, HashError> {
        let (argon2, salt) = (Argon2::default(), Salt::new(&try_generate_salt()?)?);
        let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
        argon2.hash_password_into(password, &salt, &mut out)?;
        Ok(PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(argon2.params())?,
            salt: Some(salt),
            hash: Some(Output::new(&out)?),
        })
    };
    let hash = hash().map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], stored: &str) -> Result<bool, PasswordError> {
    let verify = || -> Result<bool, HashError> {
        let stored = PasswordHash::new(stored)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(HashError::EncodingInvalid);
        };
        let argon2 = Argon2::new(
            Algorithm::try_from(stored.algorithm.as_str())?,
            stored
                .version
                .map_or_else(|| Ok(Version::default()), Version::try_from)?,
            Params::try_from(&stored)?,
        );
        let mut out = vec![0; expected.len()];
        argon2.hash_password_into(password, salt, &mut out)?;
        // Compares in constant time.
        Ok(Output::new(&out)? == *expected)
    };
    verify().map_err(PasswordError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(passwords: &Passwords, password: &str, stored: Option<&str>) -> bool {
        let turn = passwords.turn(Requester::START).await.unwrap();
        turn.verify(password, stored).await.unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let passwords = Passwords::new(2).await.unwrap();
        let stored = passwords
            .hash(Requester::START, "correct horse")
            .await
            .unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(check(&passwords, "correct horse", Some(&stored)).await);
        assert!(!check(&passwords, "correct horsf", Some(&stored)).await);
        // Even the dummy's own password is never accepted.
        assert!(!check(&passwords, "no account has this hash", None).await);
        assert_ne!(
            stored,
            passwords
                .hash(Requester::START, "correct horse")
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_malformed_hash_is_an_error_and_not_a_wrong_password() {
        let passwords = Passwords::new(1).await.unwrap();
        let turn = passwords.turn(Requester::START).await.unwrap();
        let answer = turn.verify("guess", Some("not even a hash")).await;
        assert!(
            matches!(answer, Err(PasswordError::Malformed(_))),
            "{answer:?}"
        );
        // While one turn is taken, the next one waits.
        let mut next = std::pin::pin!(passwords.turn(Requester::START));
        assert!(futures::poll!(&mut next).is_pending());
        drop(turn);
        next.await.unwrap();
    }
}
