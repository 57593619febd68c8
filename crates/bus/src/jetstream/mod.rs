//! The bus between processes: NATS JetStream (server 2.9 or newer).
//!
//! Module map: settings in `config`, the connection in `connection`, streams in `stream`, headers in `wire`,
//! durable consumers in `consumer`, the order per aggregate in `lanes`.

mod config;
mod connection;
mod consumer;
mod lanes;
mod stream;
mod wire;

use std::{sync::Arc, time::Duration};

use async_nats::{
    Client,
    connection::State,
    jetstream::{
        Context,
        context::{ContextBuilder, PublishError, PublishErrorKind},
    },
};
use async_trait::async_trait;
pub use config::{NatsAuth, NatsConfig};
use futures::{StreamExt as _, stream::BoxStream};
use metrics::counter;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    Bus, BusError, ConsumerSpec, Envelope, Handler, Published, StreamState, matches,
    measure::Runner, subject,
};

/// Publishes that may wait for their acknowledgement at the same time; more wait their turn.
const MOST_IN_FLIGHT: usize = 5_000;
const HEALTH_DEADLINE: Duration = Duration::from_secs(2);

/// Speaks with NATS JetStream. Clone the `Arc`.
pub struct JetStreamBus {
    client: Client,
    context: Context,
    config: Arc<NatsConfig>,
    connects: Arc<watch::Sender<u64>>,
}

impl JetStreamBus {
    /// Starts connecting and returns without waiting for the server: services may start in any order, and [`Bus::healthy`] tells
    /// whether it is there. Only settings that cannot work are an error.
    pub async fn connect(config: &NatsConfig) -> Result<Arc<Self>, BusError> {
        config.check()?;
        let connects = Arc::new(watch::Sender::new(0));
        let client = connection::open(config, Arc::clone(&connects)).await?;
        let context = ContextBuilder::new()
            .timeout(config.publish_deadline)
            .max_ack_inflight(MOST_IN_FLIGHT)
            .build(client.clone());
        Ok(Arc::new(Self {
            client,
            context,
            config: Arc::new(config.clone()),
            connects,
        }))
    }

    /// While disconnected nothing is sent: the caller tries again, rather than events piling up in the client.
    fn check_connected(&self) -> Result<(), BusError> {
        match self.client.connection_state() {
            State::Connected => Ok(()),
            State::Pending | State::Disconnected => {
                Err(BusError::unavailable("not connected to NATS"))
            }
        }
    }

    async fn send(&self, event: &Envelope) -> Result<Published, BusError> {
        subject::check_event(event)?;
        self.check_connected()?;
        let failed = |error: PublishError| self.publish_error(&error, &event.source);
        let sending = async {
            let acked = self
                .context
                .publish_with_headers(
                    subject::with_root(&event.subject, &self.config.namespace),
                    wire::headers(event),
                    event.payload.clone(),
                )
                .await
                .map_err(failed)?;
            let ack = acked.await.map_err(failed)?;
            Ok(Published {
                sequence: ack.sequence,
            })
        };
        tokio::time::timeout(self.config.publish_deadline, sending)
            .await
            .unwrap_or_else(|_| Err(BusError::unavailable("NATS did not answer in time")))
    }

    fn publish_error(&self, error: &PublishError, service: &str) -> BusError {
        match error.kind() {
            PublishErrorKind::StreamNotFound => match stream::name(&self.config, service) {
                Ok(stream) => BusError::StreamMissing { stream },
                Err(error) => error,
            },
            PublishErrorKind::MaxPayloadExceeded => BusError::rejected(error),
            _ => BusError::unavailable(error),
        }
    }
}

#[async_trait]
impl Bus for JetStreamBus {
    async fn ensure_stream(&self, service: &str) -> Result<StreamState, BusError> {
        self.check_connected()?;
        stream::ensure(&self.context, &self.config, service).await
    }

    async fn stream_state(&self, service: &str) -> Result<StreamState, BusError> {
        self.check_connected()?;
        let name = stream::name(&self.config, service)?;
        let stream = stream::get(&self.context, &name).await?;
        Ok(stream::state(stream.cached_info()))
    }

    async fn publish(&self, event: Envelope) -> Result<Published, BusError> {
        let outcome = self.send(&event).await;
        let name = match outcome {
            Ok(_) => "waybill_bus_events_published_total",
            Err(_) => "waybill_bus_publish_failed_total",
        };
        counter!(name, "source" => event.source).increment(1);
        outcome
    }

    async fn consume(
        &self,
        spec: ConsumerSpec,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> Result<JoinHandle<()>, BusError> {
        subject::check_spec(&spec)?;
        let consumer = consumer::Consumer {
            client: self.client.clone(),
            context: self.context.clone(),
            config: Arc::clone(&self.config),
            stream: stream::name(&self.config, &spec.source)?,
            lanes: lanes::Lanes::new(
                Runner::new(&spec.durable, handler),
                Arc::new(consumer::NatsAcks(self.client.clone())),
                self.config.concurrency,
                stop.clone(),
            ),
            spec,
            connects: self.connects.subscribe(),
            stop,
        };
        Ok(tokio::spawn(consumer.run()))
    }

    async fn tail(&self, subjects: Vec<String>) -> Result<BoxStream<'static, Envelope>, BusError> {
        subject::check_patterns(&subjects)?;
        let mut all = Vec::new();
        for (at, pattern) in subjects.iter().enumerate() {
            let wire_pattern = subject::with_root(pattern, &self.config.namespace);
            let subscriber = self
                .client
                .subscribe(wire_pattern)
                .await
                .map_err(BusError::unavailable)?;
            // An event that fits several patterns is shown by the first of them only.
            let earlier = subjects[..at].to_vec();
            let events = subscriber.filter_map(move |message| {
                let event = wire::envelope(&message).ok();
                let shown = event.filter(|e| !earlier.iter().any(|s| matches(s, &e.subject)));
                std::future::ready(shown)
            });
            all.push(events);
        }
        // The server reads a connection in order: once it answers anything, it has the subscriptions, and events from now on are seen.
        if self.check_connected().is_ok()
            && let Err(error) = self.context.query_account().await
        {
            tracing::info!(%error, "A tail starts while NATS does not answer.");
        }
        Ok(futures::stream::select_all(all).boxed())
    }

    async fn healthy(&self) -> bool {
        let asked = tokio::time::timeout(HEALTH_DEADLINE, self.context.query_account());
        self.check_connected().is_ok() && matches!(asked.await, Ok(Ok(_)))
    }
}
