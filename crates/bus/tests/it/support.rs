//! Buses to test, events to send, and a handler that remembers what it was given.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures::future::{BoxFuture, join_all};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;
use waybill_bus::{
    Bus, BusError, CancellationToken, ConsumerSpec, Envelope, Handler, InProcessBus, JetStreamBus,
    NatsConfig, Published, Settled,
};
use waybill_primitives::{EventId, Timestamp};
use waybill_testkit::NatsServer;

pub use waybill_testkit::until;

/// Nothing here takes longer unless it is broken.
pub const PATIENCE: Duration = Duration::from_mins(1);

pub const PLACED: &str = "waybill.order.order.placed";
pub const PAID: &str = "waybill.order.order.paid";
pub const PRODUCT: &str = "waybill.order.product.created";

/// A bus with the server behind it.
pub struct World {
    pub bus: Arc<dyn Bus>,
    pub server: Option<NatsServer>,
}

impl World {
    pub async fn in_process() -> Option<Self> {
        let bus = InProcessBus::new();
        bus.ensure_stream("order").await.unwrap();
        Some(Self { bus, server: None })
    }

    pub async fn jetstream() -> Option<Self> {
        let server = NatsServer::start().await?;
        let bus = connect(&NatsConfig::new(server.url())).await;
        bus.ensure_stream("order").await.unwrap();
        Some(Self {
            bus,
            server: Some(server),
        })
    }

    pub fn server(&mut self) -> &mut NatsServer {
        self.server.as_mut().expect("a JetStream world")
    }
}

/// Connects and waits until the server answers.
pub async fn connect(config: &NatsConfig) -> Arc<JetStreamBus> {
    let bus = JetStreamBus::connect(config).await.unwrap();
    until("the bus is healthy", || bus.healthy()).await;
    bus
}

pub fn event(subject: &str, aggregate_id: Uuid, version: i64) -> Envelope {
    Envelope {
        id: EventId::new(),
        subject: subject.to_owned(),
        source: subject.split('.').nth(1).unwrap().to_owned(),
        aggregate_id,
        aggregate_version: version,
        time: Timestamp::now(),
        traceparent: None,
        request_id: None,
        actor: None,
        payload: format!("{aggregate_id} {version}").into(),
    }
}

/// `versions` events of each of `aggregates` aggregates, interleaved as a busy service would publish them.
pub fn events(aggregates: usize, versions: i64) -> Vec<Envelope> {
    let ids: Vec<_> = (0..aggregates).map(|_| Uuid::now_v7()).collect();
    (1..=versions)
        .flat_map(|version| ids.iter().map(move |id| event(PLACED, *id, version)))
        .collect()
}

/// Pipelined, in this order; in chunks, so that a slow machine responds to the last ones in time.
pub async fn publish_all(bus: &Arc<dyn Bus>, events: &[Envelope]) {
    for some in events.chunks(250) {
        let sent = join_all(some.iter().map(|event| bus.publish(event.clone()))).await;
        for published in sent {
            published.unwrap();
        }
    }
}

/// As the relay does: retries until accepted, and recreates the stream if it is gone.
pub async fn publish_until_accepted(bus: &Arc<dyn Bus>, event: &Envelope) -> Published {
    let sent = async {
        loop {
            match bus.publish(event.clone()).await {
                Ok(published) => return published,
                Err(BusError::StreamMissing { .. }) => {
                    let _ = bus.ensure_stream(&event.source).await;
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    let sent = tokio::time::timeout(PATIENCE, sent).await;
    sent.expect("the event can be published in the end")
}

pub fn spec(durable: &str, subjects: &[&str]) -> ConsumerSpec {
    ConsumerSpec {
        durable: durable.to_owned(),
        source: "order".to_owned(),
        subjects: subjects.iter().map(ToString::to_string).collect(),
    }
}

type Script = dyn Fn(Envelope, usize) -> BoxFuture<'static, Settled> + Send + Sync;

/// Records each event that it settled as done, and runs its script first.
pub struct Recorder {
    script: Box<Script>,
    calls: AtomicUsize,
    done: watch::Sender<Vec<Envelope>>,
}

impl Recorder {
    pub fn new() -> Arc<Self> {
        Self::scripted(|_, _| async { Settled::Done })
    }

    /// `script` gets the event and the number of earlier calls.
    pub fn scripted<F>(script: impl Fn(Envelope, usize) -> F + Send + Sync + 'static) -> Arc<Self>
    where
        F: Future<Output = Settled> + Send + 'static,
    {
        Arc::new(Self {
            script: Box::new(move |event, call| Box::pin(script(event, call))),
            calls: AtomicUsize::new(0),
            done: watch::Sender::new(Vec::new()),
        })
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub fn done(&self) -> Vec<Envelope> {
        self.done.borrow().clone()
    }

    pub async fn wait_until(&self, condition: impl Fn(&[Envelope]) -> bool) -> Vec<Envelope> {
        let mut done = self.done.subscribe();
        let met = tokio::time::timeout(PATIENCE, done.wait_for(|events| condition(events))).await;
        let Ok(events) = met else {
            panic!("timed out; settled: {:#?}", versions(&self.done()));
        };
        events.unwrap().clone()
    }

    pub async fn wait_for(&self, count: usize) -> Vec<Envelope> {
        self.wait_until(|events| events.len() >= count).await
    }

    pub async fn wait_for_event(&self, event: &Envelope) -> Vec<Envelope> {
        self.wait_until(|events| events.iter().any(|done| done.id == event.id))
            .await
    }

    /// Waits until every one of `events` was settled.
    pub async fn wait_for_all(&self, events: &[Envelope]) -> Vec<Envelope> {
        self.wait_until(|done| {
            let ids: std::collections::HashSet<_> = done.iter().map(|event| event.id).collect();
            events.iter().all(|event| ids.contains(&event.id))
        })
        .await
    }
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, event: &Envelope) -> Settled {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let settled = (self.script)(event.clone(), call).await;
        if settled == Settled::Done {
            self.done.send_modify(|events| events.push(event.clone()));
        }
        settled
    }
}

/// A consumer that stops when this is dropped, or cleanly by `stop`.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        ended.expect("the consumer ends").unwrap();
    }

    pub fn token(&self) -> CancellationToken {
        self.stop.clone()
    }
}

pub async fn consume(bus: &Arc<dyn Bus>, spec: ConsumerSpec, handler: &Arc<Recorder>) -> Running {
    let stop = CancellationToken::new();
    let handler = Arc::clone(handler) as Arc<dyn Handler>;
    let task = bus.consume(spec, handler, stop.clone()).await.unwrap();
    Running { stop, task }
}

/// Each aggregate's versions in the order of settling.
pub fn versions(events: &[Envelope]) -> BTreeMap<Uuid, Vec<i64>> {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    for event in events {
        let versions = all.entry(event.aggregate_id).or_default();
        versions.push(event.aggregate_version);
    }
    all
}

/// Each aggregate's versions without repeats, in the order in which each was settled first.
pub fn first_versions(events: &[Envelope]) -> BTreeMap<Uuid, Vec<i64>> {
    let mut all = versions(events);
    for versions in all.values_mut() {
        let mut seen = std::collections::HashSet::new();
        versions.retain(|version| seen.insert(*version));
    }
    all
}
