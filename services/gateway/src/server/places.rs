//! Places for connections: so many in all, and so many per address.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Duration, Instant},
};

use waybill_primitives::network_key;

use crate::limits::Proxies;

/// The places of a listener.
#[derive(Debug)]
pub struct Places {
    all: Arc<Semaphore>,
    per_address: usize,
    /// Their connections carry the requests of many clients, and only count against all places.
    proxies: Proxies,
    /// Open connections by address; IPv6 by its /64.
    open: Mutex<HashMap<u128, usize>>,
    /// When a refusal was logged last.
    warned: Mutex<Option<Instant>>,
}

/// Refusals are logged once in this time: they may be an attack.
const WARNINGS: Duration = Duration::from_mins(1);

/// The place of an open connection; freed when dropped.
#[derive(Debug)]
pub struct Place {
    _of_all: OwnedSemaphorePermit,
    counted: Option<(Arc<Places>, u128)>,
}

impl Places {
    pub fn new(most: usize, per_address: usize, proxies: Proxies) -> Self {
        Self {
            all: Arc::new(Semaphore::new(most)),
            per_address,
            proxies,
            open: Mutex::default(),
            warned: Mutex::default(),
        }
    }

    /// Whether to log a refusal, which may come in any number.
    pub fn may_warn(&self) -> bool {
        let mut warned = self.warned.lock();
        let due = warned.is_none_or(|last| last.elapsed() >= WARNINGS);
        if due {
            *warned = Some(Instant::now());
        }
        due
    }

    /// Waits for one of all places: clients beyond them stay in the system's queue.
    pub async fn of_all(&self) -> OwnedSemaphorePermit {
        match Arc::clone(&self.all).acquire_owned().await {
            Ok(place) => place,
            // Impossible: the semaphore is never closed.
            Err(_) => std::future::pending().await,
        }
    }

    /// The place of a connection from this address; none if the address has its share already.
    pub fn of_address(
        self: &Arc<Self>,
        of_all: OwnedSemaphorePermit,
        peer: IpAddr,
    ) -> Option<Place> {
        if self.proxies.trusts(peer) {
            return Some(Place {
                _of_all: of_all,
                counted: None,
            });
        }
        let address = network_key(peer);
        let mut open = self.open.lock();
        let count = open.entry(address).or_insert(0);
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(Place {
            _of_all: of_all,
            counted: Some((Arc::clone(self), address)),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, address)) = self.counted.take() else {
            return;
        };
        if let Entry::Occupied(mut count) = places.open.lock().entry(address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(places: &Arc<Places>, peer: &str) -> Option<Place> {
        let of_all = places.of_all().await;
        places.of_address(of_all, peer.parse().unwrap())
    }

    #[tokio::test]
    async fn an_address_has_its_share_and_leaves_the_rest_to_others() {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let places = Arc::new(Places::new(100, 2, proxies));
        let first = take(&places, "192.0.2.1").await.unwrap();
        // The same address, as a client of a listener for IPv6.
        let second = take(&places, "::ffff:192.0.2.1").await.unwrap();
        assert!(take(&places, "192.0.2.1").await.is_none());
        assert!(take(&places, "192.0.2.2").await.is_some());
        // One household has a /64.
        let household = [
            take(&places, "2001:db8::1").await.unwrap(),
            take(&places, "2001:db8::2").await.unwrap(),
        ];
        assert!(take(&places, "2001:db8::ffff").await.is_none());
        assert!(take(&places, "2001:db8:0:1::1").await.is_some());
        // A proxy brings many clients.
        let mut proxied = Vec::new();
        for _ in 0..10 {
            proxied.push(take(&places, "10.1.2.3").await.unwrap());
        }
        drop(first);
        assert!(take(&places, "192.0.2.1").await.is_some());
        drop((second, household, proxied));
        assert!(places.open.lock().is_empty());
        assert_eq!(places.all.available_permits(), 100);
    }

    #[test]
    fn refusals_are_logged_once_a_minute() {
        let places = Places::new(1, 1, Proxies::default());
        assert!(places.may_warn());
        assert!(!places.may_warn());
        *places.warned.lock() = Instant::now().checked_sub(WARNINGS);
        assert!(places.may_warn());
    }
}
