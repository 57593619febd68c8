//! Which log lines are written.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, filter::ParseError};

/// Checks that the text is a log filter.
pub fn check_filter(text: &str) -> Result<(), String> {
    filter(text)
        .map(|_| ())
        .map_err(|error| format!("not a log filter: {error}"))
}

/// Libraries whose lines at the level `info` say what our own lines say: the NATS client logs each attempt to connect, which the bus
/// reports at intervals, and the migrator each migration, of which a start reports the number.
const TALKATIVE: [&str; 2] = ["async_nats", "sea_orm_migration"];

/// A filter without the lines of [`TALKATIVE`] libraries, unless it names them.
pub fn filter(text: &str) -> Result<EnvFilter, ParseError> {
    let mut filter = EnvFilter::builder().parse(text)?;
    if filter.max_level_hint() != Some(LevelFilter::INFO) {
        return Ok(filter);
    }
    for library in TALKATIVE {
        if !text.contains(library) {
            filter = filter.add_directive(format!("{library}=warn").parse()?);
        }
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talkative_libraries_are_quiet_unless_they_are_named() {
        for library in TALKATIVE {
            let is_quiet = |text: &str| {
                let filter = filter(text).unwrap().to_string();
                filter.contains(&format!("{library}=warn"))
            };
            assert!(is_quiet("info"));
            assert!(is_quiet("info,waybill_order=warn"));
            for text in ["warn", "off", "debug", &format!("info,{library}=info")] {
                assert!(!is_quiet(text), "{text}");
            }
        }
        assert!(check_filter("loud=very").is_err());
    }
}
