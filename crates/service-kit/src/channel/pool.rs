//! The addresses that a service's name resolves to.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use http::Uri;
use parking_lot::Mutex;

use super::peer::Peer;

/// The name is resolved again after this, if it is used.
const FRESH: Duration = Duration::from_secs(5);
/// And after this, if calls to one of its addresses are held back.
const FRESH_IN_NEED: Duration = Duration::from_millis(500);

/// Resolves the addresses of a service.
pub type Resolve = Arc<dyn Fn() -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Distributes calls among the addresses of a name.
pub(super) struct Pool {
    origin: Uri,
    resolve: Resolve,
    known: Mutex<Known>,
    next: AtomicUsize,
    /// One resolution at a time.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    peers: Arc<[Arc<Peer>]>,
    /// The last resolution, successful or not.
    at: Option<Instant>,
}

impl Pool {
    pub(super) fn new(origin: Uri, resolve: Resolve) -> Arc<Self> {
        Arc::new(Self {
            origin,
            resolve,
            known: Mutex::default(),
            next: AtomicUsize::new(0),
            looking: tokio::sync::Mutex::new(()),
        })
    }

    /// The next address that accepts calls, in turn, preferably not `last`. None if calls are held back everywhere; an error if
    /// the name has no address.
    pub(super) async fn pick(
        self: &Arc<Self>,
        last: Option<&Arc<Peer>>,
    ) -> io::Result<Option<Arc<Peer>>> {
        let peers = self.peers().await?;
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..peers.len()).map(|step| &peers[start.wrapping_add(step) % peers.len()]);
        let mut usable = in_turn.filter(|peer| peer.usable());
        let is_last = |peer: &&Arc<Peer>| last.is_some_and(|last| Arc::ptr_eq(peer, last));
        let first = usable.next();
        let other = match first.filter(is_last) {
            Some(_) => usable.next(),
            None => first,
        };
        Ok(other.or(first).cloned())
    }

    /// All addresses; resolves the name if none is known.
    pub(super) async fn peers(self: &Arc<Self>) -> io::Result<Arc<[Arc<Peer>]>> {
        let (peers, at) = {
            let known = self.known.lock();
            (Arc::clone(&known.peers), known.at)
        };
        if peers.is_empty() {
            let _one = self.looking.lock().await;
            if self.known.lock().peers.is_empty() {
                self.look_up().await?;
            }
            return Ok(Arc::clone(&self.known.lock().peers));
        }
        let fresh = if peers.iter().all(|peer| peer.usable()) {
            FRESH
        } else {
            FRESH_IN_NEED
        };
        if at.is_none_or(|at| at.elapsed() >= fresh) {
            self.refresh();
        }
        Ok(peers)
    }

    /// Resolves the name in the background, unless that is in progress.
    fn refresh(self: &Arc<Self>) {
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(_one) = pool.looking.try_lock() else {
                return;
            };
            if let Err(error) = pool.look_up().await {
                tracing::debug!(service = %pool.origin, %error, "the name cannot be looked up; its addresses stay");
            }
        });
    }

    /// The known addresses stay until the name resolves to others.
    async fn look_up(&self) -> io::Result<()> {
        let found = (self.resolve)().await;
        let mut known = self.known.lock();
        known.at = Some(Instant::now());
        let mut found = found?;
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the name stands for no address",
            ));
        }
        let old = &known.peers;
        let peers = found.into_iter().map(|address| {
            let same = old.iter().find(|peer| peer.address == address);
            same.map_or_else(|| Peer::new(self.origin.clone(), address), Arc::clone)
        });
        known.peers = peers.collect();
        Ok(())
    }
}
