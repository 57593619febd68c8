//! The event bus: JetStream between processes, direct calls within one.
//!
//! Every service publishes through its outbox relay and consumes through `waybill-store`; the gateway tails. They all see the
//! [`Bus`] trait, so no service knows which shape it runs in. What both implementations guarantee:
//!
//! - delivery at least once, and per aggregate in the order of publication; consumers are idempotent by the event's id;
//! - an id that is published twice within a short time is delivered once;
//! - a durable consumer sees only the subjects of its filter; two durables both see every event;
//! - [`Bus::tail`] never blocks a publisher: a reader that is too slow loses events, and [`Bus::tail_losses`] reports that some
//!   are lost.
//!
//! Module map: [`Envelope`] in `envelope`, errors in `error`, the patterns of subjects in `subject`, [`InProcessBus`] in
//! `in_process`, [`JetStreamBus`] in `jetstream`, what both share around a handler in `queues` and `measure`.

mod envelope;
mod error;
mod in_process;
mod jetstream;
mod measure;
mod queues;
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

    /// What the stream of `service` holds now. The relay compares it with its outbox to notice a stream that went back or was
    /// recreated.
    async fn stream_state(&self, service: &str) -> Result<StreamState, BusError>;

    /// Returns once the bus has taken over the event. Callers pipeline by holding several of these futures; the order of their
    /// first polls is the order of publication.
    async fn publish(&self, event: Envelope) -> Result<Published, BusError>;

    /// As [`Bus::publish`], for an event that was published before and was lost or is requested again: accepted even if the bus
    /// still remembers its id. Consumers know the ids that they have consumed.
    async fn publish_again(&self, event: Envelope) -> Result<Published, BusError> {
        self.publish(event).await
    }

    /// How far the durable consumers of the stream of `service` are. Read it before the stream's state: a purge changes this
    /// value as well.
    async fn lag(&self, _service: &str) -> Result<Lag, BusError> {
        Ok(Lag::default())
    }

    /// Up to which sequence of the stream of `source` a durable consumer has settled every event of its filter; 0 if it has not begun.
    /// None for a bus that stores nothing.
    async fn settled(&self, _source: &str, _durable: &str) -> Result<Option<u64>, BusError> {
        Ok(None)
    }

    /// Sequences between the first and the last one that are missing in the stream of `service`.
    async fn holes(&self, _service: &str) -> Result<Vec<u64>, BusError> {
        Ok(Vec::new())
    }

    /// Starts a durable consumer: each matching event goes to `handler` at least once, in order per aggregate, different
    /// aggregates concurrently. It recovers by itself; the task ends only after `stop` is cancelled and the running handlers have
    /// returned.
    async fn consume(
        &self,
        spec: ConsumerSpec,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> Result<JoinHandle<()>, BusError>;

    /// Every matching event from now on, without history: for fan-out to live connections. Survives reconnects (events in between
    /// are lost). Dropping the stream ends it.
    async fn tail(&self, subjects: Vec<String>) -> Result<BoxStream<'static, Envelope>, BusError>;

    /// Counts up whenever a tail may have lost events: it was too slow, or the connection is back after an outage (then at once,
    /// and again when the tail sees everything that is published from now on). State that relies on every event has to be rebuilt
    /// then.
    fn tail_losses(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    /// Whether a publish would probably succeed now; returns within two seconds.
    async fn healthy(&self) -> bool;

    /// Whether streams store events, and so can lose what they acknowledged. A bus that returns only when every consumer has
    /// committed stores nothing: its relay has nothing to compare or refill.
    fn keeps_events(&self) -> bool {
        true
    }

    /// Asks a service to publish events of one aggregate again, because a consumer misses one. Best effort: nobody may be listening.
    async fn ask_repair(&self, _ask: RepairAsk) -> Result<(), BusError> {
        Ok(())
    }

    /// The requests of [`Bus::ask_repair`] to `service`, from now on. Never ends.
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

    /// Upper limit of the events that [`Handler::handle_together`] gets; with 1 it gets none, and each event goes to
    /// [`Handler::handle`].
    fn most_together(&self) -> usize {
        1
    }

    /// Called before [`Handler::handle_together`]: events that arrive until it returns are handled as well.
    async fn ready(&self) {
        tokio::task::yield_now().await;
    }

    /// Settles events that waited, in the order of their publication: all of them, or none.
    async fn handle_together(&self, _events: &[Envelope]) -> Together {
        Together::Apart
    }
}

/// The result of a [`Handler`] for several events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// The same for all of them.
    All(Settled),
    /// Nothing took effect: some of them cannot be settled like this. They are handled in smaller groups, and in the end alone.
    Apart,
}

/// The result of a [`Handler`] for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Committed or dead-lettered: never deliver it again.
    Done,
    /// Not settled, because the process is stopping: deliver it again.
    Later,
}

/// Which events a durable consumer takes.
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
    /// When the stream was created. Another value than last time means that it was deleted and recreated.
    pub created: Timestamp,
    /// The oldest event that is still there.
    pub first_sequence: u64,
    /// The newest event; 0 for a stream that never had one.
    pub last_sequence: u64,
    /// How many events it holds.
    pub messages: u64,
    /// Events older than this are dropped; none if age does not matter.
    pub max_age: Option<Duration>,
    /// The stream has reached its size limit: new events push old ones out.
    pub full: bool,
}

impl StreamState {
    /// How many events between the first and the last one are missing.
    pub fn holes(&self) -> u64 {
        (self.last_sequence + 1)
            .saturating_sub(self.first_sequence)
            .saturating_sub(self.messages)
    }
}

/// How far the durable consumers of a stream are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lag {
    /// Up to this sequence every consumer has settled every event of its filter; none without consumers.
    pub settled: Option<u64>,
    /// The largest number of events that a connected consumer has yet to settle.
    pub most: u64,
}

/// The bus's receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The event's position in its service's stream.
    pub sequence: u64,
}
