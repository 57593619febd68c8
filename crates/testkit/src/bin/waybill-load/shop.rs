//! The shop that orders are placed in, made by its API unless it is there already: products, and customers with their tokens.

use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use rand::{RngExt as _, seq::IndexedRandom as _};
use serde_json::{Value, json};
use waybill_primitives::{OrderNumber, Timestamp};
use waybill_testkit::Api;

const STOCK: i64 = 1_000_000_000;
const PASSWORD: &str = "a bench password";
/// Customers of a load: more than its connections, because the mails to one address are limited.
pub const CUSTOMERS: usize = 32;
/// Different orders that are prepared; each is placed many times.
const BODIES: usize = 1_000;

/// Far from each other, as random numbers are, and yet all different: the factor is odd.
const SPREAD: u64 = 0x9e37_79b1;

/// An order number that no other order of this run has. Of a hundred thousand random ones of a day, two are the same once in seven runs,
/// and rows that are written directly are not placed again.
pub fn unique_number(at: Timestamp) -> String {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(rand::random()));
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    OrderNumber::of(at, number.wrapping_mul(SPREAD)).to_string()
}

/// Where the platform answers, and its administrator.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// Such as http://127.0.0.1:8080.
    pub base: String,
    #[arg(long)]
    email: String,
    #[arg(long)]
    password: String,
}

/// What is in the orders.
#[derive(Debug, Clone, clap::Args)]
pub struct Basket {
    /// Products that the orders are distributed over.
    #[arg(long, default_value_t = 100)]
    pub products: usize,
    /// Different products of one order.
    #[arg(long, default_value_t = 1)]
    pub lines: usize,
}

impl Target {
    pub async fn admin(&self) -> Api {
        Api::new(&self.base)
            .login(&self.email, &self.password)
            .await
    }

    /// The tokens of this many customers.
    pub async fn customers(&self, count: usize) -> Result<Vec<String>> {
        let visitor = Api::new(&self.base);
        let mut tokens = Vec::new();
        for number in 0..count {
            let email = format!("customer{number}@waybill.example");
            let name = format!("Customer {number}");
            let body = json!({"email": email, "password": PASSWORD, "firstName": "Bench", "lastName": name});
            let mut session = visitor.post("/auth/register", body).await;
            if session.status == 409 {
                let body = json!({"email": email, "password": PASSWORD});
                session = visitor.post("/auth/login", body).await;
            }
            let token = session.body["accessToken"].as_str();
            let token = token.with_context(|| format!("signing in: {}", session.body))?;
            tokens.push(token.to_owned());
        }
        Ok(tokens)
    }

    /// Orders to place: random ones of this kind.
    pub async fn orders(&self, basket: &Basket) -> Result<Vec<Bytes>> {
        ensure!(
            (1..=basket.products).contains(&basket.lines),
            "an order cannot have more lines than there are products"
        );
        let admin = self.admin().await;
        let mut products = Vec::new();
        for number in 0..basket.products {
            products.push(product(&admin, number).await?);
        }
        let mut random = rand::rng();
        let mut body = || {
            let lines = products.sample(&mut random, basket.lines);
            let lines = lines.map(|id| json!({"productId": id, "quantity": 1}));
            Bytes::from(json!({"items": lines.collect::<Vec<_>>()}).to_string())
        };
        Ok((0..BODIES).map(|_| body()).collect())
    }

    /// Paths of orders that these customers have placed, with the tokens to read them.
    pub async fn placed(&self, customers: &[String]) -> Result<Vec<(String, String)>> {
        let mut orders = Vec::new();
        for token in customers {
            let page = Api::new(&self.base).with_token(token);
            let page = page.get("/orders?limit=100").await.expect(200);
            let ids = page["items"].as_array().into_iter().flatten();
            let ids = ids.filter_map(|order| order["id"].as_str());
            orders.extend(ids.map(|id| (format!("/api/v1/orders/{id}"), token.clone())));
        }
        ensure!(!orders.is_empty(), "no orders were placed");
        Ok(orders)
    }
}

/// One of them.
pub fn any<T>(all: &[T]) -> &T {
    &all[rand::rng().random_range(0..all.len())]
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
    let id = created.body["id"].as_str();
    Ok(id.context("a product has an id")?.to_owned())
}
