//! Limits the log lines of an outage: one when it begins, one at intervals while it lasts, and one when it is over.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// The interval of log lines while an outage lasts.
const EVERY: Duration = Duration::from_secs(30);
/// An outage is over with the first success after this long without a failure: while some calls succeed and some fail, it lasts.
const QUIET: Duration = Duration::from_secs(1);

/// Follows one thing that can fail, such as calls to a service. It decides what is worth a log line; the caller writes it.
///
/// ```
/// # use waybill_primitives::Outage;
/// # let outage = Outage::default();
/// # fn call() -> Result<(), std::fmt::Error> { Ok(()) }
/// match call() {
///     Ok(()) => {
///         if let Some(report) = outage.succeeded() {
///             println!("it works again after {} failures in {:?}", report.failures, report.lasted);
///         }
///     }
///     Err(error) => {
///         if let Some(report) = outage.failed() {
///             println!("it fails ({} times now): {error}", report.failures);
///         }
///     }
/// }
/// ```
#[derive(Debug, Default)]
pub struct Outage {
    /// Lets a success return at once while there is no outage.
    lasting: AtomicBool,
    state: Mutex<Option<State>>,
}

#[derive(Debug)]
struct State {
    since: Instant,
    last: Instant,
    reported: Instant,
    failures: u64,
}

/// What a log line says about an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Failures since the outage began; 1 for the first one.
    pub failures: u64,
    /// From the first failure to the last.
    pub lasted: Duration,
}

impl State {
    fn report(&self) -> Report {
        Report {
            failures: self.failures,
            lasted: self.last.saturating_duration_since(self.since),
        }
    }
}

impl Outage {
    pub const fn new() -> Self {
        Self {
            lasting: AtomicBool::new(false),
            state: Mutex::new(None),
        }
    }

    /// Counts a failure. Returns a report if it is worth a log line: the first failure, or the last line was some time ago.
    pub fn failed(&self) -> Option<Report> {
        self.failed_at(Instant::now())
    }

    /// Returns a report if this success ends an outage. For concurrent callers: while some succeed and some fail, the outage
    /// lasts.
    pub fn succeeded(&self) -> Option<Report> {
        if !self.lasting.load(Ordering::Relaxed) {
            return None;
        }
        self.succeeded_at(Instant::now())
    }

    /// Returns a report if there was an outage, and ends it at once. For a single caller.
    pub fn over(&self) -> Option<Report> {
        let over = self.state.lock().take();
        self.lasting.store(false, Ordering::Relaxed);
        over.map(|state| state.report())
    }

    fn failed_at(&self, now: Instant) -> Option<Report> {
        let mut state = self.state.lock();
        self.lasting.store(true, Ordering::Relaxed);
        let goes_on = state.is_some();
        let state = state.get_or_insert(State {
            since: now,
            last: now,
            reported: now,
            failures: 0,
        });
        state.failures += 1;
        state.last = now;
        if goes_on && now.saturating_duration_since(state.reported) < EVERY {
            return None;
        }
        state.reported = now;
        Some(state.report())
    }

    fn succeeded_at(&self, now: Instant) -> Option<Report> {
        let mut state = self.state.lock();
        let over = state
            .take_if(|state| now.saturating_duration_since(state.last) >= QUIET)
            .map(|state| state.report());
        if over.is_some() {
            self.lasting.store(false, Ordering::Relaxed);
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_a_line_at_its_beginning_lines_at_intervals_and_one_at_its_end() {
        let outage = Outage::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(outage.succeeded_at(at(0)), None);
        let lines: Vec<_> = (10..80).filter_map(|s| outage.failed_at(at(s))).collect();
        let reports: Vec<_> = lines
            .iter()
            .map(|report| (report.failures, report.lasted.as_secs()))
            .collect();
        assert_eq!(reports, [(1, 0), (31, 30), (61, 60)]);
        let over = outage.succeeded_at(at(81)).expect("it is over");
        assert_eq!((over.failures, over.lasted.as_secs()), (70, 69));
        assert_eq!(outage.succeeded_at(at(82)), None);
        assert_eq!(outage.failed_at(at(90)).expect("another").failures, 1);
    }

    #[test]
    fn while_some_succeed_and_some_fail_it_is_one_outage() {
        let outage = Outage::default();
        let start = Instant::now();
        assert!(outage.failed_at(start).is_some());
        for tenth in 1..100 {
            let now = start + Duration::from_millis(100 * tenth);
            assert_eq!(outage.succeeded_at(now), None);
            assert_eq!(outage.failed_at(now), None);
        }
        assert!(outage.succeeded().is_none(), "within the quiet time");
        assert_eq!(outage.over().expect("it was one").failures, 100);
        assert_eq!(outage.over(), None);
    }
}
