//! Events that this process has committed, handed to its relay: it publishes them without reading the outbox.
//!
//! Only a shortcut. What is not handed over, because no relay of this process leads or too much waits, the relay finds in the outbox.

use std::mem;

use parking_lot::Mutex;
use waybill_bus::Envelope;

/// Events that wait at most; about 6 MiB.
const MAX_WAITING: usize = 4096;

/// The events of commits that the relay has not taken yet.
#[derive(Debug, Default)]
pub(crate) struct Fresh(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    taken_by_relay: bool,
    events: Vec<Envelope>,
    missed: bool,
}

/// The relay takes events until this is dropped.
#[derive(Debug)]
pub(crate) struct Taking<'a>(&'a Fresh);

/// What was committed since the last time.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// In the order of the commits, as far as that is known.
    pub(crate) events: Vec<Envelope>,
    /// There were more.
    pub(crate) missed: bool,
}

impl Fresh {
    /// From now on events are kept for the caller.
    pub(crate) fn begin(&self) -> Taking<'_> {
        self.0.lock().taken_by_relay = true;
        Taking(self)
    }

    pub(crate) fn push(&self, events: Vec<Envelope>) {
        let mut state = self.0.lock();
        if !state.taken_by_relay {
            return;
        }
        if state.events.len() + events.len() > MAX_WAITING {
            state.missed = true;
        } else {
            state.events.extend(events);
        }
    }

    pub(crate) fn take(&self) -> Taken {
        let mut state = self.0.lock();
        Taken {
            events: mem::take(&mut state.events),
            missed: mem::take(&mut state.missed),
        }
    }
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        *self.0.0.lock() = State::default();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use waybill_proto::order::ProductChanged;
    use waybill_testkit::envelope;

    use super::*;

    fn events(count: usize) -> Vec<Envelope> {
        vec![envelope(Uuid::nil(), 1, &ProductChanged::default()); count]
    }

    #[test]
    fn events_are_kept_only_for_a_relay_and_not_without_limit() {
        let fresh = Fresh::default();
        fresh.push(events(1));
        assert!(fresh.take().events.is_empty());
        {
            let _taking = fresh.begin();
            fresh.push(events(MAX_WAITING));
            fresh.push(events(1));
            let taken = fresh.take();
            assert_eq!((taken.events.len(), taken.missed), (MAX_WAITING, true));
            fresh.push(events(2));
            let taken = fresh.take();
            assert_eq!((taken.events.len(), taken.missed), (2, false));
            fresh.push(events(2));
        }
        assert!(fresh.take().events.is_empty());
    }
}
