//! The addresses under which clients reach the gateway. URLs in events to a socket begin with the address of its handshake, as in
//! answers to requests.

use std::{collections::BTreeSet, sync::Arc};

use parking_lot::Mutex;

/// Maximum number of addresses besides the gateway's own: an event with URLs is written once for each. Further clients get the own one;
/// with `WAYBILL_PUBLIC_URL`, all do.
const MOST: usize = 16;

pub struct Addresses {
    own: Arc<str>,
    /// Those of open sockets, each of which has a reference to its address.
    others: Mutex<BTreeSet<Arc<str>>>,
}

impl Addresses {
    pub const fn new(own: Arc<str>) -> Self {
        Self {
            own,
            others: Mutex::new(BTreeSet::new()),
        }
    }

    /// The address of a new socket, which keeps it as long as it is open.
    pub fn of_socket(&self, asked: &str) -> Arc<str> {
        let mut others = self.others.lock();
        others.retain(|address| Arc::strong_count(address) > 1);
        if let Some(known) = others.get(asked) {
            return Arc::clone(known);
        }
        if *asked == *self.own || others.len() >= MOST {
            return Arc::clone(&self.own);
        }
        let address: Arc<str> = asked.into();
        others.insert(Arc::clone(&address));
        address
    }

    /// Each address in use, with the rooms of the others.
    pub fn in_use(&self) -> Vec<(Arc<str>, Vec<String>)> {
        let mut all: Vec<_> = self.others.lock().iter().cloned().collect();
        all.push(Arc::clone(&self.own));
        let others = |own: &Arc<str>| {
            let others = all.iter().filter(|other| *other != own);
            others.map(|other| address_room(other)).collect()
        };
        all.iter()
            .map(|address| (Arc::clone(address), others(address)))
            .collect()
    }
}

/// The room of all sockets with this address.
pub fn address_room(address: &str) -> String {
    format!("address:{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_bounded_and_forgotten_with_their_last_socket() {
        let addresses = Addresses::new("http://own".into());
        assert_eq!(&*addresses.of_socket("http://own"), "http://own");
        assert_eq!(addresses.in_use(), [("http://own".into(), vec![])]);
        let sockets = (0..MOST).map(|number| addresses.of_socket(&format!("http://{number}")));
        let mut sockets: Vec<_> = sockets.collect();
        assert_eq!(&*addresses.of_socket("http://late"), "http://own");
        assert_eq!(&*addresses.of_socket("http://3"), "http://3");
        sockets.pop();
        assert_eq!(&*addresses.of_socket("http://late"), "http://late");
        sockets.clear();
        let only = addresses.of_socket("http://a");
        let rooms = |address: &str| vec![format!("address:{address}")];
        assert_eq!(
            addresses.in_use(),
            [
                (only, rooms("http://own")),
                ("http://own".into(), rooms("http://a"))
            ]
        );
    }
}
