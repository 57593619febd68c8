//! Publishing what this process has committed, without reading the outbox.
//!
//! An event may be published only after the earlier ones of its aggregate. So it is taken only if it is the first one, or if this relay
//! has published the one before (on the in-process bus, has handed it over); for all others the outbox is read.

use std::collections::{HashMap, VecDeque};

use hashlink::LruCache;
use uuid::Uuid;
use waybill_bus::Envelope;

use super::Relay;
use crate::{db::tx::aggregate, publishing};

/// Counters of which the last published version is remembered.
const REMEMBERED: usize = 16_384;
/// Events of one aggregate that wait at most; more are found in the outbox.
const MAX_WAITING: usize = 16;

/// Events of one aggregate that the in-process bus gets at the same time.
const MAX_RUNS: usize = 16;

/// What counts the versions of events: a kind of aggregate and an id. A product and its stock have the same id.
pub(super) type VersionCounter = (Uuid, String);

pub(super) fn counter_of(event: &Envelope) -> VersionCounter {
    (event.aggregate_id, aggregate(&event.subject).to_owned())
}

pub(super) struct Direct {
    /// Taken from commits, without room to publish them yet.
    taken: VecDeque<Envelope>,
    /// The last published version.
    versions: LruCache<VersionCounter, i64>,
    /// By the id of an aggregate of which other events are being published.
    waiting: HashMap<Uuid, Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    events: Vec<Envelope>,
    /// There are more.
    missed: bool,
}

impl Default for Direct {
    fn default() -> Self {
        Self {
            taken: VecDeque::new(),
            versions: LruCache::new(REMEMBERED),
            waiting: HashMap::new(),
        }
    }
}

/// What to do with an event.
enum Turn {
    Now,
    /// It is published already.
    Over,
    /// Something before it may have to be published first.
    Unknown,
}

impl Direct {
    fn turn(&self, event: &Envelope) -> Turn {
        let before = event.aggregate_version - 1;
        match self.versions.peek(&counter_of(event)) {
            Some(last) if *last > before => Turn::Over,
            Some(last) if *last == before => Turn::Now,
            None if before == 0 => Turn::Now,
            _ => Turn::Unknown,
        }
    }

    pub(super) fn published(&mut self, counter: VersionCounter, version: i64) {
        let known = self.versions.peek(&counter).copied().unwrap_or(0);
        self.versions.insert(counter, version.max(known));
    }

    /// Its events have to be found in the outbox.
    pub(super) fn forget(&mut self, counter: &VersionCounter) {
        self.waiting.remove(&counter.0);
        self.versions.remove(counter);
    }

    /// Keeps an event until the others of its aggregate are published.
    pub(super) fn wait(&mut self, event: Envelope) {
        let Waiting { events, missed } = self.waiting.entry(event.aggregate_id).or_default();
        if events.iter().any(|other| other.id == event.id) {
            return;
        }
        if events.len() < MAX_WAITING {
            events.push(event);
        } else {
            *missed = true;
        }
    }

    /// Number of events that wait for others of their aggregates.
    pub(super) fn waiting(&self) -> u64 {
        let waiting = self.waiting.values();
        waiting.map(|it| it.events.len() as u64).sum()
    }
}

impl Relay<'_> {
    /// Starts to publish what was committed since the last time. Returns whether the outbox has to be read.
    pub(super) fn publish_direct(&mut self) -> bool {
        if self.repeating || self.refill.is_some() {
            // Something before them may have to be published again.
            self.direct.taken.clear();
            self.db.fresh().take();
            return true;
        }
        let mut missed = false;
        while self.aggregates.len() < self.config.concurrency {
            let Some(event) = self.direct.taken.pop_front() else {
                let taken = self.db.fresh().take();
                missed |= taken.missed;
                if taken.events.is_empty() {
                    break;
                }
                self.direct.taken.extend(taken.events);
                continue;
            };
            let most = if self.bus.keeps_events() { 1 } else { MAX_RUNS };
            let work = self.aggregates.get(&event.aggregate_id);
            if work.is_some_and(|work| work.runs >= most) {
                self.direct.wait(event);
                continue;
            }
            match self.direct.turn(&event) {
                Turn::Now => self.publish(vec![(event, false)], false),
                Turn::Over => {}
                Turn::Unknown => missed = true,
            }
        }
        missed
    }

    /// Starts to publish the events that waited for others of the aggregate. Returns whether the outbox has to be read.
    pub(super) fn publish_next(&mut self, aggregate: Uuid) -> bool {
        let Some(waiting) = self.direct.waiting.remove(&aggregate) else {
            return false;
        };
        if self.repeating || self.refill.is_some() {
            return true;
        }
        let (mut events, mut missed) = (waiting.events, waiting.missed);
        events.sort_by_cached_key(|event| (counter_of(event), event.aggregate_version));
        let mut next: Vec<Envelope> = Vec::new();
        for event in events {
            let last = next
                .last()
                .filter(|last| counter_of(last) == counter_of(&event));
            let follows = match last {
                Some(last) => last.aggregate_version + 1 == event.aggregate_version,
                None => matches!(self.direct.turn(&event), Turn::Now),
            };
            if follows {
                next.push(event);
            } else {
                missed |= !matches!(self.direct.turn(&event), Turn::Over);
            }
        }
        for events in publishing::by_aggregate(next, false) {
            self.publish(events, false);
        }
        missed
    }
}

#[cfg(test)]
mod tests {
    use waybill_proto::order::ProductChanged;
    use waybill_testkit::envelope;

    use super::*;

    fn event(aggregate: Uuid, version: i64) -> Envelope {
        envelope(aggregate, version, &ProductChanged::default())
    }

    #[test]
    fn an_event_is_taken_only_if_nothing_can_be_before_it() {
        let (mut direct, order) = (Direct::default(), Uuid::now_v7());
        let turns = |direct: &Direct| {
            [1, 2, 3].map(|version| match direct.turn(&event(order, version)) {
                Turn::Now => "now",
                Turn::Over => "over",
                Turn::Unknown => "unknown",
            })
        };
        assert_eq!(turns(&direct), ["now", "unknown", "unknown"]);
        let own = counter_of(&event(order, 1));
        direct.published(own.clone(), 1);
        assert_eq!(turns(&direct), ["over", "now", "unknown"]);
        // An old one was published again.
        direct.published(own.clone(), 2);
        direct.published(own.clone(), 1);
        assert_eq!(turns(&direct), ["over", "over", "now"]);
        direct.forget(&own);
        assert_eq!(turns(&direct)[1..], ["unknown", "unknown"]);
        // What has the same id counts its own versions.
        let other = (own.0, "stock".to_owned());
        assert_ne!(own, other);
        direct.published(other, 2);
        assert_eq!(turns(&direct), ["now", "unknown", "unknown"]);
    }

    #[test]
    fn what_comes_twice_waits_once_and_only_so_much_waits() {
        let (mut direct, order) = (Direct::default(), Uuid::now_v7());
        let second = event(order, 2);
        direct.wait(second.clone());
        direct.wait(second);
        assert_eq!(direct.waiting(), 1);
        for version in 3..100 {
            direct.wait(event(order, version));
        }
        assert_eq!(direct.waiting(), MAX_WAITING as u64);
        assert!(direct.waiting[&order].missed);
    }
}
