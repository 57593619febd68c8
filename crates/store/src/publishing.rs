//! Groups of events, one aggregate each, and publishing such a group in order.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;
use waybill_bus::{Bus, BusError, Envelope};
use waybill_primitives::EventId;

use crate::refill;

/// Events of one aggregate, each with whether it was published before.
pub(crate) type Together = Vec<(Envelope, bool)>;

/// The result of publishing the events of one aggregate one after the other.
pub(crate) struct Outcome {
    pub(crate) aggregate: Uuid,
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

/// Publishes one after the other, and stops at the first failure.
pub(crate) async fn in_order(bus: Arc<dyn Bus>, aggregate: Uuid, events: Together) -> Outcome {
    let mut outcome = Outcome {
        aggregate,
        published: Vec::with_capacity(events.len()),
        failed: None,
    };
    for (event, again) in events {
        let id = event.id;
        let receipt = if again {
            bus.publish_again(event).await
        } else {
            bus.publish(event).await
        };
        match receipt {
            Ok(receipt) => {
                let sequence = refill::sequence(receipt.sequence);
                outcome.published.push((id, sequence));
            }
            Err(error) => {
                outcome.failed = Some(error);
                break;
            }
        }
    }
    outcome
}
