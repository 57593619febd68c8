//! The event bus: JetStream between processes, direct calls within one.
//!
//! Every service publishes through its outbox relay and consumes through `waybill-store`; the gateway tails. They all see the [`Bus`] trait,
//! so nothing in a service knows which shape it runs in. What both implementations promise:
//!
//! - delivery at least once, and per aggregate in the order of publication; consumers are idempotent by the event's id;
//! - an id that is published twice within a short while is delivered once;
//! - a durable consumer sees only the subjects it asked for; two durables both see every event;
//! - [`Bus::tail`] never blocks a publisher: a reader that is too slow loses events, and [`Bus::tail_losses`] says that some are lost.
//!
//! Module map: [`Envelope`] in `envelope`, errors in `error`, the patterns of subjects in `subject`,
//! [`InProcessBus`] in `in_process`, [`JetStreamBus`] in `jetstream`, what both do around a handler in `measure`.

mod envelope;
mod error;
mod in_process;
mod jetstream;
mod measure;
mod subject;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
pub use envelope::Envelope;
pub use error::BusError;
use futures::stream::BoxStream;
pub use in_process::InProcessBus;
pub use jetstream::{JetStreamBus, NatsAuth, NatsConfig};
pub use subject::matches;
use tokio::{sync::watch, task::JoinHandle};
pub use tokio_util::sync::CancellationToken;
use waybill_primitives::Timestamp;

/// Carries events between services.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Creates the stream of `service` (such as `order`) if it is missing, and brings its settings up to date. Idempotent.
    async fn ensure_stream(&self, service: &str) -> Result<StreamState, BusError>;

    /// What the stream of `service` holds now. The relay compares it with its outbox to notice a stream that went back or was re-created.
    async fn stream_state(&self, service: &str) -> Result<StreamState, BusError>;

    /// Returns once the bus has taken charge of the event. Callers pipeline by holding several of these futures;
    /// the order of their first polls is the order of publication.
    async fn publish(&self, event: Envelope) -> Result<Published, BusError>;

    /// As [`Bus::publish`], for an event that was published before and got lost or is wanted once more: taken even if the bus still
    /// remembers its id. Consumers know the ids that they have consumed.
    async fn publish_again(&self, event: Envelope) -> Result<Published, BusError> {
        self.publish(event).await
    }

    /// How far the durable consumers of the stream of `service` are. To be read before the stream's state: what a purge takes away,
    /// it takes away from here too.
    async fn lag(&self, _service: &str) -> Result<Lag, BusError> {
        Ok(Lag::default())
    }

    /// Sequences between the first and the last one whose events the stream of `service` does not hold.
    async fn holes(&self, _service: &str) -> Result<Vec<u64>, BusError> {
        Ok(Vec::new())
    }

    /// Starts a durable consumer: each matching event goes to `handler` at least once, per aggregate in order, different aggregates
    /// side by side. It heals by itself; the task ends only after `stop` is cancelled and the handlers at work have returned.
    async fn consume(
        &self,
        spec: ConsumerSpec,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> Result<JoinHandle<()>, BusError>;

    /// Every matching event from now on, without memory: for fan-out to live connections. Survives reconnects (what happens
    /// in between is lost). Dropping the stream ends it.
    async fn tail(&self, subjects: Vec<String>) -> Result<BoxStream<'static, Envelope>, BusError>;

    /// Counts up whenever a tail may have lost events: it was too slow, or the connection is back after it was away (then at once,
    /// and again when the tail sees everything that is published from now on). Whoever has built something on having seen every event has to rebuild it then.
    fn tail_losses(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    /// Whether a publish would probably work now; answers within two seconds.
    async fn healthy(&self) -> bool;

    /// Whether streams outlive the publish, and so can lose what they acknowledged. A bus that answers only when every consumer
    /// has committed keeps nothing: its relay has nothing to compare or fill again.
    fn keeps_events(&self) -> bool {
        true
    }

    /// Asks a service to publish events of one aggregate again, because a consumer misses one. Best effort: nobody may be listening.
    async fn ask_repair(&self, _ask: RepairAsk) -> Result<(), BusError> {
        Ok(())
    }

    /// What [`Bus::ask_repair`] asks of `service`, from now on. Never ends.
    async fn repair_asks(&self, _service: &str) -> Result<BoxStream<'static, RepairAsk>, BusError> {
        Ok(Box::pin(futures::stream::pending()))
    }
}

/// A consumer misses events of an aggregate.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RepairAsk {
    /// The service that published them.
    pub source: String,
    pub aggregate_id: uuid::Uuid,
    /// The first version that is missing.
    pub from_version: i64,
}

/// Takes the events of a durable consumer.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Returns only when the event is committed or dead-lettered, or when the process is stopping. A panic counts as [`Settled::Later`].
    async fn handle(&self, event: &Envelope) -> Settled;
}

/// What became of an event that a [`Handler`] was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Committed or dead-lettered: never deliver it again.
    Done,
    /// Not settled, because the process is stopping: deliver it again.
    Later,
}

/// Which events a durable consumer wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerSpec {
    /// The consumer's name on the bus, such as `payment-orders`: letters, digits, `-` and `_`.
    pub durable: String,
    /// The service whose stream is read, such as `order`.
    pub source: String,
    /// Patterns such as `waybill.order.order.*`: `*` stands for one token, a final `>` for one or more.
    pub subjects: Vec<String>,
}

/// What a service's stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamState {
    /// When the stream was created. Another value than last time means that it was deleted and made again.
    pub created: Timestamp,
    /// The oldest event that is still there.
    pub first_sequence: u64,
    /// The newest event; 0 for a stream that never had one.
    pub last_sequence: u64,
    /// How many events it holds.
    pub messages: u64,
    /// Events older than this are dropped; none if age does not matter.
    pub max_age: Option<Duration>,
    /// The stream has reached a limit of its size: new events push old ones out.
    pub full: bool,
}

impl StreamState {
    /// How many events between the first and the last one are not there.
    pub fn holes(&self) -> u64 {
        (self.last_sequence + 1)
            .saturating_sub(self.first_sequence)
            .saturating_sub(self.messages)
    }
}

/// How far the durable consumers of a stream are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lag {
    /// Up to this sequence every consumer has settled every event that it wants; none without consumers.
    pub settled: Option<u64>,
    /// The most events that a consumer which is connected has yet to settle.
    pub most: u64,
}

/// The bus's receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The event's position in its service's stream.
    pub sequence: u64,
}
