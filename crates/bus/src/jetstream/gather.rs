//! Puts events that come a second time back into order. When a session starts, those that an earlier one left unsettled come again in the order
//! in which the server noticed, perhaps behind younger ones. So everything is held until they are there, and then let go by sequence.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::Envelope;

/// Once no old event has come for so long, the rest is settled after all (its acknowledgements were on the way) or held by a replica.
const QUIET: Duration = Duration::from_millis(500);

/// A delivery with the subject that names it to the server.
pub(super) type Delivery = (Envelope, String);

pub(super) struct Gathering {
    /// How many old deliveries are still awaited.
    awaited: usize,
    /// Sequences up to this one were delivered before.
    last: u64,
    until: Instant,
    held: BTreeMap<u64, Delivery>,
}

impl Gathering {
    pub(super) fn new(awaited: usize, last: u64) -> Self {
        Self {
            awaited,
            last,
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

    /// Counts an old delivery that nobody here needs.
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

    /// In the stream's order.
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
        let mut gathering = Gathering::new(3, 10);
        for sequence in [12, 7, 11, 9, 7] {
            assert!(!gathering.is_complete());
            gathering.add(sequence, delivery(sequence));
        }
        gathering.skip(8);
        assert!(gathering.is_complete());
        let order: Vec<_> = gathering.release().map(|(sequence, _)| sequence).collect();
        assert_eq!(order, [7, 9, 11, 12]);
    }
}
