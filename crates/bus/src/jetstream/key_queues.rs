//! Distributes the events of one durable consumer to its handler: one queue per aggregate, each in order, a limited number
//! concurrently. Nothing here talks to NATS except through [`Acks`], so that it can be tested alone.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;
use waybill_primitives::EventId;

use crate::{Envelope, Settled, measure::Runner};

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

/// The queues of one consumer. Clone the `Arc`.
pub(super) struct KeyQueues {
    runner: Runner,
    acks: Arc<dyn Acks>,
    stop: CancellationToken,
    tracker: TaskTracker,
    permits: Semaphore,
    state: Mutex<State>,
}

/// A delivery: the same event may be in a refilled stream at another position.
type Key = (EventId, u64);

#[derive(Default)]
struct State {
    /// An entry exists exactly while a task works on the aggregate.
    waiting: HashMap<Uuid, VecDeque<(Key, Envelope)>>,
    in_hand: HashMap<Key, InHand>,
}

struct InHand {
    /// None once the stream that it came from is gone.
    reply: Option<String>,
    since: Instant,
}

impl KeyQueues {
    pub(super) fn new(
        runner: Runner,
        acks: Arc<dyn Acks>,
        concurrency: usize,
        stop: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            runner,
            acks,
            stop,
            tracker: TaskTracker::new(),
            permits: Semaphore::new(concurrency),
            state: Mutex::default(),
        })
    }

    /// Queues a delivery. One that is already held only gets its new `reply`.
    pub(super) fn push(self: &Arc<Self>, event: Envelope, sequence: u64, reply: String) {
        let key = (event.id, sequence);
        let aggregate = event.aggregate_id;
        let mut state = self.state.lock();
        let since = Instant::now();
        let reply = Some(reply);
        if let Some(known) = state.in_hand.get_mut(&key) {
            *known = InHand { reply, since };
            return;
        }
        state.in_hand.insert(key, InHand { reply, since });
        if let Some(queue) = state.waiting.get_mut(&aggregate) {
            queue.push_back((key, event));
            return;
        }
        state
            .waiting
            .insert(aggregate, VecDeque::from([(key, event)]));
        drop(state);
        self.tracker.spawn(Arc::clone(self).work(aggregate));
    }

    async fn work(self: Arc<Self>, aggregate: Uuid) {
        while let Some((key, event)) = self.next(aggregate) {
            let settled = match self.permits.acquire().await {
                Ok(_permit) => self.runner.settle(&event, &self.stop).await,
                // Nobody closes the semaphore; if somebody did, not settling is safe.
                Err(_) => Settled::Later,
            };
            let verdict = match settled {
                Settled::Done => Verdict::Done,
                Settled::Later => Verdict::Again,
            };
            let in_hand = self.state.lock().in_hand.remove(&key);
            if let Some(reply) = in_hand.and_then(|in_hand| in_hand.reply) {
                self.acks.say(&reply, verdict).await;
            }
        }
    }

    /// The aggregate's next event; if there is none, its queue is closed under the same lock.
    fn next(&self, aggregate: Uuid) -> Option<(Key, Envelope)> {
        let mut state = self.state.lock();
        let next = state.waiting.get_mut(&aggregate)?.pop_front();
        if next.is_none() {
            state.waiting.remove(&aggregate);
        }
        next
    }

    /// Sequences of the events that wait or are being handled here.
    pub(super) fn holds(&self) -> Vec<u64> {
        let state = self.state.lock();
        let live = state.in_hand.iter().filter(|(_, it)| it.reply.is_some());
        live.map(|((_, sequence), _)| *sequence).collect()
    }

    /// The stream was recreated: an acknowledgement of an old delivery could match another event now.
    pub(super) fn forget_replies(&self) {
        for in_hand in self.state.lock().in_hand.values_mut() {
            in_hand.reply = None;
        }
    }

    /// Reports progress to the server for everything that has been held for longer than `age`.
    pub(super) async fn report_progress(&self, age: Duration) {
        let now = Instant::now();
        let old: Vec<_> = {
            let state = self.state.lock();
            let old = |it: &&InHand| now.duration_since(it.since) >= age;
            let in_hand = state.in_hand.values().filter(old);
            in_hand.filter_map(|it| it.reply.clone()).collect()
        };
        for reply in old {
            self.acks.say(&reply, Verdict::Progress).await;
        }
    }

    /// Waits until nothing is held; call it after `stop` was cancelled and after the last `push`.
    pub(super) async fn drain(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}
