//! The deliveries of one durable consumer that are not settled yet, and their acknowledgements. Nothing here talks to NATS except
//! through [`Acks`], so that it can be tested alone.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use waybill_primitives::EventId;

use crate::{
    Envelope, Settled,
    measure::Runner,
    queues::{Queues, Ticket},
};

/// The acknowledgement of a delivery; `reply` names the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Done,
    /// Deliver it again now.
    Again,
    /// Still in progress: wait longer.
    Progress,
}

#[async_trait]
pub(super) trait Acks: Send + Sync + 'static {
    async fn say(&self, reply: &str, verdict: Verdict);
}

/// The deliveries of one consumer.
pub(super) struct Deliveries {
    queues: Arc<Queues<Delivery>>,
    held: Arc<Held>,
}

struct Held {
    acks: Arc<dyn Acks>,
    in_hand: Mutex<HashMap<Key, InHand>>,
}

/// The same event may be in a refilled stream at another position.
type Key = (EventId, u64);

struct InHand {
    /// None once the stream that it came from is gone.
    reply: Option<String>,
    since: Instant,
}

/// A delivery that waits or is being handled.
struct Delivery {
    key: Key,
    held: Arc<Held>,
}

#[async_trait]
impl Ticket for Delivery {
    async fn settled(self, settled: Settled) {
        let verdict = match settled {
            Settled::Done => Verdict::Done,
            Settled::Later => Verdict::Again,
        };
        let in_hand = self.held.in_hand.lock().remove(&self.key);
        if let Some(reply) = in_hand.and_then(|in_hand| in_hand.reply) {
            self.held.acks.say(&reply, verdict).await;
        }
    }
}

impl Deliveries {
    pub(super) fn new(
        runner: Runner,
        acks: Arc<dyn Acks>,
        concurrency: usize,
        stop: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            queues: Queues::new(runner, concurrency, stop),
            held: Arc::new(Held {
                acks,
                in_hand: Mutex::default(),
            }),
        })
    }

    /// Queues a delivery. One that is already held only gets its new `reply`.
    pub(super) fn push(&self, event: Envelope, sequence: u64, reply: String) {
        let key = (event.id, sequence);
        let since = Instant::now();
        let reply = Some(reply);
        let known = self
            .held
            .in_hand
            .lock()
            .insert(key, InHand { reply, since });
        if known.is_none() {
            let held = Arc::clone(&self.held);
            self.queues.push(Delivery { key, held }, event);
        }
    }

    /// Sequences of the events that wait or are being handled here.
    pub(super) fn holds(&self) -> Vec<u64> {
        let in_hand = self.held.in_hand.lock();
        let live = in_hand.iter().filter(|(_, it)| it.reply.is_some());
        live.map(|((_, sequence), _)| *sequence).collect()
    }

    /// The stream was recreated: an acknowledgement of an old delivery could match another event now.
    pub(super) fn forget_replies(&self) {
        for in_hand in self.held.in_hand.lock().values_mut() {
            in_hand.reply = None;
        }
    }

    /// Reports progress to the server for everything that has been held for longer than `age`.
    pub(super) async fn report_progress(&self, age: Duration) {
        let now = Instant::now();
        let old: Vec<_> = {
            let in_hand = self.held.in_hand.lock();
            let old = |it: &&InHand| now.duration_since(it.since) >= age;
            let in_hand = in_hand.values().filter(old);
            in_hand.filter_map(|it| it.reply.clone()).collect()
        };
        for reply in old {
            self.held.acks.say(&reply, Verdict::Progress).await;
        }
    }

    /// Waits until nothing is held; call it after `stop` was cancelled and after the last `push`.
    pub(super) async fn drain(&self) {
        self.queues.drain().await;
    }
}
