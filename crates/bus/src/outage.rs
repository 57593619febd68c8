//! Logging something that fails again and again: once when it starts, then a count at intervals, then that it is over.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// How often a failure that lasts is mentioned.
const INTERVAL: Duration = Duration::from_secs(30);

/// One kind of failure. Who meets it logs when [`Outage::failed`] says so, and that it is over when [`Outage::over`] does.
#[derive(Debug, Default)]
pub struct Outage(Mutex<Option<Lasting>>);

#[derive(Debug)]
struct Lasting {
    mentioned: Instant,
    /// Failures since the last mention, and all of them.
    since: u64,
    all: u64,
}

impl Outage {
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Counts a failure. If it is to be logged now: how many there were since the last line, with this one.
    pub fn failed(&self) -> Option<u64> {
        let now = Instant::now();
        let mut lasting = self.0.lock();
        let Some(it) = lasting.as_mut() else {
            *lasting = Some(Lasting {
                mentioned: now,
                since: 0,
                all: 1,
            });
            return Some(1);
        };
        it.since += 1;
        it.all += 1;
        if now.duration_since(it.mentioned) < INTERVAL {
            return None;
        }
        it.mentioned = now;
        Some(std::mem::take(&mut it.since))
    }

    /// It works. How often it had failed, if it had.
    pub fn over(&self) -> Option<u64> {
        self.0.lock().take().map(|it| it.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_mentioned_when_it_starts_and_when_it_is_over() {
        let outage = Outage::default();
        assert_eq!(outage.over(), None);
        assert_eq!(outage.failed(), Some(1));
        assert_eq!((outage.failed(), outage.failed()), (None, None));
        assert_eq!(outage.over(), Some(3));
        assert_eq!(outage.over(), None);
        assert_eq!(outage.failed(), Some(1), "the next one");
    }

    #[test]
    fn an_outage_that_lasts_is_counted_at_intervals() {
        let outage = Outage::default();
        outage.failed();
        outage.failed();
        let earlier = Instant::now().checked_sub(INTERVAL);
        let earlier = earlier.expect("the machine runs for longer than that");
        if let Some(it) = outage.0.lock().as_mut() {
            it.mentioned = earlier;
        }
        assert_eq!(outage.failed(), Some(2));
        assert_eq!(outage.failed(), None);
    }
}
