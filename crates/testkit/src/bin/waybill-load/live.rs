//! Clients of the live events: Socket.IO 5 over a websocket (Engine.IO 4), as much of it as measuring needs.

use std::{
    collections::HashMap,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};
use waybill_primitives::Timestamp;

use crate::{
    connection::{Connection, host},
    measure::{Load, Times, Worker, phase},
    shop::{Basket, Target, any},
};

/// Of each client, in bytes; the default is for faster links and would fill the memory with ten thousand of them.
const BUFFER: usize = 4 * 1024;
/// What comes later than this counts as missing.
const PATIENCE: Duration = Duration::from_secs(20);
/// Clients of one user, as the platform allows by default.
const PER_USER: usize = 50;
/// Clients from one source address; the platform allows 500.
const PER_ADDRESS: usize = 400;
/// Clients that connect at a time.
const AT_ONCE: usize = 32;
/// Before memory is read, and between broadcasts.
const PAUSE: Duration = Duration::from_secs(2);

/// A signed-in client.
struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn connect(base: &str, token: &str, source: Ipv4Addr) -> Result<Self> {
        let host = host(base)?;
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((source, 0)))?;
        let stream = socket.connect(host.parse()?).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{host}/socket.io/?EIO=4&transport=websocket");
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0);
        let opened = client_async_with_config(url, stream, Some(config)).await;
        let mut client = Self(opened.context("opening a websocket")?.0);
        // Engine.IO says what it will do, the client joins the default namespace, the platform agrees.
        ensure!(client.packet().await?.starts_with('0'), "no handshake");
        let join = format!("40{}", json!({"token": token}));
        client.0.send(Message::text(join)).await?;
        let joined = client.packet().await?;
        ensure!(joined.starts_with("40"), "refused: {joined}");
        Ok(client)
    }

    /// The next packet, as text.
    async fn packet(&mut self) -> Result<String> {
        loop {
            let message = self.0.next().await.context("the platform hung up")??;
            match message {
                Message::Text(text) if text.as_str() == "2" => {
                    self.0.send(Message::text("3")).await?;
                }
                Message::Text(text) => return Ok(text.as_str().to_owned()),
                Message::Close(reason) => bail!("the platform hung up: {reason:?}"),
                _ => {}
            }
        }
    }

    /// The next event: a JSON array of its name and its payload.
    async fn event(&mut self) -> Result<String> {
        loop {
            if let Some(event) = self.packet().await?.strip_prefix("42") {
                return Ok(event.to_owned());
            }
        }
    }
}

/// What is read of an order.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: String,
    created_at: Timestamp,
}

/// An order that was placed, or whose event came, and when, in microseconds of this machine's clock.
struct Seen(Order, i64);

struct Buyer {
    connection: Connection,
    token: String,
    orders: Arc<Vec<Bytes>>,
    placed: mpsc::UnboundedSender<Seen>,
}

impl Worker for Buyer {
    async fn once(&mut self) -> Result<bool> {
        let order = any(&self.orders).clone();
        let path = "/api/v1/orders";
        let place = self.connection.send(Method::POST, path, &self.token, order);
        let (status, body) = place.await?;
        if status != 201 {
            return Ok(false);
        }
        let now = Timestamp::now().micros();
        let _ = self.placed.send(Seen(serde_json::from_slice(&body)?, now));
        Ok(true)
    }
}

/// Sends what orders the client hears of.
async fn listen(mut client: Client, heard: mpsc::UnboundedSender<Seen>) {
    while let Ok(event) = client.event().await {
        let now = Timestamp::now().micros();
        if let Ok((_, order)) = serde_json::from_str::<(String, Order)>(&event)
            && event.starts_with("[\"order:created\"")
        {
            let _ = heard.send(Seen(order, now));
        }
    }
}

