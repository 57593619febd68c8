//! What the log says of events that are taken in: one line per service and request, whatever the number of its events.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher as _, RandomState},
    sync::LazyLock,
};

use parking_lot::Mutex;
use waybill_bus::Envelope;

/// Requests remembered at a time. The events of one come within seconds of each other.
const REMEMBERED: usize = 8192;

#[derive(Default)]
struct Requests {
    hasher: RandomState,
    known: HashSet<u64>,
    /// The oldest first.
    order: VecDeque<u64>,
}

impl Requests {
    /// Whether this is the first that `service` has to do with the request.
    fn is_new(&mut self, service: &str, request_id: &str) -> bool {
        let request = self.hasher.hash_one((service, request_id));
        if !self.known.insert(request) {
            return false;
        }
        self.order.push_back(request);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

/// Of all services of the process.
static REQUESTS: LazyLock<Mutex<Requests>> = LazyLock::new(Mutex::default);

/// Says that `service` works on the request which an event follows from. Call it once the event is taken in for good.
pub(crate) fn taken_in(service: &str, consumer: &str, event: &Envelope) {
    let Some(request_id) = event.request_id.as_deref() else {
        return;
    };
    if REQUESTS.lock().is_new(service, request_id) {
        // The span may be another event's, which was taken in together with this one.
        tracing::info!(
            parent: None,
            service, consumer, request_id,
            event_id = %event.id,
            subject = event.subject,
            aggregate_id = %event.aggregate_id,
            "took in an event of this request"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_new_to_each_service_once() {
        let mut requests = Requests::default();
        assert!(requests.is_new("payment", "one"));
        assert!(!requests.is_new("payment", "one"));
        assert!(requests.is_new("chat", "one"));
        for number in 0..REMEMBERED {
            assert!(requests.is_new("payment", &number.to_string()));
        }
        assert_eq!(requests.known.len(), REMEMBERED, "bounded");
        assert!(requests.is_new("payment", "one"), "forgotten by now");
    }
}
