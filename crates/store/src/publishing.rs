//! Groups of events, one aggregate each, and publishing such a group in order.

use std::{collections::HashMap, sync::Arc};

use futures::{
    StreamExt as _,
    stream::{self, FuturesOrdered},
};
use uuid::Uuid;
use waybill_bus::{Bus, BusError, Envelope};
use waybill_primitives::EventId;

use crate::refill;

/// Events of one aggregate, each with whether it was published before.
pub(crate) type Together = Vec<(Envelope, bool)>;

/// The result of publishing the events of one aggregate one after the other.
pub(crate) struct Outcome {
    pub(crate) aggregate: Uuid,
    /// Number of events, published or not.
    pub(crate) events: usize,
    /// Ids with the sequences that acknowledged them.
    pub(crate) published: Vec<(EventId, i64)>,
    pub(crate) failed: Option<BusError>,
}

/// The groups in the order of their first events. `again`: all were published before.
pub(crate) fn by_aggregate(events: Vec<Envelope>, again: bool) -> Vec<Together> {
    let mut groups: Vec<Together> = Vec::new();
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    for event in events {
        let place = *places.entry(event.aggregate_id).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push((event, again));
    }
    groups
}

/// Publishes them in order. What follows a failure is not published, or counts as not published. A bus that keeps events gets one after
/// the other; the in-process bus gets all of them at once, because it keeps their order.
pub(crate) async fn publish(bus: Arc<dyn Bus>, aggregate: Uuid, events: Together) -> Outcome {
    let mut outcome = Outcome {
        aggregate,
        events: events.len(),
        published: Vec::with_capacity(events.len()),
        failed: None,
    };
    let one = |(event, again)| one(&bus, event, again);
    let mut receipts = if bus.keeps_events() {
        stream::iter(events).then(one).boxed()
    } else {
        let all: FuturesOrdered<_> = events.into_iter().map(one).collect();
        all.boxed()
    };
    while let Some(receipt) = receipts.next().await {
        match receipt {
            Ok(published) => outcome.published.push(published),
            Err(error) => {
                outcome.failed = Some(error);
                break;
            }
        }
    }
    drop(receipts);
    outcome
}

async fn one(bus: &Arc<dyn Bus>, event: Envelope, again: bool) -> Result<(EventId, i64), BusError> {
    let id = event.id;
    let receipt = if again {
        bus.publish_again(event).await
    } else {
        bus.publish(event).await
    };
    Ok((id, refill::sequence(receipt?.sequence)))
}
