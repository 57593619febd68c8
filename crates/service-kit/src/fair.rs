//! A bounded queue for scarce work, fair to its users: whoever asks a lot waits behind their own requests, and others do not.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// Permits of full shares between two of small shares, while both wait.
const FULL_BETWEEN_SMALL: u8 = 3;

/// Gives out a number of permits. When all are taken, callers wait in a queue per key; a free permit goes to the next key, and within
/// a key to the longest waiter. Clones share the permits.
#[derive(Debug)]
pub struct FairQueue<K: Key>(Arc<Mutex<State<K>>>);

/// Whose request it is.
pub trait Key: Eq + Hash + Clone {}

impl<K: Eq + Hash + Clone> Key for K {}

/// How much of the work the keys of this kind get while others wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    Full,
    /// All keys with it together: every fourth permit, as long as those with full shares leave room to wait.
    Small,
}

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many are waiting already")]
pub struct QueueFull;

/// Permission to work, until it is dropped.
#[derive(Debug)]
pub struct Permit<K: Key>(Option<FairQueue<K>>);

#[derive(Debug)]
struct State<K: Key> {
    free: usize,
    /// How many may wait in all.
    room: usize,
    full: Queues<K>,
    small: Queues<K>,
    /// Permits of full shares since one of small shares.
    full_in_a_row: u8,
}

/// The queues of the keys with one kind of share.
#[derive(Debug)]
struct Queues<K: Key> {
    by_key: HashMap<K, VecDeque<Waiter<K>>>,
    /// The keys that wait; the next one is served first.
    order: VecDeque<K>,
    waiting: usize,
}

/// Gets a permit, or is dropped if others need the room.
type Waiter<K> = oneshot::Sender<Permit<K>>;

impl<K: Key> Clone for FairQueue<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Key> FairQueue<K> {
    /// `permits` at a time (at least one), for which at most `room` callers wait.
    pub fn new(permits: usize, room: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: permits.max(1),
            room,
            full: Queues::default(),
            small: Queues::default(),
            full_in_a_row: 0,
        })))
    }

    /// Waits for a permit. If there is no more room, the last waiter of the longest queue has to go: for a caller with a full share, of
    /// those with a small one; else the caller, unless another key with this kind of share has more waiters.
    ///
    /// # Errors
    /// [`QueueFull`] at once, or later when others need the room.
    pub async fn acquire(&self, key: K, share: Share) -> Result<Permit<K>, QueueFull> {
        let permit = {
            let mut state = self.0.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Permit(Some(self.clone())));
            }
            if !state.has_room() {
                let own = state.queues(share).waiting_of(&key);
                let gone = share == Share::Full && state.small.turn_away(0)
                    || state.queues(share).turn_away(own + 1);
                if !gone {
                    return Err(QueueFull);
                }
            }
            state.queues(share).join(key)
        };
        permit.await.map_err(|_| QueueFull)
    }

    /// Gives a free permit to the next waiter, or keeps it.
    fn pass_on(&self) {
        loop {
            let Some(waiter) = self.0.lock().next() else {
                return;
            };
            // Not while locked: a permit that nobody takes is dropped here, and passes on again.
            match waiter.send(Permit(Some(self.clone()))) {
                Ok(()) => return,
                Err(mut permit) => drop(permit.0.take()),
            }
        }
    }
}

impl<K: Key> State<K> {
    fn queues(&mut self, share: Share) -> &mut Queues<K> {
        match share {
            Share::Full => &mut self.full,
            Share::Small => &mut self.small,
        }
    }

    fn has_room(&mut self) -> bool {
        if self.full.waiting + self.small.waiting >= self.room {
            self.full.forget_those_who_left();
            self.small.forget_those_who_left();
        }
        self.full.waiting + self.small.waiting < self.room
    }

    /// The next waiter who has not left; without one, the permit is free.
    fn next(&mut self) -> Option<Waiter<K>> {
        let order = if self.full_in_a_row < FULL_BETWEEN_SMALL {
            [Share::Full, Share::Small]
        } else {
            [Share::Small, Share::Full]
        };
        for share in order {
            if let Some(waiter) = self.queues(share).next() {
                self.full_in_a_row = match share {
                    Share::Full => self.full_in_a_row.saturating_add(1),
                    Share::Small => 0,
                };
                return Some(waiter);
            }
        }
        self.free += 1;
        None
    }
}

impl<K: Key> Default for Queues<K> {
    fn default() -> Self {
        Self {
            by_key: HashMap::new(),
            order: VecDeque::new(),
            waiting: 0,
        }
    }
}

impl<K: Key> Queues<K> {
    fn join(&mut self, key: K) -> oneshot::Receiver<Permit<K>> {
        let (waiter, permit) = oneshot::channel();
        self.waiting += 1;
        let queue = self.by_key.entry(key.clone()).or_default();
        queue.push_back(waiter);
        if queue.len() == 1 {
            self.order.push_back(key);
        }
        permit
    }

    fn next(&mut self) -> Option<Waiter<K>> {
        while let Some(key) = self.order.pop_front() {
            let queue = self.by_key.entry(key.clone()).or_default();
            let mut next = None;
            while next.is_none()
                && let Some(waiter) = queue.pop_front()
            {
                self.waiting -= 1;
                next = Some(waiter).filter(|waiter| !waiter.is_closed());
            }
            if queue.is_empty() {
                self.by_key.remove(&key);
            } else {
                self.order.push_back(key);
            }
            if next.is_some() {
                return next;
            }
        }
        None
    }

