//! What the log says about a request: one line per service that works on it, however many events its calls cause.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::LazyLock,
};

use hashlink::LruCache;
use parking_lot::Mutex;
use waybill_bus::Envelope;

/// Requests remembered at a time. The events of one request come within seconds of each other.
const REMEMBERED: usize = 8192;

struct Requests {
    hasher: RandomState,
    known: LruCache<u64, ()>,
}

impl Requests {
    fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            known: LruCache::new(REMEMBERED),
        }
    }

    /// Whether this is the first time that `service` works on the request.
    fn is_new(&mut self, service: &str, request_id: &str) -> bool {
        let request = self.hasher.hash_one((service, request_id));
        self.known.insert(request, ()).is_none()
    }
}

/// Of all services of the process.
static REQUESTS: LazyLock<Mutex<Requests>> = LazyLock::new(|| Mutex::new(Requests::new()));

/// Records that a log line already names the request and the service.
pub fn logged(service: &str, request_id: &str) {
    REQUESTS.lock().is_new(service, request_id);
}

/// Logs that `service` works on the request that caused the event. Call it once the event is committed.
pub(crate) fn consumed(service: &str, consumer: &str, event: &Envelope) {
    let Some(request_id) = event.request_id.as_deref() else {
        return;
    };
    if REQUESTS.lock().is_new(service, request_id) {
        // The span may be another event's, which was consumed together with this one.
        tracing::info!(
            parent: None,
            service, consumer, request_id,
            event_id = %event.id,
            subject = event.subject,
            aggregate_id = %event.aggregate_id,
            "consumed an event"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_names_already_is_not_said_again() {
        logged("auth", "a call");
        assert!(!REQUESTS.lock().is_new("auth", "a call"));
        assert!(REQUESTS.lock().is_new("order", "a call"));
    }

    #[test]
    fn a_request_is_new_to_each_service_once() {
        let mut requests = Requests::new();
        assert!(requests.is_new("payment", "one"));
        assert!(!requests.is_new("payment", "one"));
        assert!(requests.is_new("chat", "one"));
        assert!(requests.is_new("payment", "two"));
    }
}
