//! A bounded queue for scarce work, fair to its users: whoever sends a lot waits behind their own requests, not others behind them.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// Gives out a number of places. When all are taken, callers wait; free places go round the keys that wait, one each, and within a
/// key to the longest waiter. Clones share the places.
#[derive(Debug)]
pub struct FairQueue<K: Eq + Hash + Clone>(Arc<Mutex<State<K>>>);

impl<K: Eq + Hash + Clone> Clone for FairQueue<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct State<K: Eq + Hash + Clone> {
    free: usize,
    /// How many may wait in all.
    room: usize,
    waiting: usize,
    lines: HashMap<K, VecDeque<Waiter<K>>>,
    /// The keys that wait; the next one is served first.
    order: VecDeque<K>,
}

/// Gets a place, or nothing if there are too many waiters.
type Waiter<K> = oneshot::Sender<Place<K>>;

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many are waiting already")]
pub struct Full;

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place<K: Eq + Hash + Clone>(Option<FairQueue<K>>);

impl<K: Eq + Hash + Clone> FairQueue<K> {
    /// `places` at a time (at least one), for which at most `room` callers wait.
    pub fn new(places: usize, room: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: places.max(1),
            room,
            waiting: 0,
            lines: HashMap::new(),
            order: VecDeque::new(),
        })))
    }

    /// Waits for a place. If there is no more room, the last waiter of the longest line has to go: the caller, unless another key
    /// has more waiters.
    ///
    /// # Errors
    /// [`Full`] at once, or later when others need the room.
    pub async fn place(&self, key: K) -> Result<Place<K>, Full> {
        let place = {
            let mut state = self.0.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Place(Some(self.clone())));
            }
            state.forget_those_who_left();
            if state.waiting >= state.room && !state.make_room_for(&key) {
                return Err(Full);
            }
            let (waiter, place) = oneshot::channel();
            state.waiting += 1;
            let line = state.lines.entry(key.clone()).or_default();
            line.push_back(waiter);
            if line.len() == 1 {
                state.order.push_back(key);
            }
            place
        };
        place.await.map_err(|_| Full)
    }

    /// Gives a free place to the next waiter, or keeps it.
    fn pass_on(&self) {
        loop {
            let Some(waiter) = self.0.lock().next() else {
                return;
            };
            // Not while locked: a place that nobody takes is dropped here, and passes on again.
            match waiter.send(Place(Some(self.clone()))) {
                Ok(()) => return,
                Err(mut place) => drop(place.0.take()),
            }
        }
    }
}

impl<K: Eq + Hash + Clone> State<K> {
    /// The next waiter who has not left; without one, the place is free.
    fn next(&mut self) -> Option<Waiter<K>> {
        while let Some(key) = self.order.pop_front() {
            let line = self.lines.entry(key.clone()).or_default();
            let mut next = None;
            while next.is_none()
                && let Some(waiter) = line.pop_front()
            {
                self.waiting -= 1;
                next = Some(waiter).filter(|waiter| !waiter.is_closed());
            }
            if line.is_empty() {
                self.lines.remove(&key);
            } else {
                self.order.push_back(key);
            }
            if next.is_some() {
                return next;
            }
        }
        self.free += 1;
        None
    }

    fn forget_those_who_left(&mut self) {
        if self.waiting < self.room {
            return;
        }
        for line in self.lines.values_mut() {
            line.retain(|waiter| !waiter.is_closed());
        }
        self.lines.retain(|_, line| !line.is_empty());
        let lines = &self.lines;
        self.order.retain(|key| lines.contains_key(key));
        self.waiting = self.lines.values().map(VecDeque::len).sum();
    }

    /// Turns away the last waiter of the longest line; false if that would be the line of `key`.
    fn make_room_for(&mut self, key: &K) -> bool {
        let own = self.lines.get(key).map_or(0, VecDeque::len);
        let longest = self.lines.iter().max_by_key(|(_, line)| line.len());
        let Some((other, _)) = longest.filter(|(_, line)| line.len() > own + 1) else {
            return false;
        };
        let other = other.clone();
        if let Some(line) = self.lines.get_mut(&other) {
            // Dropping the sender tells the waiter.
            drop(line.pop_back());
            self.waiting -= 1;
        }
        true
    }
}

impl<K: Eq + Hash + Clone> Drop for Place<K> {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            queue.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Lets everything run that can.
    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    fn line(
        queue: &FairQueue<&'static str>,
        key: &'static str,
        served: &Arc<Mutex<Vec<String>>>,
        n: usize,
    ) -> tokio::task::JoinHandle<()> {
        let (queue, served) = (queue.clone(), Arc::clone(served));
        tokio::spawn(async move {
            let place = queue.place(key).await;
            let outcome = if place.is_ok() { "" } else { " turned away" };
            served.lock().push(format!("{key}{n}{outcome}"));
        })
    }

    #[tokio::test]
    async fn places_go_round_the_keys() {
        let queue = FairQueue::new(1, 100);
        let held = queue.place("first").await.unwrap();
        let served = Arc::default();
        let mut tasks = Vec::new();
        for n in 0..5 {
            tasks.push(line(&queue, "flood", &served, n));
            settle().await;
        }
        tasks.push(line(&queue, "user", &served, 0));
        settle().await;
        // Whoever gives up leaves no gap.
        tasks[1].abort();
        settle().await;
        drop(held);
        for task in tasks {
            let _ = task.await;
        }
        assert_eq!(
            *served.lock(),
            ["flood0", "user0", "flood2", "flood3", "flood4"]
        );
        assert_eq!(queue.0.lock().free, 1, "all places are back");
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_the_longest_line() {
        let queue = FairQueue::new(1, 3);
        let held = queue.place("first").await.unwrap();
        let served = Arc::default();
        let mut tasks = Vec::new();
        for n in 0..4 {
            tasks.push(line(&queue, "flood", &served, n));
            settle().await;
        }
        assert_eq!(*served.lock(), ["flood3 turned away"]);
        for n in 0..3 {
            tasks.push(line(&queue, "user", &served, n));
            settle().await;
        }
        assert_eq!(
            served.lock()[1..],
            [
                "flood2 turned away",
                "user1 turned away",
                "user2 turned away"
            ]
        );
        drop(held);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(served.lock()[4..], ["flood0", "user0", "flood1"]);
        assert_eq!(queue.0.lock().free, 1);
        assert_eq!(queue.0.lock().waiting, 0);
    }

    #[tokio::test]
    async fn those_who_left_take_no_room() {
        let queue = FairQueue::new(1, 1);
        let held = queue.place("a").await.unwrap();
        for _ in 0..10 {
            let waiting = tokio::time::timeout(Duration::from_millis(1), queue.place("b"));
            assert!(waiting.await.is_err(), "it waits, and gives up");
        }
        drop(held);
        queue.place("b").await.unwrap();
    }
}
