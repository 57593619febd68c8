//! Puts redelivered events back into order. When a session starts, events that an earlier one left unsettled come again in the
//! order in which the server noticed, perhaps behind younger ones. So everything is held until they have arrived, and then
//! released by sequence.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::Envelope;

/// Once no old event has come for this long, the rest is requested again.
const QUIET: Duration = Duration::from_millis(300);
/// After this many requests the rest counts as settled (its acknowledgements were on the way) or as held by a replica.
const MAX_ROUNDS: u32 = 10;

/// A delivery with its reply subject.
pub(super) type Delivery = (Envelope, String);

pub(super) struct RedeliveryBuffer {
    /// How many old deliveries are still awaited.
    awaited: usize,
    /// Sequences up to this one were delivered before.
    last: u64,
    round: u32,
    until: Instant,
    held: BTreeMap<u64, Delivery>,
}

impl RedeliveryBuffer {
    pub(super) fn new(awaited: usize, last: u64) -> Self {
        Self {
            awaited,
            last,
            round: 1,
            until: Instant::now() + QUIET,
            held: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, sequence: u64, delivery: Delivery) {
        let new = self.held.insert(sequence, delivery).is_none();
        if new && sequence <= self.last {
            self.skip(sequence);
        }
    }

    /// Counts an old delivery that is not needed here.
    pub(super) fn skip(&mut self, sequence: u64) {
        if sequence <= self.last {
            self.awaited = self.awaited.saturating_sub(1);
            self.until = Instant::now() + QUIET;
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.awaited == 0
    }

    /// When to stop waiting for the rest.
    pub(super) fn deadline(&self) -> Instant {
        self.until
    }

    /// Starts another round for `awaited` deliveries; after the last round, `Err` returns what is held.
    pub(super) fn again(mut self, awaited: usize) -> Result<Self, Self> {
        if self.round >= MAX_ROUNDS {
            return Err(self);
        }
        self.round += 1;
        self.awaited = self.awaited.min(awaited);
        self.until = Instant::now() + QUIET;
        Ok(self)
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn held(&self) -> impl Iterator<Item = u64> {
        self.held.keys().copied()
    }

    /// In the order of the stream.
    pub(super) fn release(self) -> impl Iterator<Item = (u64, Delivery)> {
        self.held.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use waybill_primitives::{EventId, Timestamp};

    use super::*;

    fn delivery(sequence: u64) -> Delivery {
        let event = Envelope {
            id: EventId::new(),
            subject: "waybill.order.order.placed".to_owned(),
            source: "order".to_owned(),
            aggregate_id: Uuid::now_v7(),
            aggregate_version: 1,
            time: Timestamp::now(),
            traceparent: None,
            request_id: None,
            actor: None,
            payload: Vec::new().into(),
        };
        (event, format!("reply-{sequence}"))
    }

    #[tokio::test]
    async fn old_deliveries_are_awaited_and_all_are_let_go_in_order() {
        let mut buffer = RedeliveryBuffer::new(3, 10);
        for sequence in [12, 7, 11, 9, 7] {
            assert!(!buffer.is_complete());
            buffer.add(sequence, delivery(sequence));
        }
        buffer.skip(8);
        assert!(buffer.is_complete());
        let order: Vec<_> = buffer.release().map(|(sequence, _)| sequence).collect();
        assert_eq!(order, [7, 9, 11, 12]);
    }

    #[tokio::test]
    async fn the_rest_is_given_up_after_some_rounds() {
        let mut buffer = RedeliveryBuffer::new(3, 10);
        buffer.add(7, delivery(7));
        for _ in 1..MAX_ROUNDS {
            let Ok(next) = buffer.again(2) else {
                panic!("given up too early")
            };
            buffer = next;
        }
        assert!(buffer.again(2).is_err_and(|rest| rest.held().eq([7])));
    }
}
