//! Lines of the console.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::{settings::LogFormat, telemetry};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written, without the times.
fn lines(work: impl FnOnce()) -> Vec<String> {
    let written = Written::default();
    let writer = written.clone();
    let layer = telemetry::lines(LogFormat::Console, move || writer.clone());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let time = "09:30:00.123 ".len();
    text.lines().map(|line| line[time..].to_owned()).collect()
}

const REQUEST: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const USER: &str = "01890a5d-ac96-774b-bcce-0123456789ab";

#[test]
fn an_answer_has_the_address_and_the_user_of_its_request_and_fits_a_terminal() {
    let path = "/api/v1/orders/01890a5d-ac96-774b-bcce-ba9876543210/claim";
    let lines = lines(|| {
        let span = tracing::info_span!("http", request_id = REQUEST, path = %path, address = "203.0.113.27", user = %USER);
        span.in_scope(|| {
            tracing::info!("an order was placed");
            tracing::info!(
                status = 200_u16,
                elapsed_us = 12_345_u64,
                "GET /api/v1/shop"
            );
            tracing::info!(status = 200_u16, elapsed_us = 12_345_u64, "POST {path}");
            tracing::warn!(event_id = "01890a5d", "slow");
        });
    });
    assert_eq!(
        lines,
        [
            " INFO an order was placed #b302099a8057",
            " INFO GET /api/v1/shop 200 12.3ms 203.0.113.27 user=01890a5d-ac96-774b-bcce-0123456789ab #b302099a8057",
            " INFO POST /api/v1/orders/…ba9876543210/claim 200 12.3ms 203.0.113.27 user=…0123456789ab #b302099a8057",
            " WARN slow event_id=01890a5d 203.0.113.27 user=01890a5d-ac96-774b-bcce-0123456789ab #01890a5d-ac96-774b-bcce-b302099a8057",
        ]
    );
    assert!(lines.iter().take(3).all(|line| line.chars().count() < 107));
}

#[test]
fn no_input_writes_lines_of_its_own() {
    let lines = lines(|| {
        let input = "a\n09:30:00.123  INFO all is well\u{1b}[2J\u{202e}";
        tracing::info!(name = input, other = %input, "{input}");
    });
    let [line] = lines.as_slice() else {
        panic!("{lines:#?}")
    };
    assert!(!line.contains(is_text_control), "{line}");
    assert!(line.contains("INFO a\\n09:30"), "{line}");
}

#[test]
fn values_of_spans_are_found_by_their_names() {
    let fields = r#"otel.service=x service="order" method=a.b/C request_id=01890a5d-ac96 job="" "#;
    assert_eq!(value(fields, "service"), Some("order"));
    assert_eq!(value(fields, "request_id"), Some("01890a5d-ac96"));
    assert_eq!((value(fields, "job"), value(fields, "id")), (None, None));
}
