//! Days, weeks and months, all in UTC.

use crate::Timestamp;
use chrono::{Datelike as _, Days, Months, NaiveDate};

/// The unit by which figures are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    Day,
    /// Starts on Monday.
    Week,
    Month,
}

/// At most so many buckets in one response.
const MAX_BUCKETS: i32 = 1_100;
/// At most so many days in one response: ten years.
const MAX_DAYS: i32 = 3_660;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The day that contains `at`, counted from 1970-01-01.
pub fn day_of(at: Timestamp) -> i32 {
    // Every day that a timestamp can hold fits into an i32.
    i32::try_from(at.micros().div_euclid(MICROS_PER_DAY)).unwrap_or(i32::MAX)
}

/// The first moment of a day.
pub fn start_of(day: i32) -> Timestamp {
    Timestamp::from_micros(i64::from(day) * MICROS_PER_DAY)
}

fn date(day: i32) -> NaiveDate {
    start_of(day).to_datetime().date_naive()
}

fn number(date: NaiveDate) -> i32 {
    let epoch = NaiveDate::default();
    i32::try_from(date.signed_duration_since(epoch).num_days()).unwrap_or(i32::MAX)
}

impl Bucket {
    /// The first day of the bucket that contains the day.
    pub fn first_day(self, day: i32) -> i32 {
        let date = date(day);
        match self {
            Self::Day => day,
            Self::Week => day - i32::try_from(date.weekday().num_days_from_monday()).unwrap_or(0),
            Self::Month => number(date.with_day(1).unwrap_or(date)),
        }
    }

    /// The first day of the next bucket; `first` is the first day of a bucket.
    fn next(self, first: i32) -> i32 {
        let date = date(first);
        let next = match self {
            Self::Day => date.checked_add_days(Days::new(1)),
            Self::Week => date.checked_add_days(Days::new(7)),
            Self::Month => date.checked_add_months(Months::new(1)),
        };
        next.map_or(i32::MAX, number)
    }
}

/// Why a span of days is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    #[error("must be before to")]
    Backwards,
    #[error("must be at most ten years before to")]
    TooLong,
    #[error("more than {MAX_BUCKETS} days: take week or month")]
    TooFine,
}

impl SpanError {
    /// The field of the request that it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Backwards | Self::TooLong => "from",
            Self::TooFine => "bucket",
        }
    }
}

/// Whole days from `first` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub first: i32,
    pub end: i32,
}

impl Span {
    /// The days that the time from `from` to before `to` touches. `to` defaults to now, `from` to 30 days before `to`.
    pub fn new(
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        bucket: Bucket,
        now: Timestamp,
    ) -> Result<Self, SpanError> {
        let to = to.unwrap_or(now);
        let end = day_of(Timestamp::from_micros(to.micros().saturating_sub(1))) + 1;
        let first = from.map_or(end - 30, day_of);
        if from.is_some_and(|from| from >= to) {
            Err(SpanError::Backwards)
        } else if end - first > MAX_DAYS {
            Err(SpanError::TooLong)
        } else if bucket == Bucket::Day && end - first > MAX_BUCKETS {
            Err(SpanError::TooFine)
        } else {
            Ok(Self { first, end })
        }
    }

    /// The last `days` days up to and including today.
    pub fn last(days: i32, now: Timestamp) -> Self {
        let end = day_of(now) + 1;
        Self {
            first: end - days,
            end,
        }
    }

    /// The span of the same length right before this one.
    #[must_use]
    pub fn before(self) -> Self {
        Self {
            first: self.first - (self.end - self.first),
            end: self.first,
        }
    }

    /// First days of all buckets that the span touches. The first and the last bucket may be cut by the span.
    pub fn buckets(self, bucket: Bucket) -> Vec<i32> {
        let mut first = bucket.first_day(self.first);
        let mut all = Vec::new();
        while first < self.end {
            all.push(first);
            first = bucket.next(first);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_cover_a_span_without_gaps() {
        let day = |text: &str| day_of(Timestamp::parse_rfc3339(text).unwrap());
        // 2026-11-21 is a Saturday.
        let span = Span {
            first: day("2026-11-21T00:00:00Z"),
            end: day("2026-12-02T00:00:00Z"),
        };
        assert_eq!(span.buckets(Bucket::Day).len(), 11);
        let first = |bucket: Bucket| -> Vec<String> {
            let firsts = span.buckets(bucket).into_iter();
            firsts
                .map(|day| start_of(day).to_string()[..10].to_owned())
                .collect()
        };
        assert_eq!(
            first(Bucket::Week),
            ["2026-11-16", "2026-11-23", "2026-11-30"]
        );
        assert_eq!(first(Bucket::Month), ["2026-11-01", "2026-12-01"]);
        let now = Timestamp::parse_rfc3339("2026-11-21T12:00:00Z").unwrap();
        let last = Span::new(None, None, Bucket::Day, now).unwrap();
        assert_eq!((last.end - last.first, last.end), (30, day_of(now) + 1));
        assert!(Span::new(Some(now), Some(now), Bucket::Day, now).is_err());
        let long_ago = Timestamp::parse_rfc3339("2020-01-01T00:00:00Z").unwrap();
        assert!(Span::new(Some(long_ago), None, Bucket::Day, now).is_err());
        assert!(Span::new(Some(long_ago), None, Bucket::Month, now).is_ok());
    }
}
