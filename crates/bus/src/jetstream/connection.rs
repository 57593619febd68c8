//! The connection to the NATS servers: comes back by itself, and tells consumers when it did.

use std::{sync::Arc, time::Duration};

use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use tokio::sync::watch;

use super::{NatsAuth, NatsConfig};
use crate::BusError;

const PING_INTERVAL: Duration = Duration::from_secs(10);
const LONGEST_RECONNECT_PAUSE: Duration = Duration::from_secs(2);

/// Opens the connection. A server that is away is no error: the client keeps trying, and `connects` counts each success.
pub(super) async fn open(
    config: &NatsConfig,
    connects: Arc<watch::Sender<u64>>,
) -> Result<Client, BusError> {
    let addresses = config
        .url
        .split(',')
        .map(|url| url.trim().parse::<ServerAddr>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| BusError::config("the NATS URL is not like nats://host:4222"))?;
    let options =
        match &config.auth {
            NatsAuth::Url => ConnectOptions::new(),
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
        .reconnect_delay_callback(reconnect_pause)
        .event_callback(move |event| {
            report(&event);
            if matches!(event, Event::Connected) {
                connects.send_modify(|count| *count += 1);
            }
            std::future::ready(())
        })
        .connect(addresses)
        .await
        .map_err(BusError::unavailable)
}

/// 25 ms, doubling up to 2 s.
fn reconnect_pause(attempt: usize) -> Duration {
    let doublings = u32::try_from(attempt).unwrap_or(u32::MAX).min(10);
    (Duration::from_millis(25) * 2_u32.pow(doublings)).min(LONGEST_RECONNECT_PAUSE)
}

fn report(event: &Event) {
    match event {
        Event::Connected => tracing::info!("Connected to NATS."),
        Event::Disconnected => tracing::warn!("The connection to NATS is lost; reconnecting."),
        Event::SlowConsumer(_) => {
            metrics::counter!("waybill_bus_tail_lost_total").increment(1);
            tracing::warn!("A tail is too slow and lost an event.");
        }
        Event::ServerError(error) => tracing::error!(%error, "NATS reports an error."),
        Event::ClientError(error) => tracing::warn!(%error, "The NATS client reports an error."),
        other => tracing::info!(event = %other, "The NATS connection changed."),
    }
}
