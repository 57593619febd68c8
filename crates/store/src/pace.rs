//! How closely the batches of a consumer follow each other.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};

/// Between the end of a batch and the next one: events that follow each other closely share a transaction.
const PAUSE: Duration = Duration::from_millis(20);
/// So many events share a transaction well enough.
const MANY: usize = 64;

/// The pace of a consumer whose effects nobody waits for. An event that comes after a while does not wait.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When the last batch ended, if it was small.
    last: Mutex<Option<Instant>>,
}

impl Pace {
    /// Returns when the next batch may begin.
    pub(crate) async fn ready(&self) {
        let now = Instant::now();
        let next = self.next(now);
        if next > now {
            sleep_until(next).await;
        }
    }

    fn next(&self, now: Instant) -> Instant {
        self.last.lock().map_or(now, |last| now.max(last + PAUSE))
    }

    /// A batch of so many events ended at this time.
    pub(crate) fn ended(&self, events: usize, now: Instant) {
        *self.last.lock() = (events < MANY).then_some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_batches_that_follow_each_other_closely_wait() {
        let (pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.next(start), start);
        pace.ended(1, start);
        assert_eq!(pace.next(start + PAUSE / 4), start + PAUSE);
        let later = start + 10 * PAUSE;
        assert_eq!(pace.next(later), later);
        pace.ended(MANY, start);
        assert_eq!(pace.next(start), start);
    }
}
