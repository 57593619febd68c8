//! The bus between processes: NATS JetStream (server 2.10 or newer).
//!
//! Module map: settings in `config`, the connection in `connection`, streams in `stream`, headers in `wire`,
//! durable consumers in `consumer`, their acknowledgements in `deliveries`, the order after interruptions in `redelivery_buffer`.

mod config;
mod connection;
mod consumer;
mod deliveries;
mod redelivery_buffer;
mod stream;
mod wire;

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use async_nats::{
    Client, RequestErrorKind,
    connection::State,
    jetstream::{
        Context,
        context::{ContextBuilder, PublishError, PublishErrorKind},
    },
};
use async_trait::async_trait;
use bytes::Bytes;
pub use config::{NatsAuth, NatsConfig};
use futures::{StreamExt as _, stream::BoxStream};
use metrics::counter;
use tokio::{
    sync::watch,
    task::{JoinHandle, coop::unconstrained},
};
use tokio_util::sync::CancellationToken;
use waybill_primitives::Outage;

use crate::{
    Bus, BusError, ConsumerSpec, Envelope, Handler, Lag, Published, RepairAsk, StreamState,
    matches, measure::Runner, subject,
};

/// Publishes that may wait for their acknowledgement at the same time; further ones wait their turn.
const MAX_IN_FLIGHT: usize = 5_000;
const PROBE_INTERVAL: Duration = Duration::from_millis(500);
const HEALTH_DEADLINE: Duration = Duration::from_secs(2);

/// The bus on NATS JetStream. Clone the `Arc`.
pub struct JetStreamBus {
    client: Client,
    context: Context,
    config: Arc<NatsConfig>,
    connects: Arc<watch::Sender<u64>>,
    losses: watch::Sender<u64>,
    /// Held while an event is handed to the client.
    turn: tokio::sync::Mutex<()>,
    /// Per stream: when it was last looked up after a failed publish, and whether it was missing.
    probes: tokio::sync::Mutex<HashMap<String, (Instant, bool)>>,
}

impl JetStreamBus {
    /// Starts connecting and returns without waiting for the server: services may start in any order, and [`Bus::healthy`] says
    /// whether it is reachable. Only invalid settings are an error.
    pub async fn connect(config: &NatsConfig) -> Result<Arc<Self>, BusError> {
        config.check()?;
        let connects = Arc::new(watch::Sender::new(0));
        let losses = watch::Sender::new(0);
        let client = connection::open(config, Arc::clone(&connects), losses.clone()).await?;
        let context = ContextBuilder::new()
            .timeout(config.publish_deadline)
            .max_ack_inflight(MAX_IN_FLIGHT)
            .build(client.clone());
        let bus = Arc::new(Self {
            client,
            context,
            config: Arc::new(config.clone()),
            connects,
            losses,
            turn: tokio::sync::Mutex::default(),
            probes: tokio::sync::Mutex::default(),
        });
        tokio::spawn(count_gaps(Arc::downgrade(&bus), bus.connects.subscribe()));
        Ok(bus)
    }

    /// While disconnected nothing is sent: the caller retries, instead of events piling up in the client.
    fn check_connected(&self) -> Result<(), BusError> {
        match self.client.connection_state() {
            State::Connected => Ok(()),
            State::Pending | State::Disconnected => {
                Err(BusError::unavailable("not connected to NATS"))
            }
        }
    }

    /// Asks the server whether JetStream is available to this client.
    async fn ask(&self) -> Result<(), BusError> {
        // Older servers ignore multiple filters of a consumer, and answer the next request in another form.
        let version = self.client.server_info().version;
        if !version.is_empty() && !self.client.is_server_compatible(2, 10, 0) {
            let error = format!("NATS server 2.10 or newer is needed; this one is {version}");
            tracing::error!("{error}");
            return Err(BusError::config(error));
        }
        let answer = self.context.query_account().await;
        answer.map(drop).map_err(BusError::unavailable)
    }

    async fn send(&self, event: &Envelope, again: bool) -> Result<Published, BusError> {
        subject::check_event(event)?;
        self.check_connected()?;
        let failed = |error: PublishError| self.publish_error(&error, &event.source);
        let sending = async {
            let handed_over = async {
                // A fair queue, so that no event overtakes another while the client is busy.
                let _turn = self.turn.lock().await;
                let subject = subject::with_root(&event.subject, &self.config.namespace);
                let (headers, payload) = (wire::headers(event, again), event.payload.clone());
                let context = &self.context;
                context
                    .publish_with_headers(subject, headers, payload)
                    .await
            };
            // Without Tokio's coop budget, which would send one future back to the queue and let the next one overtake it.
            let acked = unconstrained(handed_over).await.map_err(failed)?;
            let ack = acked.await.map_err(failed)?;
            Ok(Published {
                sequence: ack.sequence,
            })
        };
        let sent = tokio::time::timeout(self.config.publish_deadline, sending)
            .await
            .unwrap_or_else(|_| Err(BusError::unavailable("NATS did not answer in time")));
        match sent {
            Err(error @ BusError::Unavailable { .. }) => {
                Err(self.explain(error, &event.source).await)
            }
            sent => sent,
        }
    }

