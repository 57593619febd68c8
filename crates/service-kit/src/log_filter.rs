//! Which log lines are written.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, filter::ParseError};

/// Checks that the text is a log filter.
pub fn check_filter(text: &str) -> Result<(), String> {
    filter(text)
        .map(|_| ())
        .map_err(|error| format!("not a log filter: {error}"))
}

/// The NATS client logs each attempt to connect, which the bus already reports at intervals. So its lines at the level `info` are
/// left out unless the filter names it.
pub fn filter(text: &str) -> Result<EnvFilter, ParseError> {
    let filter = EnvFilter::builder().parse(text)?;
    let quieter =
        filter.max_level_hint() == Some(LevelFilter::INFO) && !text.contains("async_nats");
    if quieter {
        return Ok(filter.add_directive("async_nats=warn".parse()?));
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nats_client_is_quiet_unless_it_is_named() {
        let of_nats = |text| {
            filter(text)
                .unwrap()
                .to_string()
                .contains("async_nats=warn")
        };
        assert!(of_nats("info"));
        assert!(of_nats("info,waybill_order=warn"));
        for text in ["warn", "off", "debug", "info,async_nats=info"] {
            assert!(!of_nats(text), "{text}");
        }
        assert!(check_filter("loud=very").is_err());
    }
}
