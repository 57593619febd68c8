//! Load over HTTP: one keep-alive connection per worker.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use waybill_primitives::Timestamp;
use waybill_testkit::Api;

use crate::measure::{Load, Report, Worker};

/// Products that orders are distributed over, as in a shop with more than one bestseller.
const PRODUCTS: usize = 100;
const STOCK: i64 = 1_000_000_000;

struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    async fn open(base: &str) -> Result<Self> {
        let host = base
            .strip_prefix("http://")
            .context("expected http://host:port")?
            .to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host })
    }

    async fn send(&mut self, method: Method, path: &str, token: &str, body: Bytes) -> Result<u16> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.host.as_str());
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let answer = self
            .sender
            .send_request(request.body(Full::new(body))?)
            .await?;
        let status = answer.status().as_u16();
        answer.into_body().collect().await?;
        Ok(status)
    }
}

struct Getter {
    connection: Connection,
    path: String,
    token: String,
}

impl Worker for Getter {
    async fn once(&mut self) -> Result<bool> {
        let status = self
            .connection
            .send(Method::GET, &self.path, &self.token, Bytes::new())
            .await?;
        Ok(status == 200)
    }
}

/// The path with each `{days-ago:N}` as a time.
pub fn dated(path: &str) -> Result<String> {
    let mut parts = path.split("{days-ago:");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (days, rest) = part.split_once('}').context("expected {days-ago:N}")?;
        let age = Duration::from_hours(24 * days.parse::<u64>()?);
        all.push_str(&Timestamp::now().minus(age).to_string());
        all.push_str(rest);
    }
    Ok(all)
}

/// An access token.
pub async fn token(base: &str, email: &str, password: &str) -> String {
    let user = Api::new(base).login(email, password).await;
    user.token().to_owned()
}

/// The number of the newest order.
pub async fn newest(base: &str, email: &str, password: &str) -> Result<String> {
    let admin = Api::new(base).login(email, password).await;
    let page = admin.get("/orders?limit=1").await;
    let number = page.body["items"][0]["orderNumber"].as_str();
    Ok(number.context("there are no orders")?.to_owned())
}

/// Downloads the export of all orders without storing it: lines, bytes, seconds.
pub async fn export(base: &str, email: &str, password: &str) -> Result<Value> {
    let token = token(base, email, password).await;
    let mut connection = Connection::open(base).await?;
    let request = Request::builder()
        .uri("/api/v1/admin/orders/export?format=csv")
        .header("host", connection.host.as_str())
        .header("authorization", format!("Bearer {token}"))
        .body(Full::new(Bytes::new()))?;
    let start = std::time::Instant::now();
    let answer = connection.sender.send_request(request).await?;
    ensure!(answer.status() == 200, "the export: {}", answer.status());
    let (mut lines, mut bytes) = (0, 0);
    let mut body = answer.into_body();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            bytes += data.len();
            lines += data.iter().filter(|byte| **byte == b'\n').count();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let rows = lines.saturating_sub(1);
    Ok(
        json!({"orders": rows, "bytes": bytes, "seconds": seconds, "per_second": rows as f64 / seconds}),
    )
}

pub async fn get(load: &Load, base: &str, path: &str, token: &str) -> Result<Report> {
    let mut workers = Vec::new();
    for _ in 0..load.connections {
        workers.push(Getter {
            connection: Connection::open(base).await?,
            path: path.to_owned(),
            token: token.to_owned(),
        });
    }
    load.run(workers).await
}

struct Buyer {
    connection: Connection,
    token: String,
    orders: Vec<Bytes>,
}

impl Worker for Buyer {
    async fn once(&mut self) -> Result<bool> {
        let order = self.orders[rand::rng().random_range(0..self.orders.len())].clone();
        let status = self
            .connection
            .send(Method::POST, "/api/v1/orders", &self.token, order)
            .await?;
        Ok(status == 201)
    }
}

/// Logs in once, fills the shop unless it is filled already, and places orders of one item each.
pub async fn place(load: &Load, base: &str, email: &str, password: &str) -> Result<Report> {
    let admin = Api::new(base).login(email, password).await;
    let mut orders = Vec::new();
    for number in 0..PRODUCTS {
        let id = product(&admin, number).await?;
        let order = json!({"items": [{"productId": id, "quantity": 1}]});
        orders.push(Bytes::from(order.to_string()));
    }
    let mut workers = Vec::new();
    for _ in 0..load.connections {
        workers.push(Buyer {
            connection: Connection::open(base).await?,
            token: admin.token().to_owned(),
            orders: orders.clone(),
        });
    }
    load.run(workers).await
}

async fn product(admin: &Api, number: usize) -> Result<String> {
    let sku = format!("BENCH-{number:03}");
    let found = admin.get(&format!("/products?q={sku}&limit=1")).await;
    ensure!(found.status == 200, "listing products: {}", found.body);
    if let Some(id) = found.body["items"][0]["id"].as_str() {
        return Ok(id.to_owned());
    }
    let body: Value = json!({
        "sku": sku, "name": format!("Bench product {number}"), "description": "For measuring",
        "kind": "GOODS", "price": {"amount": 1999, "currency": "USD"}, "stock": STOCK,
    });
    let created = admin.post("/products", body).await;
    ensure!(
        created.status == 201,
        "creating a product: {}",
        created.body
    );
    Ok(created.body["id"]
        .as_str()
        .context("a product has an id")?
        .to_owned())
}
