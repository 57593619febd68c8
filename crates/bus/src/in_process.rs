//! The bus within one process: a publish calls the consumers and returns when all have settled the event. So the outbox alone
//! makes it crash-safe, and nothing is stored here. Register every consumer before the first publish: a later one does not see
//! past events.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use futures::{
    StreamExt as _,
    future::join_all,
    stream::{self, BoxStream},
};
use hashlink::LruCache;
use metrics::counter;
use parking_lot::Mutex;
use tokio::{
    sync::{broadcast, oneshot, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use waybill_primitives::{EventId, Timestamp};

use crate::{
    Bus, BusError, ConsumerSpec, Envelope, Handler, Published, Settled, StreamState, matches,
    measure::Runner,
    queues::{Queues, Ticket},
    subject,
};

/// Events that a tail may lag behind before it loses some.
const TAIL_CAPACITY: usize = 8192;
/// Settled ids per service that are remembered to drop repeats.
const REMEMBERED_IDS: usize = 8192;
/// Aggregates of which a consumer tries an event alone at the same time.
const CONCURRENCY: usize = 128;

/// Calls consumers directly. Clone the `Arc`.
pub struct InProcessBus {
    consumers: Mutex<Vec<Arc<Consumer>>>,
    streams: Mutex<HashMap<String, Stream>>,
    tails: broadcast::Sender<Envelope>,
    losses: watch::Sender<u64>,
}

/// The sequence counter of a service and its recently published events.
struct Stream {
    last_sequence: u64,
    settled: LruCache<EventId, u64>,
}

struct Consumer {
    spec: ConsumerSpec,
    queues: Arc<Queues<oneshot::Sender<Settled>>>,
    stop: CancellationToken,
}

#[async_trait]
impl Ticket for oneshot::Sender<Settled> {
    async fn settled(self, settled: Settled) {
        // The publisher may have been dropped.
        let _ = self.send(settled);
    }
}

impl InProcessBus {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            consumers: Mutex::default(),
            streams: Mutex::default(),
            tails: broadcast::channel(TAIL_CAPACITY).0,
            losses: watch::Sender::new(0),
        })
    }

    fn with_stream<T>(&self, service: &str, work: impl FnOnce(&mut Stream) -> T) -> T {
        let mut streams = self.streams.lock();
        work(
            streams
                .entry(service.to_owned())
                .or_insert_with(Stream::new),
        )
    }
}

impl Stream {
    /// Sequences start from the clock, so that after a restart they are above all those that an outbox has stored.
    fn new() -> Self {
        Self {
            last_sequence: u64::try_from(Timestamp::now().micros()).unwrap_or(0),
            settled: LruCache::new(REMEMBERED_IDS),
        }
    }

    fn state(&self) -> StreamState {
        StreamState {
            // Nothing is stored, so nothing can be lost: to the relay this stream is always the same.
            created: Timestamp::UNIX_EPOCH,
            first_sequence: 1,
            last_sequence: self.last_sequence,
            messages: self.last_sequence,
            max_age: None,
            full: false,
        }
    }

    fn remember(&mut self, id: EventId) -> u64 {
        self.last_sequence += 1;
        self.settled.insert(id, self.last_sequence);
        self.last_sequence
    }
}

impl Consumer {
    fn wants(&self, event: &Envelope) -> bool {
        self.spec.source == event.source
            && self
                .spec
                .subjects
                .iter()
                .any(|pattern| matches(pattern, &event.subject))
    }

    /// Queues the event at once; the future returns when it is settled.
    fn deliver(&self, event: &Envelope) -> impl Future<Output = Result<(), BusError>> + use<'_> {
        let (sender, settled) = oneshot::channel();
        self.queues.push(sender, event.clone());
        async move {
            match settled.await {
                Ok(Settled::Done) => Ok(()),
                Ok(Settled::Later) | Err(_) => Err(BusError::NotSettled {
                    durable: self.spec.durable.clone(),
                }),
            }
        }
    }
}

