//! Times in queries and bodies: RFC 3339, or a day.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, de::Error as _};
use waybill_primitives::Timestamp;

/// The start of a span: a time, or the start of a day (UTC).
pub(crate) struct FromTime(Timestamp);

/// The end of a span: before a time, or the end of a day (UTC), which is included.
pub(crate) struct ToTime(Timestamp);

impl From<FromTime> for Timestamp {
    fn from(FromTime(time): FromTime) -> Self {
        time
    }
}

impl From<ToTime> for Timestamp {
    fn from(ToTime(time): ToTime) -> Self {
        time
    }
}

/// What is wrong with a text that is neither a time nor a day.
pub const NOT_A_TIME: &str =
    "must be a time such as 2026-11-21T09:30:00Z or a day such as 2026-11-21";

/// Whether a body may contain this text as a time.
pub fn is_time(text: &str) -> bool {
    parse(text, 0).is_some()
}

/// A time, or midnight `after` days after the start of a day.
fn parse(text: &str, after: u64) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    // No shorter spelling, and no sign: chrono accepts both.
    let well_formed = text.len() == 10 && text.starts_with(|first: char| first.is_ascii_digit());
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let day = day.filter(|_| well_formed)?;
    let day = day.checked_add_days(Days::new(after))?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

/// Reads a time, or the start of a day (UTC).
pub fn time_or_day<'de, D: Deserializer<'de>>(text: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(text)?;
    parse(&text, 0).ok_or_else(|| D::Error::custom(NOT_A_TIME))
}

impl<'de> Deserialize<'de> for FromTime {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        Ok(Self(time_or_day(text)?.into()))
    }
}

impl<'de> Deserialize<'de> for ToTime {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        let text = String::deserialize(text)?;
        let time = parse(&text, 1).ok_or_else(|| D::Error::custom(NOT_A_TIME))?;
        Ok(Self(time.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_taken_whole_and_a_time_as_it_is() {
        let both = |text: &str| {
            let text = serde_json::json!(text);
            let since: Result<FromTime, _> = serde_json::from_value(text.clone());
            let until: Result<ToTime, _> = serde_json::from_value(text);
            since
                .ok()
                .map(|it| it.0.to_datetime().to_rfc3339())
                .zip(until.ok().map(|it| it.0.to_datetime().to_rfc3339()))
        };
        let times = |since: &str, until: &str| Some((since.to_owned(), until.to_owned()));
        assert_eq!(
            both("2026-02-28"),
            times("2026-02-28T00:00:00+00:00", "2026-03-01T00:00:00+00:00")
        );
        let time = "2026-02-28T23:30:00+00:00";
        assert_eq!(both("2026-03-01T01:30:00+02:00"), times(time, time));
        for bad in [
            "",
            "2026-2-28",
            "2026-02-30",
            "+026-02-28",
            "20260228",
            "2026-02-28T10:00",
            "today",
        ] {
            assert_eq!(both(bad), None, "{bad}");
        }
    }
}
