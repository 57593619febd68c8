//! Distributes the events of one durable consumer to its handler. Events that wait go to it together, in order per aggregate. What
//! cannot be settled together with others is tried alone; then the later events of its aggregate wait for it, and no others.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::Arc,
};

use async_trait::async_trait;
use futures::future::join_all;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{Envelope, Settled, Together, measure::Runner};

/// Gets the outcome of an event.
#[async_trait]
pub(crate) trait Ticket: Send + 'static {
    async fn settled(self, settled: Settled);
}

/// The queues of one consumer. Clone the `Arc`.
pub(crate) struct Queues<T> {
    runner: Runner,
    stop: CancellationToken,
    tracker: TaskTracker,
    /// For events that are tried alone.
    permits: Semaphore,
    state: Mutex<State<T>>,
}

type Queue<T> = VecDeque<(T, Envelope)>;

struct State<T> {
    waiting: Queue<T>,
    /// A task works on `waiting`.
    running: bool,
    /// An entry exists exactly while a task works on the aggregate.
    alone: HashMap<Uuid, Queue<T>>,
}

impl<T: Ticket> Queues<T> {
    /// `concurrency`: aggregates of which an event is tried alone at the same time.
    pub(crate) fn new(runner: Runner, concurrency: usize, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            runner,
            stop,
            tracker: TaskTracker::new(),
            permits: Semaphore::new(concurrency),
            state: Mutex::new(State {
                waiting: Queue::new(),
                running: false,
                alone: HashMap::new(),
            }),
        })
    }

    pub(crate) fn push(self: &Arc<Self>, ticket: T, event: Envelope) {
        let mut state = self.state.lock();
        if let Some(queue) = state.alone.get_mut(&event.aggregate_id) {
            queue.push_back((ticket, event));
            return;
        }
        if self.runner.most_together() == 1 {
            return self.begin_alone(&mut state, ticket, event);
        }
        state.waiting.push_back((ticket, event));
        if !mem::replace(&mut state.running, true) {
            // A task of its own: a publisher that is dropped does not interrupt it.
            self.tracker.spawn(Arc::clone(self).work());
        }
    }

    async fn work(self: Arc<Self>) {
        loop {
            let waiting = self.state.lock().waiting.len();
            if waiting < self.runner.most_together() && !self.stop.is_cancelled() {
                self.runner.ready().await;
            }
            let batch: Queue<T> = {
                let mut state = self.state.lock();
                let count = state.waiting.len().min(self.runner.most_together());
                state.running = count > 0;
                state.waiting.drain(..count).collect()
            };
            if batch.is_empty() {
                return;
            }
            self.settle(batch).await;
        }
    }

    /// Halves a batch until the events are found that cannot be settled.
    async fn settle(self: &Arc<Self>, batch: Queue<T>) {
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            let (tickets, events): (Vec<_>, Vec<_>) = part.drain(..).unzip();
            let settled = match self.runner.together(&events, &self.stop).await {
                Together::All(settled) => settled,
                Together::Apart => {
                    part.extend(tickets.into_iter().zip(events));
                    let second = part.split_off(part.len().div_ceil(2));
                    if second.is_empty() {
                        self.set_apart(part, &mut parts);
                    } else {
                        parts.extend([second, part]);
                    }
                    continue;
                }
            };
            join_all(tickets.into_iter().map(|ticket| ticket.settled(settled))).await;
        }
    }

    /// Begins to try the event of `part` alone. The later ones of its aggregate, in `parts` and among those that wait, wait for it.
    fn set_apart(self: &Arc<Self>, mut part: Queue<T>, parts: &mut [Queue<T>]) {
        let mut state = self.state.lock();
        let Some((ticket, event)) = part.pop_front() else {
            return;
        };
        let aggregate = event.aggregate_id;
        let mut later = Queue::new();
        for queue in parts.iter_mut().rev().chain([&mut state.waiting]) {
            let (its, others) = mem::take(queue)
                .into_iter()
                .partition(|(_, event)| event.aggregate_id == aggregate);
            *queue = others;
            later.extend::<Queue<T>>(its);
        }
        self.begin_alone(&mut state, ticket, event);
        if let Some(queue) = state.alone.get_mut(&aggregate) {
            queue.extend(later);
        }
    }

    fn begin_alone(self: &Arc<Self>, state: &mut State<T>, ticket: T, event: Envelope) {
        let aggregate = event.aggregate_id;
        let queue = Queue::from([(ticket, event)]);
        state.alone.insert(aggregate, queue);
        self.tracker.spawn(Arc::clone(self).work_alone(aggregate));
    }

    async fn work_alone(self: Arc<Self>, aggregate: Uuid) {
        while let Some((ticket, event)) = self.next_alone(aggregate) {
            let settled = match self.permits.acquire().await {
                Ok(_permit) => self.runner.settle(&event, &self.stop).await,
                // Nobody closes the semaphore; if somebody did, not settling is safe.
                Err(_) => Settled::Later,
            };
            ticket.settled(settled).await;
        }
    }

    /// The aggregate's next event; if there is none, its queue is closed under the same lock.
    fn next_alone(&self, aggregate: Uuid) -> Option<(T, Envelope)> {
        let mut state = self.state.lock();
        let next = state.alone.get_mut(&aggregate)?.pop_front();
        if next.is_none() {
            state.alone.remove(&aggregate);
        }
        next
    }

    /// Waits until nothing is held; call it after `stop` was cancelled and after the last `push`.
    pub(crate) async fn drain(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}