/// Places orders, and measures how long it takes until the customer's client has the event: from the time in the order, which is before
/// its commit, and from the answer, which is after it.
pub async fn latency(load: &Load, target: &Target, basket: &Basket) -> Result<Value> {
    let orders = Arc::new(target.orders(basket).await?);
    let ((placed, mut placements), (heard, mut arrivals)) =
        (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    let mut buyers = Vec::new();
    let mut listeners = JoinSet::new();
    for token in target.customers(load.connections).await? {
        let client = Client::connect(&target.base, &token, Ipv4Addr::LOCALHOST).await?;
        listeners.spawn(listen(client, heard.clone()));
        buyers.push(Buyer {
            connection: Connection::open(&target.base).await?,
            token,
            orders: Arc::clone(&orders),
            placed: placed.clone(),
        });
    }
    std::mem::drop(placed);
    let report = load.run(buyers).await?;
    let mut waiting = HashMap::new();
    while let Some(Seen(order, at)) = placements.recv().await {
        waiting.insert(order.id, at);
    }
    let (mut from_time, mut from_answer) = (Vec::new(), Vec::new());
    let between = |from: i64, to: i64| Duration::from_micros(u64::try_from(to - from).unwrap_or(0));
    while !waiting.is_empty()
        && let Ok(Some(Seen(order, at))) = timeout(PATIENCE, arrivals.recv()).await
    {
        if let Some(answered) = waiting.remove(&order.id) {
            from_time.push(between(order.created_at.micros(), at));
            from_answer.push(between(answered, at));
        }
    }
    let mut figures = serde_json::to_value(Times::of(from_time))?;
    figures["per_second"] = json!(report.per_second);
    figures["operations"] = json!(report.operations);
    figures["all_operations"] = json!(report.all_operations);
    figures["errors"] = json!(report.errors);
    figures["missing"] = json!(waiting.len());
    figures["from_answer"] = serde_json::to_value(Times::of(from_answer))?;
    figures["placing"] = serde_json::to_value(report.times)?;
    Ok(figures)
}

/// Signs in as many customers as that many clients need, and writes their tokens to a file: signing in takes memory, which must not count
/// as that of the clients.
pub async fn customers(target: &Target, tokens: &Path, clients: usize) -> Result<Value> {
    let all = target.customers(clients.div_ceil(PER_USER)).await?;
    fs::write(tokens, all.join("\n"))?;
    Ok(json!({"customers": all.len()}))
}

/// Connects idle clients; then changes a product, which all of them hear of, a few times.
/// `tokens` is the file of [`customers`].
pub async fn crowd(
    target: &Target,
    tokens: &Path,
    clients: usize,
    broadcasts: usize,
) -> Result<Value> {
    let tokens = fs::read_to_string(tokens)?;
    let tokens: Vec<_> = tokens.lines().collect();
    ensure!(clients <= tokens.len() * PER_USER, "too few customers");
    let admin = target.admin().await;
    let basket = Basket {
        products: 1,
        lines: 1,
    };
    target.orders(&basket).await?;
    let page = admin.get("/products?q=BENCH-000&limit=1").await.expect(200);
    let product = page["items"][0]["id"].as_str().context("a product")?;
    let product = format!("/products/{product}");
    tokio::time::sleep(PAUSE).await;
    phase("alone");

    let (heard, mut arrivals) = mpsc::unbounded_channel();
    let mut connecting = JoinSet::new();
    let start = Instant::now();
    let mut connected = 0;
    let mut all = JoinSet::new();
    for number in 0..clients {
        let (base, token) = (target.base.clone(), tokens[number / PER_USER].to_owned());
        let address = u8::try_from(1 + number / PER_ADDRESS).context("too many clients")?;
        let source = Ipv4Addr::new(127, 0, 1, address);
        connecting.spawn(async move { Client::connect(&base, &token, source).await });
        while connecting.len() >= AT_ONCE || (number + 1 == clients && !connecting.is_empty()) {
            let Some(client) = connecting.join_next().await else {
                break;
            };
            let (mut client, heard) = (client??, heard.clone());
            connected += 1;
            all.spawn(async move {
                while let Ok(event) = client.event().await {
                    let _ = heard.send((event, Instant::now()));
                }
            });
        }
    }
    let connecting = start.elapsed().as_secs_f64();
    tokio::time::sleep(PAUSE).await;
    phase("connected");

    let (mut firsts, mut lasts) = (Vec::new(), Vec::new());
    for number in 0..broadcasts {
        tokio::time::sleep(PAUSE).await;
        while arrivals.try_recv().is_ok() {}
        let name = format!("Bench product of broadcast {number} {}", Timestamp::now());
        let start = Instant::now();
        let changed = admin.patch(&product, json!({"name": name})).await;
        ensure!(changed.status == 200, "changing it: {}", changed.body);
        let mut times = Vec::new();
        while times.len() < connected
            && let Ok(Some((event, at))) = timeout(PATIENCE, arrivals.recv()).await
        {
            if event.contains(&name) {
                times.push(at - start);
            }
        }
        let missing = connected - times.len();
        ensure!(missing == 0, "{missing} clients did not hear of it");
        firsts.extend(times.first());
        lasts.extend(times.last());
    }
    Ok(json!({
        "clients": connected,
        "connected_per_second": connected as f64 / connecting,
        "broadcasts": broadcasts,
        "first_ms": Times::of(firsts).p50_ms,
        "all_ms": Times::of(lasts).p50_ms,
    }))
}
