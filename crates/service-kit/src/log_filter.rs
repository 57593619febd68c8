//! Which lines of the log are written.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, filter::ParseError};

/// Whether the text is a filter of the log.
pub fn check_filter(text: &str) -> Result<(), String> {
    filter(text)
        .map(|_| ())
        .map_err(|error| format!("not a log filter: {error}"))
}

/// The NATS client writes a line for each attempt to connect, of which the bus reports as well, now and then. So of its lines
/// at the level `info` there are those that are asked for by its name.
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
    fn the_nats_client_is_heard_when_it_is_asked() {
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
