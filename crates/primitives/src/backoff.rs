//! Pauses between attempts.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

/// Pauses that double from `first` up to `longest` and never end. `build()` gives them one after the other; the builder's
/// `with_jitter` (up to as long again), `with_factor` and `with_max_times` refine them.
pub const fn backoff(first: Duration, longest: Duration) -> ExponentialBuilder {
    ExponentialBuilder::new()
        .with_min_delay(first)
        .with_max_delay(longest)
        .without_max_times()
}

/// The pause after so many failures, for callers that count failures instead of keeping the iterator. Less than 1 counts as 1.
pub fn pause_after(pauses: ExponentialBuilder, failures: i32) -> Duration {
    // Long before the 64th, every pause is the longest one.
    let before = usize::try_from(failures.clamp(1, 64) - 1).unwrap_or(0);
    pauses.build().nth(before).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = backoff(Duration::from_secs(1), Duration::from_mins(5));
        let seconds: Vec<_> = (1..=10).map(|n| pause_after(pauses, n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        for (failures, pause) in [(i32::MIN, 1), (0, 1), (i32::MAX, 300)] {
            assert_eq!(pause_after(pauses, failures).as_secs(), pause);
        }
        let first: Vec<_> = pauses.build().take(3).map(|it| it.as_secs()).collect();
        assert_eq!(first, [1, 2, 4]);
    }
}
