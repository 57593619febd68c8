//! Batches of waiting events: while one batch is handled, the next one collects.

use std::future::Future;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use waybill_bus::Envelope;

/// Upper limit of events in one batch, whatever a handler allows.
pub(crate) const MOST: usize = 64;

/// The events that wait for the current batch to end. Without a queue a batch is one event.
#[derive(Default)]
pub(crate) struct Batches {
    waiting: Mutex<Vec<(Envelope, oneshot::Sender<bool>)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Batches {
    /// Joins a batch and returns whether the event was handled there. False means that the batch failed as a whole and that the
    /// caller must handle the event. At most `most` events are handled together.
    pub(crate) async fn join<F, Fut, E>(&self, event: &Envelope, most: usize, mut handle: F) -> bool
    where
        F: FnMut(Vec<Envelope>) -> Fut,
        Fut: Future<Output = Result<(), E>>,
    {
        let (sender, mut receiver) = oneshot::channel();
        self.waiting.lock().push((event.clone(), sender));
        loop {
            let turn = tokio::select! {
                biased;
                // An error means that the task that handled the batch was dropped, and its transaction with it.
                handled = &mut receiver => return handled.unwrap_or(false),
                turn = self.turn.lock() => turn,
            };
            let batch: Vec<_> = {
                let mut waiting = self.waiting.lock();
                let count = waiting.len().min(most.clamp(1, MOST));
                waiting.drain(..count).collect()
            };
            // Empty if the previous batch, whose results are being sent, contained this event too.
            let handled = if batch.is_empty() {
                false
            } else {
                let events = batch.iter().map(|(event, _)| event.clone()).collect();
                handle(events).await.is_ok()
            };
            drop(turn);
            for (_, sender) in batch {
                // A caller that stopped waiting gets the event delivered again.
                let _ = sender.send(handled);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use bytes::Bytes;
    use tokio::task::JoinSet;
    use uuid::Uuid;
    use waybill_primitives::{EventId, Timestamp};

    use super::*;

    fn event() -> Envelope {
        Envelope {
            id: EventId::new(),
            subject: "waybill.order.order.placed".to_owned(),
            source: "order".to_owned(),
            aggregate_id: Uuid::now_v7(),
            aggregate_version: 1,
            time: Timestamp::UNIX_EPOCH,
            traceparent: None,
            request_id: None,
            actor: None,
            payload: Bytes::new(),
        }
    }

    #[tokio::test]
    async fn one_alone_is_a_batch() {
        assert_eq!(gather(1, true).await, (1, 1));
    }

    /// Starts `count` events while a first batch is held up, so that they collect. Returns how many were handled and in how many
    /// batches.
    async fn gather(count: usize, succeed: bool) -> (usize, usize) {
        let batches = Arc::new(Batches::default());
        let calls = Arc::new(AtomicUsize::new(0));
        let hold = batches.turn.lock().await;
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let (batches, calls) = (Arc::clone(&batches), Arc::clone(&calls));
            tasks.spawn(async move {
                let handle = |events: Vec<Envelope>| {
                    assert!(events.len() <= MOST);
                    calls.fetch_add(1, Ordering::SeqCst);
                    async move { if succeed { Ok(()) } else { Err(()) } }
                };
                batches.join(&event(), MOST, handle).await
            });
        }
        while batches.waiting.lock().len() < count {
            tokio::task::yield_now().await;
        }
        drop(hold);
        let handled = tasks
            .join_all()
            .await
            .into_iter()
            .filter(|handled| *handled)
            .count();
        (handled, calls.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn those_that_wait_are_handled_together() {
        assert_eq!(gather(10, true).await, (10, 1));
        assert_eq!(gather(130, true).await, (130, 3));
    }

    #[tokio::test]
    async fn a_batch_that_fails_is_given_back() {
        assert_eq!(gather(10, false).await, (0, 1));
    }
}
