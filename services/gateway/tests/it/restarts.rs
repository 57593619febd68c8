//! Clients that send requests without pause while gateways are replaced.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use waybill_gateway::Connections;
use waybill_service_kit::{AppError, shutdown::Shutdown};

use crate::support::Gateway;

const CLIENTS: usize = 8;
const PATIENCE: Duration = Duration::from_mins(1);

/// A gateway on the network.
struct Served {
    address: SocketAddr,
    shutdown: Shutdown,
    task: JoinHandle<Result<(), AppError>>,
    _gateway: Gateway,
}

impl Served {
    async fn start() -> Self {
        let gateway = Gateway::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Connections {
            most: 1000,
            per_address: 1_000,
            trusted_proxies: Vec::new(),
            header_timeout: PATIENCE,
        };
        let (router, shutdown) = (gateway.router.clone(), Shutdown::default());
        let stop = shutdown.clone();
        let task = tokio::spawn(waybill_gateway::serve(
            router,
            listener,
            connections,
            stop,
            PATIENCE,
        ));
        Self {
            address,
            shutdown,
            task,
            _gateway: gateway,
        }
    }

    async fn close(self) {
        self.shutdown.begin(Duration::ZERO).await;
        soon("the gateway ends", self.task).await.unwrap().unwrap();
    }
}

async fn soon<T>(what: &str, condition: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, condition)
        .await
        .unwrap_or_else(|_| panic!("{what}"))
}

/// Sends one request; whether the connection stays open. A missing or truncated answer is an error.
async fn ask(stream: &mut TcpStream) -> std::io::Result<bool> {
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .await?;
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("a head").to_lowercase();
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    let length = head.split("content-length: ").nth(1).expect("a length");
    let length = length
        .lines()
        .next()
        .expect("a line")
        .parse()
        .expect("a number");
    stream.read_exact(&mut vec![0; length]).await?;
    Ok(!head.contains("connection: close"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_behind_a_balancer_breaks_no_request() {
    let mut gateways = vec![Served::start().await, Served::start().await];
    let open: Arc<Mutex<Vec<SocketAddr>>> = Arc::default();
    open.lock().extend(gateways.iter().map(|one| one.address));
    let over = Arc::new(AtomicBool::new(false));
    let counts: Vec<_> = (0..CLIENTS)
        .map(|_| Arc::new(AtomicUsize::new(0)))
        .collect();
    let mut clients = JoinSet::new();
    for (number, count) in counts.iter().enumerate() {
        let (open, over, count) = (Arc::clone(&open), Arc::clone(&over), Arc::clone(count));
        clients.spawn(async move {
            for turn in number.. {
                let address = {
                    let open = open.lock();
                    open[turn % open.len()]
                };
                let mut stream = TcpStream::connect(address).await?;
                loop {
                    let stays = ask(&mut stream).await?;
                    count.fetch_add(1, Ordering::SeqCst);
                    if over.load(Ordering::SeqCst) {
                        return Ok::<_, std::io::Error>(());
                    }
                    if !stays {
                        break;
                    }
                }
            }
            Ok(())
        });
    }
    let each_asks_twice = async || {
        for count in &counts {
            let before = count.load(Ordering::SeqCst);
            soon("every client is answered", async {
                while count.load(Ordering::SeqCst) < before + 2 {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
            .await;
        }
    };
    for _ in 0..6 {
        each_asks_twice().await;
        let old = gateways.remove(0);
        old.shutdown.leaving().cancel();
        // A client with an open connection learns with the next answer that it closes, and connects to another gateway.
        open.lock().retain(|address| *address != old.address);
        each_asks_twice().await;
        old.close().await;
        let new = Served::start().await;
        open.lock().push(new.address);
        gateways.push(new);
    }
    over.store(true, Ordering::SeqCst);
    for outcome in clients.join_all().await {
        outcome.expect("every request is answered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_on_open_connections_are_answered_to_the_last_request() {
    for _ in 0..5 {
        let gateway = Served::start().await;
        let mut clients = JoinSet::new();
        let answered = Arc::new(AtomicUsize::new(0));
        for _ in 0..CLIENTS {
            let (address, answered) = (gateway.address, Arc::clone(&answered));
            clients.spawn(async move {
                let mut stream = TcpStream::connect(address).await?;
                while ask(&mut stream).await? {
                    answered.fetch_add(1, Ordering::SeqCst);
                }
                Ok::<_, std::io::Error>(())
            });
        }
        soon("the clients are at work", async {
            while answered.load(Ordering::SeqCst) < 10 * CLIENTS {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
        gateway.close().await;
        for outcome in clients.join_all().await {
            outcome.expect("the last answer says that the connection closes");
        }
    }
}
