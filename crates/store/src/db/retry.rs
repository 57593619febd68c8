//! Trying again what lost against somebody else: a whole transaction that the database gave up, or a change of something that
//! was changed in between.

use std::{future::Future, time::Duration};

use backon::{ExponentialBuilder, Retryable as _};
use waybill_primitives::backoff;

use super::Db;
use crate::StoreError;

/// An error that knows whether trying again may help.
pub trait Retry {
    /// The transaction lost against a concurrent one (deadlock, serialisation failure, busy file): the same one may work.
    fn retryable(&self) -> bool;

    /// What was read has been changed by somebody else before it was written: read it again, and try on top of that.
    fn outrun(&self) -> bool {
        false
    }
}

impl Retry for StoreError {
    fn retryable(&self) -> bool {
        self.is_retryable()
    }
}

/// Seven pauses of 2 ms to about 250 ms.
const PAUSES: ExponentialBuilder = backoff(Duration::from_millis(2), Duration::from_millis(128))
    .with_max_times(7)
    .with_jitter();

/// Runs a whole transaction, again if it is [`Retry::retryable`]: at most eight times, with growing, jittered pauses of 2 ms to
/// about 250 ms. [`crate::transact`] does so by itself.
pub async fn retrying<T, E, F, Fut>(transaction: F) -> Result<T, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Retry,
{
    transaction.retry(PAUSES).when(E::retryable).await
}

/// Attempts of [`optimistic`].
const ATTEMPTS: u32 = 16;

/// Reads something, decides, and writes it if it is still as it was read; all of it again, at most 16 times, if it was not
/// ([`Retry::outrun`]). No pauses: each time somebody else has made progress.
pub async fn optimistic<T, E, F, Fut>(db: &Db, mut attempt: F) -> Result<T, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Retry,
{
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.outrun() => db.flush().await,
            outcome => return outcome,
        }
    }
    attempt().await
}