    fn forget_those_who_left(&mut self) {
        for queue in self.by_key.values_mut() {
            queue.retain(|waiter| !waiter.is_closed());
        }
        self.by_key.retain(|_, queue| !queue.is_empty());
        let by_key = &self.by_key;
        self.order.retain(|key| by_key.contains_key(key));
        self.waiting = self.by_key.values().map(VecDeque::len).sum();
    }

    fn waiting_of(&self, key: &K) -> usize {
        self.by_key.get(key).map_or(0, VecDeque::len)
    }

    /// Turns away the last waiter of the longest queue, if it has more than this; false if none has.
    fn turn_away(&mut self, more_than: usize) -> bool {
        let longest = self.by_key.iter_mut().max_by_key(|(_, queue)| queue.len());
        let Some((key, longest)) = longest.filter(|(_, queue)| queue.len() > more_than) else {
            return false;
        };
        // Dropping the sender tells the waiter.
        drop(longest.pop_back());
        self.waiting -= 1;
        if longest.is_empty() {
            let key = key.clone();
            self.by_key.remove(&key);
            self.order.retain(|one| *one != key);
        }
        true
    }
}

impl<K: Key> Drop for Permit<K> {
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

    /// A queue with one permit, which is taken, and the outcome of its callers.
    struct Bench {
        queue: FairQueue<&'static str>,
        held: Permit<&'static str>,
        served: Arc<Mutex<Vec<String>>>,
        callers: Vec<tokio::task::JoinHandle<()>>,
    }

    impl Bench {
        async fn new(room: usize) -> Self {
            let queue = FairQueue::new(1, room);
            Self {
                held: queue.acquire("first", Share::Full).await.unwrap(),
                queue,
                served: Arc::default(),
                callers: Vec::new(),
            }
        }

        /// Callers of this key wait, one after the other.
        async fn wait(&mut self, key: &'static str, share: Share, callers: usize) {
            for n in 0..callers {
                let (queue, served) = (self.queue.clone(), Arc::clone(&self.served));
                self.callers.push(tokio::spawn(async move {
                    let permit = queue.acquire(key, share).await;
                    let outcome = if permit.is_ok() { "" } else { " turned away" };
                    served.lock().push(format!("{key}{n}{outcome}"));
                }));
                settle().await;
            }
        }

        /// Frees the permit; returns the callers in the order in which they were served.
        async fn served(self) -> Vec<String> {
            drop(self.held);
            for caller in self.callers {
                let _ = caller.await;
            }
            let state = self.queue.0.lock();
            assert_eq!(state.free, 1, "all permits are back");
            assert_eq!(state.full.waiting + state.small.waiting, 0);
            std::mem::take(&mut *self.served.lock())
        }
    }

    #[tokio::test]
    async fn permits_go_round_the_keys() {
        let mut bench = Bench::new(100).await;
        bench.wait("flood", Share::Full, 5).await;
        bench.wait("user", Share::Full, 1).await;
        // Whoever gives up leaves no gap.
        bench.callers[1].abort();
        settle().await;
        let served = bench.served().await;
        assert_eq!(served, ["flood0", "user0", "flood2", "flood3", "flood4"]);
    }

    #[tokio::test]
    async fn small_shares_have_every_fourth_permit() {
        let mut bench = Bench::new(100).await;
        bench.wait("guest", Share::Small, 2).await;
        bench.wait("a", Share::Full, 5).await;
        let served = bench.served().await;
        let order = ["a0", "a1", "a2", "guest0", "a3", "a4", "guest1"];
        assert_eq!(served, order);
        let mut bench = Bench::new(100).await;
        bench.wait("guest", Share::Small, 1).await;
        assert_eq!(bench.served().await, ["guest0"], "alone it has them all");
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_the_key_with_most_waiters() {
        let mut bench = Bench::new(3).await;
        bench.wait("flood", Share::Full, 4).await;
        bench.wait("user", Share::Full, 3).await;
        let served = bench.served().await;
        let turned_away = ["flood3", "flood2", "user1", "user2"];
        assert_eq!(
            served[..4],
            turned_away.map(|who| format!("{who} turned away"))
        );
        assert_eq!(served[4..], ["flood0", "user0", "flood1"]);
    }

    #[tokio::test]
    async fn a_full_share_gets_the_room_of_a_small_one_and_not_the_other_way_round() {
        let mut bench = Bench::new(3).await;
        for stranger in ["x", "y", "z"] {
            bench.wait(stranger, Share::Small, 1).await;
        }
        // Before others with a full share.
        bench.wait("office", Share::Full, 2).await;
        bench.wait("user", Share::Full, 1).await;
        bench.wait("w", Share::Small, 1).await;
        let served = bench.served().await;
        let last = ["w0 turned away", "office0", "user0", "office1"];
        assert_eq!(served[3..], last);
        let mut gone = served[..3].to_vec();
        gone.sort_unstable();
        let all = ["x", "y", "z"].map(|who| format!("{who}0 turned away"));
        assert_eq!(gone, all);
    }

    #[tokio::test]
    async fn those_who_left_take_no_room() {
        let queue = FairQueue::new(1, 1);
        let held = queue.acquire("a", Share::Full).await.unwrap();
        for _ in 0..10 {
            let waiting = queue.acquire("b", Share::Full);
            let waiting = tokio::time::timeout(Duration::from_millis(1), waiting);
            assert!(waiting.await.is_err(), "it waits, and gives up");
        }
        drop(held);
        queue.acquire("b", Share::Full).await.unwrap();
    }
}
