//! A memory with an end.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// Remembers so many keys at most; the one that came first is forgotten first.
pub(crate) struct Recent<K, V> {
    most: usize,
    values: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Copy + Eq + Hash, V> Recent<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            values: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    /// Notes a value; the one that was known before.
    pub(crate) fn replace(&mut self, key: K, value: V) -> Option<V> {
        let before = self.values.insert(key, value);
        if before.is_none() {
            self.order.push_back(key);
            if self.order.len() > self.most
                && let Some(oldest) = self.order.pop_front()
            {
                self.values.remove(&oldest);
            }
        }
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_remembered() {
        let mut recent = Recent::new(2);
        assert_eq!(recent.replace("one", 1), None);
        assert_eq!(recent.replace("one", 2), Some(1));
        recent.replace("two", 1);
        recent.replace("three", 1);
        assert_eq!(recent.replace("two", 2), Some(1));
        assert_eq!(recent.replace("one", 3), None, "forgotten");
        assert_eq!(recent.values.len(), 2);
    }
}
