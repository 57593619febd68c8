//! Decides which events are new to live connections.
//!
//! The bus delivers at least once, and a stream that is filled again repeats events of days. Clients have seen these, or a later
//! state; sent again, they would show an older state. So this module remembers the newest version of each aggregate and drops
//! events at or below it.
//!
//! Memory is bounded: it keeps the latest aggregates of each kind. For all others the event's time decides. The event is new if
//! it is later than the kind's horizon, because everything sent since then is remembered. The horizon starts with the process
//! and moves forward when memory is dropped. Events delayed by an outage of the bus are later than the horizon, because
//! it does not move during the outage.
//!
//! Times come from other hosts, whose clocks may differ by [`MARGIN`]. An event from around the start of the process may have
//! happened before or after the clients connected: they get `sync` ([`Freshness::Unsure`]).

use std::{
    collections::{HashMap, hash_map::Entry},
    mem,
    time::Duration,
};

use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::Timestamp;

/// Maximum difference of clocks plus normal delay of an event.
const MARGIN: Duration = Duration::from_secs(2);
/// Minimum number of remembered aggregates of each kind; the maximum is twice that.
const KNOWN: usize = 16_384;

/// Whether an event is new to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    New,
    /// This version or a later one was sent before.
    Old,
    /// Clients may know it or not: they are asked to reload the current state.
    Unsure,
}

/// The newest versions sent.
pub struct Newest {
    /// Whether the bus can bring back old events at all.
    refills: bool,
    started: Timestamp,
    known: usize,
    kinds: HashMap<String, Kind>,
}

/// Memory of one kind of aggregate, such as `waybill.order.order`.
struct Kind {
    /// Up to this time, events of unknown aggregates may have been sent.
    horizon: Timestamp,
    recent: Versions,
    /// The older half: dropped, with the horizon moved, when `recent` is full and takes its place.
    earlier: Versions,
}

type Versions = HashMap<Uuid, Seen>;

#[derive(Debug, Clone, Copy)]
struct Seen {
    version: i64,
    /// The latest time of the aggregate's events.
    time: Timestamp,
}

impl Newest {
    /// Empty; `started` is when the process began to follow the bus.
    pub fn new(refills: bool, started: Timestamp) -> Self {
        Self::of_size(refills, started, KNOWN)
    }

    fn of_size(refills: bool, started: Timestamp, known: usize) -> Self {
        Self {
            refills,
            started,
            known,
            kinds: HashMap::new(),
        }
    }

    /// Whether the event is new at this time; remembers it as sent.
    pub fn take(&mut self, event: &Envelope, now: Timestamp) -> Freshness {
        let name = event.subject.rsplit_once('.').map_or("", |(kind, _)| kind);
        let start = self.started;
        if !self.kinds.contains_key(name) {
            self.kinds
                .insert(name.to_owned(), Kind::new(start.plus(MARGIN)));
        }
        let Some(kind) = self.kinds.get_mut(name) else {
            return Freshness::New;
        };
        let freshness = match kind.seen(event.aggregate_id) {
            Some(seen) if event.aggregate_version <= seen.version => Freshness::Old,
            Some(_) => Freshness::New,
            None if !self.refills || event.time > kind.horizon => Freshness::New,
            // It just happened, within the accuracy of clocks.
            None if event.time.plus(MARGIN) >= now => Freshness::New,
            None if event.time.plus(MARGIN) >= start && kind.horizon == start.plus(MARGIN) => {
                Freshness::Unsure
            }
            None => Freshness::Old,
        };
        if freshness == Freshness::New {
            // A clock that is wrong by days must not move the horizon there.
            kind.remember(event, event.time.min(now), self.known);
        }
        freshness
    }
}

impl Kind {
    fn new(horizon: Timestamp) -> Self {
        Self {
            horizon,
            recent: HashMap::new(),
            earlier: HashMap::new(),
        }
    }

    fn seen(&self, aggregate: Uuid) -> Option<Seen> {
        let seen = self.recent.get(&aggregate);
        seen.or_else(|| self.earlier.get(&aggregate)).copied()
    }