    /// The server reports at once that nobody listens to a subject, but a tail listens to it even when its stream is gone. So a
    /// publish without a response looks the stream up; many of them at a time look once.
    async fn explain(&self, error: BusError, service: &str) -> BusError {
        let Ok(name) = stream::name(&self.config, service) else {
            return error;
        };
        let mut probes = self.probes.lock().await;
        let missing = match probes.get(&name) {
            Some((at, missing)) if at.elapsed() < PROBE_INTERVAL => *missing,
            _ => {
                let found = match self.check_connected() {
                    Ok(()) => stream::get(&self.context, &name).await.map(drop),
                    Err(error) => Err(error),
                };
                let missing = matches!(found, Err(BusError::StreamMissing { .. }));
                probes.insert(name.clone(), (Instant::now(), missing));
                missing
            }
        };
        if missing {
            BusError::StreamMissing { stream: name }
        } else {
            error
        }
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

fn counted(event: &Envelope, outcome: Result<Published, BusError>) -> Result<Published, BusError> {
    let name = match outcome {
        Ok(_) => "waybill_bus_events_published_total",
        Err(_) => "waybill_bus_publish_failed_total",
    };
    counter!(name, "source" => event.source.clone()).increment(1);
    outcome
}

/// The client reports the connection before it has subscribed again, and a tail misses what is published in between. So the gap
/// is counted once more when it is certainly over.
async fn count_gaps(bus: Weak<JetStreamBus>, mut connects: watch::Receiver<u64>) {
    while connects.changed().await.is_ok() {
        loop {
            let Some(bus) = bus.upgrade() else { return };
            // The server reads a connection in order: any response comes after the subscriptions.
            let asked = bus.client.request("$JS.API.INFO", Bytes::new()).await;
            let unanswered =
                matches!(asked, Err(error) if error.kind() == RequestErrorKind::TimedOut);
            if !unanswered {
                bus.losses.send_modify(|count| *count += 1);
            }
            if !unanswered || connects.has_changed().unwrap_or(true) {
                break;
            }
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
        counted(&event, self.send(&event, false).await)
    }

    async fn publish_again(&self, event: Envelope) -> Result<Published, BusError> {
        counted(&event, self.send(&event, true).await)
    }

    async fn lag(&self, service: &str) -> Result<Lag, BusError> {
        self.check_connected()?;
        let name = stream::name(&self.config, service)?;
        let stream = stream::get(&self.context, &name).await?;
        stream::lag(&stream).await
    }

    async fn settled(&self, source: &str, durable: &str) -> Result<Option<u64>, BusError> {
        self.check_connected()?;
        let name = stream::name(&self.config, source)?;
        match stream::get(&self.context, &name).await {
            Ok(stream) => stream::settled(&stream, durable).await.map(Some),
            // Its service makes it again, with what was not consumed.
            Err(BusError::StreamMissing { .. }) => Ok(Some(0)),
            Err(error) => Err(error),
        }
    }

    async fn holes(&self, service: &str) -> Result<Vec<u64>, BusError> {
        self.check_connected()?;
        let name = stream::name(&self.config, service)?;
        stream::holes(&self.context, &name).await
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
            deliveries: deliveries::Deliveries::new(
                Runner::new(&spec.durable, handler),
                Arc::new(consumer::NatsAcks(self.client.clone())),
                self.config.concurrency,
                stop.clone(),
            ),
            spec,
            connects: self.connects.subscribe(),
            stop,
            interrupted: Outage::new(),
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
            // An event that matches several patterns is delivered by the first of them only.
            let earlier = subjects[..at].to_vec();
            let events = subscriber.filter_map(move |message| {
                let event = wire::envelope(&message).ok();
                let shown = event.filter(|e| !earlier.iter().any(|s| matches(s, &e.subject)));
                std::future::ready(shown)
            });
            all.push(events);
        }
        // The server reads a connection in order: once it responds, it has the subscriptions, and events from now on are seen.
        if self.check_connected().is_ok()
            && let Err(error) = self.ask().await
        {
            tracing::info!(%error, "A tail starts while NATS does not answer.");
        }
        Ok(futures::stream::select_all(all).boxed())
    }

    fn tail_losses(&self) -> watch::Receiver<u64> {
        self.losses.subscribe()
    }

    async fn healthy(&self) -> bool {
        let asked = tokio::time::timeout(HEALTH_DEADLINE, self.ask());
        self.check_connected().is_ok() && matches!(asked.await, Ok(Ok(())))
    }

    async fn ask_repair(&self, ask: RepairAsk) -> Result<(), BusError> {
        self.check_connected()?;
        let subject = stream::repair_subject(&self.config, &ask.source);
        let payload = serde_json::to_vec(&ask).map_err(BusError::rejected)?;
        let sent = self.client.publish(subject, payload.into()).await;
        sent.map_err(BusError::unavailable)
    }

    async fn repair_asks(&self, service: &str) -> Result<BoxStream<'static, RepairAsk>, BusError> {
        let subject = stream::repair_subject(&self.config, service);
        let asks = self
            .client
            .subscribe(subject)
            .await
            .map_err(BusError::unavailable)?;
        let asks = asks.filter_map(|message| {
            std::future::ready(serde_json::from_slice(&message.payload).ok())
        });
        // The relay must not end with the subscription.
        Ok(asks.chain(futures::stream::pending()).boxed())
    }
}
