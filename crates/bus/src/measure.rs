//! Runs a handler so that a panic affects only its event, and measures it. Both implementations deliver through here.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use backon::BackoffBuilder as _;
use futures::FutureExt as _;
use metrics::{Counter, Histogram, counter, histogram};
use tokio_util::sync::CancellationToken;
use waybill_primitives::backoff;

use crate::{Envelope, Handler, Settled, Together};

/// First and longest pause before a handler that did not settle is called again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// A handler with its consumer's name and instruments.
pub(crate) struct Runner {
    durable: String,
    handler: Arc<dyn Handler>,
    consumed: Counter,
    not_settled: Counter,
    seconds: Histogram,
}

impl Runner {
    pub(crate) fn new(durable: &str, handler: Arc<dyn Handler>) -> Self {
        let label = || durable.to_owned();
        Self {
            durable: durable.to_owned(),
            handler,
            consumed: counter!("waybill_bus_events_consumed_total", "consumer" => label()),
            not_settled: counter!("waybill_bus_events_not_settled_total", "consumer" => label()),
            seconds: histogram!("waybill_bus_handler_seconds", "consumer" => label()),
        }
    }

    /// Events that the handler takes together, at most.
    pub(crate) fn most_together(&self) -> usize {
        self.handler.most_together().max(1)
    }

    /// Returns when the handler takes the next events. A panic ends the wait: the events show what is wrong.
    pub(crate) async fn ready(&self) {
        let _ = AssertUnwindSafe(self.handler.ready()).catch_unwind().await;
    }

    /// Calls the handler for all events at once. A panic, and not settling without being stopped, count as [`Together::Apart`]: later
    /// events of the same aggregates must not overtake these.
    pub(crate) async fn together(&self, events: &[Envelope], stop: &CancellationToken) -> Together {
        if stop.is_cancelled() {
            return Together::All(Settled::Later);
        }
        let start = Instant::now();
        let handled = AssertUnwindSafe(self.handler.handle_together(events)).catch_unwind();
        let outcome = match handled.await {
            Ok(Together::All(Settled::Later)) if !stop.is_cancelled() => Together::Apart,
            outcome => outcome.unwrap_or(Together::Apart),
        };
        self.seconds.record(start.elapsed().as_secs_f64());
        match outcome {
            Together::All(Settled::Done) => self.consumed.increment(events.len() as u64),
            Together::All(Settled::Later) => self.not_settled.increment(events.len() as u64),
            Together::Apart => {}
        }
        outcome
    }

    /// Calls the handler once.
    async fn attempt(&self, event: &Envelope) -> Settled {
        let start = Instant::now();
        let outcome = AssertUnwindSafe(self.handler.handle(event))
            .catch_unwind()
            .await;
        self.seconds.record(start.elapsed().as_secs_f64());
        let settled = outcome.unwrap_or_else(|_| {
            tracing::error!(
                consumer = self.durable,
                event_id = %event.id,
                subject = event.subject,
                "The handler panicked; the event will be delivered again."
            );
            Settled::Later
        });
        match settled {
            Settled::Done => self.consumed.increment(1),
            Settled::Later => self.not_settled.increment(1),
        }
        settled
    }

    /// Calls the handler until the event is settled, or `stop` is cancelled. Retrying in place keeps the aggregate's order.
    pub(crate) async fn settle(&self, event: &Envelope, stop: &CancellationToken) -> Settled {
        for pause in backoff(FIRST_PAUSE, MAX_PAUSE).build() {
            if stop.is_cancelled() {
                break;
            }
            if self.attempt(event).await == Settled::Done {
                return Settled::Done;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        Settled::Later
    }
}
