//! A queue for work that few can do at a time. Everybody who waits has a line of their own, and the lines take turns: whoever sends
//! much waits for themselves. Lines of little trust share every fourth turn.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// Turns of trusted lines between two turns of the others, while both wait.
const TRUSTED_TURNS: u8 = 3;

/// The queue, by whose work it is.
#[derive(Debug)]
pub struct Turns<K: Clone + Eq + Hash>(Mutex<State<K>>);

#[derive(Debug)]
struct State<K: Clone + Eq + Hash> {
    free: usize,
    /// Turns of trusted lines since one of the others.
    trusted_turns: u8,
    trusted: Lines<K>,
    others: Lines<K>,
}

#[derive(Debug)]
struct Lines<K: Clone + Eq + Hash> {
    /// Whose turn is next; everybody with a line is here once.
    order: VecDeque<K>,
    waiting: HashMap<K, VecDeque<oneshot::Sender<Turn<K>>>>,
}

/// The right to work; passed on when dropped.
#[derive(Debug)]
pub struct Turn<K: Clone + Eq + Hash>(Option<Arc<Turns<K>>>);

impl<K: Clone + Eq + Hash> Turns<K> {
    /// For so many at a time.
    pub fn new(at_once: usize) -> Self {
        let lines = || Lines {
            order: VecDeque::new(),
            waiting: HashMap::new(),
        };
        Self(Mutex::new(State {
            free: at_once,
            trusted_turns: 0,
            trusted: lines(),
            others: lines(),
        }))
    }

    /// Waits for a turn.
    pub async fn turn(self: &Arc<Self>, whose: K, trusted: bool) -> Turn<K> {
        let waiting = {
            let mut state = self.0.lock();
            if state.free > 0 {
                state.free -= 1;
                return Turn(Some(Arc::clone(self)));
            }
            let lines = if trusted {
                &mut state.trusted
            } else {
                &mut state.others
            };
            lines.join(whose)
        };
        match waiting.await {
            Ok(turn) => turn,
            // Impossible: a waiting sender is only taken out to be sent.
            Err(_) => std::future::pending().await,
        }
    }
}

impl<K: Clone + Eq + Hash> State<K> {
    /// Who is next; if nobody waits, the turn is free.
    fn next(&mut self) -> Option<oneshot::Sender<Turn<K>>> {
        let first = self.trusted_turns < TRUSTED_TURNS;
        let next = if first {
            self.trusted.next().map(|next| (next, true))
        } else {
            self.others.next().map(|next| (next, false))
        };
        let next = next.or_else(|| {
            if first {
                self.others.next().map(|next| (next, false))
            } else {
                self.trusted.next().map(|next| (next, true))
            }
        });
        let Some((next, trusted)) = next else {
            self.free += 1;
            return None;
        };
        self.trusted_turns = if trusted {
            self.trusted_turns.saturating_add(1)
        } else {
            0
        };
        Some(next)
    }
}

impl<K: Clone + Eq + Hash> Lines<K> {
    fn join(&mut self, whose: K) -> oneshot::Receiver<Turn<K>> {
        let (sender, receiver) = oneshot::channel();
        let line = self.waiting.entry(whose.clone()).or_default();
        if line.is_empty() {
            self.order.push_back(whose);
        }
        line.push_back(sender);
        receiver
    }

    fn next(&mut self) -> Option<oneshot::Sender<Turn<K>>> {
        let whose = self.order.pop_front()?;
        let line = self.waiting.get_mut(&whose)?;
        let next = line.pop_front();
        if line.is_empty() {
            self.waiting.remove(&whose);
        } else {
            self.order.push_back(whose);
        }
        next
    }
}

impl<K: Clone + Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        let Some(turns) = self.0.take() else { return };
        loop {
            let next = turns.0.lock().next();
            let Some(next) = next else { return };
            match next.send(Turn(Some(Arc::clone(&turns)))) {
                Ok(()) => return,
                // Gave up waiting.
                Err(mut turn) => turn.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// In this order one after the other, each holding the only turn until the next is known.
    async fn order_of(waiting: &[(&'static str, bool)]) -> Vec<&'static str> {
        let turns = Arc::new(Turns::new(1));
        let held = turns.turn("first", true).await;
        let (done, mut seen) = tokio::sync::mpsc::unbounded_channel();
        for &(whose, trusted) in waiting {
            let mut turn = Box::pin({
                let turns = Arc::clone(&turns);
                async move { turns.turn(whose, trusted).await }
            });
            // Joins its line now.
            assert!((&mut turn).now_or_never().is_none());
            let done = done.clone();
            tokio::spawn(async move {
                let turn = turn.await;
                done.send(whose).unwrap();
                drop(turn);
            });
        }
        drop((held, done));
        let mut order = Vec::new();
        while let Some(whose) = seen.recv().await {
            order.push(whose);
        }
        assert_eq!(turns.0.lock().free, 1);
        assert!(turns.0.lock().trusted.waiting.is_empty());
        order
    }

    #[tokio::test]
    async fn who_has_much_waits_for_themselves() {
        let waiting = [
            ("a", true),
            ("a", true),
            ("a", true),
            ("b", true),
            ("c", true),
        ];
        assert_eq!(order_of(&waiting).await, ["a", "b", "c", "a", "a"]);
    }

    #[tokio::test]
    async fn others_have_every_fourth_turn() {
        let mut waiting = vec![("guest", false); 2];
        waiting.extend([("a", true); 5]);
        let order = order_of(&waiting).await;
        assert_eq!(order, ["a", "a", "a", "guest", "a", "a", "guest"]);
        assert_eq!(order_of(&[("guest", false)]).await, ["guest"]);
    }

    #[tokio::test]
    async fn a_turn_of_somebody_who_gave_up_is_passed_on() {
        let turns = Arc::new(Turns::new(1));
        let held = turns.turn("a", true).await;
        let mut gone = Box::pin(turns.turn("b", true));
        assert!((&mut gone).now_or_never().is_none());
        let mut next = Box::pin(turns.turn("c", true));
        assert!((&mut next).now_or_never().is_none());
        drop(gone);
        drop(held);
        drop(next.await);
        assert_eq!(turns.0.lock().free, 1);
    }
}
