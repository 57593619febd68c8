//! Ports for servers that tests start, which no other process takes in between.

use std::{
    net::{Ipv4Addr, TcpListener, UdpSocket},
    sync::{Mutex, PoisonError},
};

use rand::RngExt as _;

/// Below the range of ephemeral ports (Linux: from 32,768).
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// The UDP sockets of the ports that this process has allocated. Tests do not use UDP: a bound UDP socket shows the other test
/// processes of this machine that the port with its number is taken, until this process ends, however it ends.
static GIVEN_OUT: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// A port on which nothing listens, and that no other call returns while this process runs: even after its server was stopped, so
/// that it can be started again.
///
/// # Panics
/// If there is none.
pub fn free_port() -> u16 {
    let first = rand::rng().random_range(PORTS);
    let free = (first..PORTS.end)
        .chain(PORTS.start..first)
        .find(|&port| take(port));
    free.expect("a free port")
}

fn take(port: u16) -> bool {
    let address = (Ipv4Addr::LOCALHOST, port);
    let (Ok(mark), Ok(_)) = (UdpSocket::bind(address), TcpListener::bind(address)) else {
        return false;
    };
    let mut given_out = GIVEN_OUT.lock().unwrap_or_else(PoisonError::into_inner);
    given_out.push(mark);
    true
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_port_is_given_out_twice_nor_one_that_is_in_use() {
        let ports: Vec<_> = (0..50).map(|_| free_port()).collect();
        assert_eq!(ports.iter().collect::<HashSet<_>>().len(), 50);
        assert!(ports.iter().all(|port| !take(*port)));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, ports[0])).unwrap();
        GIVEN_OUT.lock().unwrap().clear();
        assert!(!take(ports[0]), "{listener:?} is there");
        drop(listener);
        assert!(take(ports[0]));
    }
}