#[async_trait]
impl Bus for InProcessBus {
    async fn ensure_stream(&self, service: &str) -> Result<StreamState, BusError> {
        Ok(self.with_stream(service, |stream| stream.state()))
    }

    async fn stream_state(&self, service: &str) -> Result<StreamState, BusError> {
        self.ensure_stream(service).await
    }

    async fn publish(&self, event: Envelope) -> Result<Published, BusError> {
        let known = {
            let streams = self.streams.lock();
            let stream = streams.get(&event.source);
            stream.and_then(|stream| stream.settled.peek(&event.id).copied())
        };
        match known {
            Some(sequence) => Ok(Published { sequence }),
            None => self.publish_again(event).await,
        }
    }

    async fn publish_again(&self, event: Envelope) -> Result<Published, BusError> {
        subject::check_event(&event)?;
        // Without a tail there is no receiver: not a failure.
        let _ = self.tails.send(event.clone());
        let wanting: Vec<_> = self
            .consumers
            .lock()
            .iter()
            .filter(|consumer| consumer.wants(&event))
            .cloned()
            .collect();
        let outcomes = join_all(wanting.iter().map(|consumer| consumer.deliver(&event))).await;
        let source = event.source.clone();
        if let Some(error) = outcomes.into_iter().find_map(Result::err) {
            counter!("waybill_bus_publish_failed_total", "source" => source).increment(1);
            return Err(error);
        }
        counter!("waybill_bus_events_published_total", "source" => source).increment(1);
        let sequence = self.with_stream(&event.source, |stream| stream.remember(event.id));
        Ok(Published { sequence })
    }

    /// A durable name that is registered again takes over from its former holder (after a restart of that part of the process).
    async fn consume(
        &self,
        spec: ConsumerSpec,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> Result<JoinHandle<()>, BusError> {
        subject::check_spec(&spec)?;
        let runner = Runner::new(&spec.durable, handler);
        let consumer = Arc::new(Consumer {
            queues: Queues::new(runner, CONCURRENCY, stop.clone()),
            spec,
            stop,
        });
        let mut consumers = self.consumers.lock();
        let same = |other: &Arc<Consumer>| {
            (&other.spec.source, &other.spec.durable)
                == (&consumer.spec.source, &consumer.spec.durable)
        };
        consumers.retain(|other| !same(other));
        consumers.push(Arc::clone(&consumer));
        drop(consumers);
        // A stopped consumer stays registered: until it is back, the events that it consumes cannot be published.
        Ok(tokio::spawn(async move {
            consumer.stop.cancelled().await;
            consumer.queues.drain().await;
        }))
    }

    async fn tail(&self, subjects: Vec<String>) -> Result<BoxStream<'static, Envelope>, BusError> {
        subject::check_patterns(&subjects)?;
        let receiver = self.tails.subscribe();
        Ok(stream::unfold(
            (receiver, subjects, self.losses.clone()),
            |(mut receiver, subjects, losses)| async move {
                loop {
                    match receiver.recv().await {
                        Ok(event) if subjects.iter().any(|s| matches(s, &event.subject)) => {
                            return Some((event, (receiver, subjects, losses)));
                        }
                        Ok(_) => {}
                        Err(broadcast::error::RecvError::Lagged(lost)) => {
                            counter!("waybill_bus_tail_lost_total").increment(lost);
                            losses.send_modify(|count| *count += 1);
                            tracing::warn!(lost, "A tail is too slow and lost events.");
                        }
                        Err(broadcast::error::RecvError::Closed) => return None,
                    }
                }
            },
        )
        .boxed())
    }

    fn tail_losses(&self) -> watch::Receiver<u64> {
        self.losses.subscribe()
    }

    async fn healthy(&self) -> bool {
        true
    }

    fn keeps_events(&self) -> bool {
        false
    }
}
