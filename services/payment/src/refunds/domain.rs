//! A refund and when it is tried again.

use std::time::Duration;

pub use crate::entities::refund::Model as Refund;

/// Longest reason and error text, in characters.
pub const MAX_TEXT: usize = 500;
/// How long a replica that takes up a refund has it to itself: longer than a provider may take to answer.
pub const LEASE: Duration = Duration::from_mins(1);
/// How long a provider may take to answer.
pub const PROVIDER_DEADLINE: Duration = Duration::from_secs(30);
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_mins(5);

/// The pause after the given attempt (counted from 1): doubles from one second to five minutes. There is no last attempt:
/// the money is the customer's.
pub fn retry_delay(attempt: i32) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1))
        .unwrap_or(0)
        .min(16);
    FIRST_DELAY
        .saturating_mul(1 << doublings)
        .min(LONGEST_DELAY)
}

/// Text that fits its column.
pub fn shortened(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_five_minutes() {
        let seconds: Vec<_> = (1..=10).map(|n| retry_delay(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(retry_delay(i32::MAX), LONGEST_DELAY);
        assert_eq!(retry_delay(0), FIRST_DELAY);
        assert!(PROVIDER_DEADLINE < LEASE);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened(&"ü".repeat(600)).chars().count(), MAX_TEXT);
    }
}
