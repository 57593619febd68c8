//! Load over HTTP: one keep-alive connection for each worker.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Method;
use serde_json::{Value, json};
use waybill_primitives::Timestamp;

use crate::{
    connection::Connection,
    measure::{Load, Report, Worker},
    shop::{Basket, CUSTOMERS, Target, any},
};

/// Between two looks at whether an order is paid.
const LOOK: Duration = Duration::from_millis(1);
/// An order that is not paid by then never will be.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads one of these paths, each with the token to read it.
struct Reader {
    connection: Connection,
    paths: Arc<Vec<(String, String)>>,
}

impl Worker for Reader {
    async fn once(&mut self) -> Result<bool> {
        let (path, token) = any(&self.paths);
        let read = self.connection.send(Method::GET, path, token, Bytes::new());
        Ok(read.await?.0 == 200)
    }
}

async fn read(load: &Load, base: &str, paths: Vec<(String, String)>) -> Result<Report> {
    let paths = Arc::new(paths);
    let mut workers = Vec::new();
    for _ in 0..load.connections {
        workers.push(Reader {
            connection: Connection::open(base).await?,
            paths: Arc::clone(&paths),
        });
    }
    load.run(workers).await
}

/// Reads one path.
pub async fn get(load: &Load, base: &str, path: &str, token: &str) -> Result<Report> {
    read(load, base, vec![(dated(path)?, token.to_owned())]).await
}

/// Reads orders, each by its customer.
pub async fn read_orders(load: &Load, target: &Target) -> Result<Report> {
    let customers = target.customers(CUSTOMERS).await?;
    read(load, &target.base, target.placed(&customers).await?).await
}

/// The path with each `{days-ago:N}` as a time.
fn dated(path: &str) -> Result<String> {
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

/// The number of the newest order.
pub async fn newest(target: &Target) -> Result<Value> {
    let page = target.admin().await.get("/orders?limit=1").await;
    let number = page.body["items"][0]["orderNumber"].as_str();
    Ok(json!({"number": number.context("there are no orders")?}))
}

/// Downloads the export of all orders without storing it: lines, bytes, seconds.
pub async fn export(target: &Target) -> Result<Value> {
    let token = target.admin().await.token().to_owned();
    let mut connection = Connection::open(&target.base).await?;
    let path = "/api/v1/admin/orders/export?format=csv";
    let start = Instant::now();
    let asked = connection.start(Method::GET, path, &token, Bytes::new());
    let answer = asked.await?;
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

struct Buyer {
    connection: Connection,
    /// Of the customers.
    tokens: Arc<Vec<String>>,
    orders: Arc<Vec<Bytes>>,
}

impl Buyer {
    async fn all(load: &Load, target: &Target, basket: &Basket) -> Result<Vec<Self>> {
        let orders = Arc::new(target.orders(basket).await?);
        let mut buyers = Vec::new();
        let tokens = Arc::new(target.customers(CUSTOMERS).await?);
        for _ in 0..load.connections {
            buyers.push(Self {
                connection: Connection::open(&target.base).await?,
                tokens: Arc::clone(&tokens),
                orders: Arc::clone(&orders),
            });
        }
        Ok(buyers)
    }
}

impl Worker for Buyer {
    async fn once(&mut self) -> Result<bool> {
        let (token, order) = (any(&self.tokens), any(&self.orders).clone());
        let place = self
            .connection
            .send(Method::POST, "/api/v1/orders", token, order);
        Ok(place.await?.0 == 201)
    }
}

/// Places orders, each of some customer.
pub async fn place(load: &Load, target: &Target, basket: &Basket) -> Result<Report> {
    load.run(Buyer::all(load, target, basket).await?).await
}

/// Places an order, pays it in the sandbox, and waits until the customer sees that it is paid.
struct Payer {
    buyer: Buyer,
    looks: Arc<AtomicUsize>,
}

impl Worker for Payer {
    async fn once(&mut self) -> Result<bool> {
        let Buyer {
            connection,
            tokens,
            orders,
        } = &mut self.buyer;
        let (token, body) = (any(tokens), any(orders).clone());
        let place = connection.json((Method::POST, "/api/v1/orders"), token, body, 201);
        let order = place.await?;
        let order = format!("/api/v1/orders/{}", order["id"].as_str().context("an id")?);

        let body = Bytes::from_static(br#"{"provider":"SANDBOX"}"#);
        let path = format!("{order}/payments");
        let created = connection.json((Method::POST, &path), token, body, 201);
        let created = created.await?;
        let page = created["redirectUrl"].as_str().context("a redirect URL")?;
        let page = &page[page.find("/api/").context("a URL of the API")?..];

        let body = Bytes::from_static(br#"{"outcome":"SUCCEED"}"#);
        let pay = connection.json((Method::POST, page), "", body, 200);
        pay.await?;

        let paid = Instant::now();
        loop {
            let look = connection.json((Method::GET, &order), token, Bytes::new(), 200);
            let seen = look.await?;
            self.looks.fetch_add(1, Ordering::Relaxed);
            if seen["paymentStatus"] == "PAID" {
                return Ok(true);
            }
            ensure!(paid.elapsed() < PATIENCE, "never paid: {seen}");
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Whole orders.
pub async fn whole(load: &Load, target: &Target, basket: &Basket) -> Result<Value> {
    let looks = Arc::new(AtomicUsize::new(0));
    let buyers = Buyer::all(load, target, basket).await?;
    let payers = buyers.into_iter().map(|buyer| Payer {
        buyer,
        looks: Arc::clone(&looks),
    });
    let report = load.run(payers.collect()).await?;
    let looks = looks.load(Ordering::Relaxed) as f64 / report.all_operations.max(1) as f64;
    let mut report = serde_json::to_value(report)?;
    report["looks_per_order"] = json!(looks);
    Ok(report)
}