    fn remember(&mut self, event: &Envelope, time: Timestamp, known: usize) {
        let before = self.earlier.remove(&event.aggregate_id);
        let version = event.aggregate_version;
        match self.recent.entry(event.aggregate_id) {
            Entry::Occupied(mut seen) => {
                let seen = seen.get_mut();
                seen.version = version;
                seen.time = seen.time.max(time);
            }
            Entry::Vacant(free) => {
                let time = before.map_or(time, |before| before.time.max(time));
                free.insert(Seen { version, time });
            }
        }
        if self.recent.len() >= known {
            let dropped = mem::replace(&mut self.earlier, mem::take(&mut self.recent));
            let latest = dropped.values().map(|seen| seen.time).max();
            self.horizon = latest.map_or(self.horizon, |latest| latest.max(self.horizon));
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use waybill_primitives::EventId;

    use super::*;

    const START: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(START + seconds)
    }

    fn of(subject: &str, aggregate: Uuid, version: i64, seconds: i64) -> Envelope {
        Envelope {
            id: EventId::new(),
            subject: subject.to_owned(),
            source: "order".to_owned(),
            aggregate_id: aggregate,
            aggregate_version: version,
            time: at(seconds),
            traceparent: None,
            request_id: None,
            actor: None,
            payload: Bytes::new(),
        }
    }

    fn event(aggregate: Uuid, version: i64, seconds: i64) -> Envelope {
        of("waybill.order.order.updated", aggregate, version, seconds)
    }

    #[test]
    fn versions_of_an_aggregate_only_go_up() {
        let mut newest = Newest::new(true, at(0));
        let [one, other] = [Uuid::from_u128(1), Uuid::from_u128(2)];
        for (version, expected) in [
            (1, Freshness::New),
            (1, Freshness::Old),
            (3, Freshness::New),
            (2, Freshness::Old),
            (4, Freshness::New),
        ] {
            assert_eq!(newest.take(&event(one, version, 10), at(10)), expected);
        }
        assert_eq!(newest.take(&event(other, 1, 10), at(10)), Freshness::New);
        // The same id, but a separate version counter.
        let stock = of("waybill.order.stock.changed", one, 2, 10);
        assert_eq!(newest.take(&stock, at(10)), Freshness::New);
        let placed = of("waybill.order.order.placed", one, 4, 10);
        assert_eq!(
            newest.take(&placed, at(10)),
            Freshness::Old,
            "another event"
        );
    }

    #[test]
    fn what_happened_before_the_start_is_old_and_around_it_unsure() {
        let mut newest = Newest::new(true, at(0));
        let mut next = 0;
        let mut take = |seconds, now| {
            next += 1;
            newest.take(&event(Uuid::from_u128(next), 7, seconds), at(now))
        };
        assert_eq!(take(-3_600, 1), Freshness::Old);
        assert_eq!(take(-3, 5), Freshness::Old);
        assert_eq!(take(-1, 5), Freshness::Unsure);
        assert_eq!(take(1, 10), Freshness::Unsure);
        // The clock of its host is behind ours; the event was not delayed.
        assert_eq!(take(-1, 1), Freshness::New);
        // Delayed by an outage of the bus.
        assert_eq!(take(3, 600), Freshness::New);
    }

    #[test]
    fn what_is_unsure_makes_no_later_version_news() {
        let mut newest = Newest::new(true, at(0));
        let aggregate = Uuid::from_u128(1);
        for version in 1..5 {
            let freshness = newest.take(&event(aggregate, version, 0), at(60));
            assert_eq!(freshness, Freshness::Unsure);
        }
    }

    #[test]
    fn a_bus_that_keeps_nothing_brings_back_nothing() {
        let mut newest = Newest::new(false, at(0));
        let aggregate = Uuid::from_u128(1);
        // Committed before a crash, published after it.
        assert_eq!(
            newest.take(&event(aggregate, 1, -3_600), at(9)),
            Freshness::New
        );
        assert_eq!(
            newest.take(&event(aggregate, 1, -3_600), at(9)),
            Freshness::Old
        );
    }

    #[test]
    fn memory_is_bounded_and_what_is_forgotten_is_not_sent_again() {
        let mut newest = Newest::of_size(true, at(0), 10);
        let aggregates = 1..=1_000_u128;
        for number in aggregates.clone() {
            let second = 10 + i64::try_from(number).expect("small");
            let freshness = newest.take(&event(Uuid::from_u128(number), 1, second), at(second));
            assert_eq!(freshness, Freshness::New);
            let kind = &newest.kinds["waybill.order.order"];
            assert!(kind.recent.len() + kind.earlier.len() <= 20);
        }
        // The whole stream once more, an hour later.
        for number in aggregates {
            let second = 10 + i64::try_from(number).expect("small");
            let freshness = newest.take(&event(Uuid::from_u128(number), 1, second), at(5_000));
            assert_eq!(freshness, Freshness::Old, "{number}");
        }
        // Delayed since the outage began: later than everything sent before.
        let late = event(Uuid::from_u128(5_000), 1, 1_011);
        assert_eq!(newest.take(&late, at(5_000)), Freshness::New);
    }

    #[test]
    fn a_clock_that_is_days_ahead_silences_nobody() {
        let mut newest = Newest::of_size(true, at(0), 1);
        for number in 1..5 {
            newest.take(&event(Uuid::from_u128(number), 1, 900_000), at(10));
        }
        let next = event(Uuid::from_u128(9), 1, 20);
        assert_eq!(newest.take(&next, at(60)), Freshness::New);
    }
}
