//! Retries after a conflict: of a whole transaction that the database aborted, or of a change to something that somebody else
//! changed first.

use std::{future::Future, time::Duration};

use backon::{ExponentialBuilder, Retryable as _};
use waybill_primitives::backoff;

use super::Db;
use crate::StoreError;

/// An error that knows whether a retry may help.
pub trait Retry {
    /// The transaction lost against a concurrent one (deadlock, serialisation failure, busy file): a repetition may succeed.
    fn retryable(&self) -> bool;

    /// Somebody else changed what was read before it was written: read it again, and retry on top of that.
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

/// Runs a whole transaction, and again if the error is [`Retry::retryable`]: at most eight times, with growing, jittered pauses
/// of 2 ms to about 250 ms. [`crate::transact`] does so by itself.
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

/// Reads something, decides, and writes it if it is unchanged; repeats all of it, at most 16 times, if it was changed
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
