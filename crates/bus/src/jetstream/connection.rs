//! The connection to the NATS servers: reconnects by itself, and notifies consumers and tails when it did.

use std::{sync::Arc, time::Duration};

use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use backon::ExponentialBuilder;
use tokio::sync::watch;
use waybill_primitives::{Outage, Report, backoff, pause_after};

use super::{NatsAuth, NatsConfig};
use crate::BusError;

const PING_INTERVAL: Duration = Duration::from_secs(10);
/// Between attempts to connect.
const PAUSES: ExponentialBuilder = backoff(Duration::from_millis(50), Duration::from_secs(2));

/// Opens the connection. An unreachable server is no error: the client keeps trying. `connects` counts each success, and `losses`
/// everything that may have made a tail lose events.
pub(super) async fn open(
    config: &NatsConfig,
    connects: Arc<watch::Sender<u64>>,
    losses: watch::Sender<u64>,
) -> Result<Client, BusError> {
    let outage = Outage::new();
    let addresses = config
        .url
        .split(',')
        .map(|url| url.trim().parse::<ServerAddr>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| BusError::config("the NATS URL is not like nats://host:4222"))?;
    let options =
        match &config.auth {
            NatsAuth::Url => from_url(&addresses),
            NatsAuth::UserPassword { user, password } => {
                ConnectOptions::with_user_and_password(user.clone(), password.clone())
            }
            NatsAuth::Token(token) => ConnectOptions::with_token(token.clone()),
            NatsAuth::Credentials(path) => ConnectOptions::with_credentials_file(path)
                .await
                .map_err(|error| {
                    BusError::config(format!(
                        "cannot read the NATS credentials {}: {error}",
                        path.display()
                    ))
                })?,
        };
    options
        .name(&config.name)
        .retry_on_initial_connect()
        .max_reconnects(None)
        .ping_interval(PING_INTERVAL)
        .request_timeout(Some(config.publish_deadline))
        .reconnect_delay_callback(|attempt| {
            pause_after(PAUSES, i32::try_from(attempt).unwrap_or(i32::MAX))
        })
        .event_callback(move |event| {
            report(&event, &outage);
            if matches!(event, Event::Connected) {
                connects.send_modify(|count| *count += 1);
            }
            if matches!(event, Event::Connected | Event::SlowConsumer(_)) {
                losses.send_modify(|count| *count += 1);
            }
            std::future::ready(())
        })
        .connect(addresses)
        .await
        .map_err(BusError::unavailable)
}

/// The user and password of the first address that has them. The client itself ignores credentials in a URL.
fn from_url(addresses: &[ServerAddr]) -> ConnectOptions {
    let credentials = addresses
        .iter()
        .find_map(|address| Some((address.username()?, address.password()?)));
    match credentials {
        Some((user, password)) => {
            ConnectOptions::with_user_and_password(decoded(user), decoded(password))
        }
        None => ConnectOptions::new(),
    }
}

/// Percent-decoding: `%40` is `@`, and so on.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after
            .get(..2)
            .filter(|digits| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Logs what happens to the connection. While it is down each attempt is an event; a line is written at intervals.
fn report(event: &Event, outage: &Outage) {
    match event {
        Event::Connected => match outage.over() {
            None => tracing::info!("Connected to NATS."),
            Some(Report { failures, lasted }) => {
                tracing::info!(failures, ?lasted, "Connected to NATS again.");
            }
        },
        Event::Disconnected => tracing::warn!("The connection to NATS is lost; reconnecting."),
        Event::SlowConsumer(_) => {
            metrics::counter!("waybill_bus_tail_lost_total").increment(1);
            tracing::warn!("A tail is too slow and lost an event.");
        }
        Event::ServerError(error) => tracing::error!(%error, "NATS reports an error."),
        Event::ClientError(error) => {
            if let Some(Report { failures, .. }) = outage.failed() {
                tracing::warn!(failures, %error, "The NATS client reports an error.");
            }
        }
        other => tracing::info!(event = %other, "The NATS connection changed."),
    }
}
