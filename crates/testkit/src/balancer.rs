//! A TCP balancer for replicas, which can also cut, hold and delay connections: a bad network on one machine.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use crate::client::http;

/// The interval of checks of a backend's readiness.
const PROBE: Duration = Duration::from_millis(100);
/// A backend that does not accept within this time is skipped.
const CONNECT: Duration = Duration::from_secs(1);

/// What happens to connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    Pass,
    /// Each chunk arrives this much later.
    Delay(Duration),
    /// Nothing arrives, nothing is closed: like an unplugged cable.
    Hold,
    /// Open connections break, new ones are closed at once.
    Cut,
}

struct Backend {
    address: SocketAddr,
    ready: AtomicBool,
}

/// Listens on one port and distributes connections over its backends in turn. Ends when it is dropped.
pub struct Balancer {
    port: u16,
    traffic: watch::Sender<Traffic>,
    backends: Vec<Arc<Backend>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Balancer {
    /// Listens on the port. A backend with a URL gets connections while that answers 200; one without always does.
    ///
    /// # Panics
    /// If the port is taken.
    pub async fn start(port: u16, backends: Vec<(SocketAddr, Option<String>)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let (traffic, receiver) = watch::channel(Traffic::Pass);
        let mut tasks = Vec::new();
        let mut all = Vec::new();
        for (address, probe) in backends {
            let backend = Arc::new(Backend {
                address,
                ready: AtomicBool::new(probe.is_none()),
            });
            if let Some(url) = probe {
                tasks.push(tokio::spawn(watch_backend(Arc::clone(&backend), url)));
            }
            all.push(backend);
        }
        tasks.push(tokio::spawn(accept(listener, all.clone(), receiver)));
        Self {
            port,
            traffic,
            backends: all,
            tasks,
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until every backend is ready.
    pub async fn all_ready(&self) {
        let ready = |backend: &Arc<Backend>| backend.ready.load(Ordering::Relaxed);
        while !self.backends.iter().all(ready) {
            sleep(PROBE / 5).await;
        }
    }

    pub fn set(&self, traffic: Traffic) {
        self.traffic.send_replace(traffic);
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn watch_backend(backend: Arc<Backend>, url: String) {
    let client = http();
    loop {
        let answer = client.get(&url).timeout(CONNECT).send().await;
        let ready = answer.is_ok_and(|answer| answer.status().is_success());
        backend.ready.store(ready, Ordering::Relaxed);
        sleep(PROBE).await;
    }
}

async fn accept(
    listener: TcpListener,
    backends: Vec<Arc<Backend>>,
    traffic: watch::Receiver<Traffic>,
) {
    // The connections end with this task.
    let mut connections = JoinSet::new();
    let next = AtomicUsize::new(0);
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if *traffic.borrow() == Traffic::Cut {
            continue;
        }
        let first = next.fetch_add(1, Ordering::Relaxed);
        let turn: Vec<_> = (0..backends.len())
            .map(|offset| Arc::clone(&backends[(first + offset) % backends.len()]))
            .collect();
        connections.spawn(pass(client, turn, traffic.clone()));
    }
}

async fn pass(
    client: TcpStream,
    backends: Vec<Arc<Backend>>,
    mut traffic: watch::Receiver<Traffic>,
) {
    let Some(server) = connect(&backends).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (one, other) = (traffic.clone(), traffic.clone());
    tokio::select! {
        () = async {
            tokio::join!(
                pump(from_client, to_server, one),
                pump(from_server, to_client, other),
            );
        } => {}
        _ = traffic.wait_for(|traffic| *traffic == Traffic::Cut) => {}
    }
}

async fn connect(backends: &[Arc<Backend>]) -> Option<TcpStream> {
    let ready = |backend: &&Arc<Backend>| backend.ready.load(Ordering::Relaxed);
    for backend in backends.iter().filter(ready) {
        if let Ok(Ok(server)) = timeout(CONNECT, TcpStream::connect(backend.address)).await {
            return Some(server);
        }
    }
    None
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut traffic: watch::Receiver<Traffic>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        let now = *traffic.borrow();
        if let Traffic::Delay(time) = now {
            sleep(time).await;
        }
        let _ = traffic.wait_for(|traffic| *traffic != Traffic::Hold).await;
        // The end of one direction is passed on; the other may continue.
        if count == 0 || to.write_all(&buffer[..count]).await.is_err() {
            let _ = to.shutdown().await;
            return;
        }
    }
}
