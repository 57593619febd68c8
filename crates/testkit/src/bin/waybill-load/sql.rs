//! The rows that placing an order writes, in one transaction of plain prepared SQL, one connection per worker.
//!
//! Into a database of its own this is the ceiling of placing. Into the order database of a stopped platform it makes a backlog: orders
//! whose events the platform finds unpublished when it starts.

use std::{
    str::FromStr as _,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use sea_orm::sqlx::{
    self, Connection as _, MySqlConnection, PgConnection, SqliteConnection,
    mysql::MySqlConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_proto::{Message as _, order::OrderChanged};

use crate::{
    measure::{Load, Report, Worker},
    shop::{any, unique_number},
};

const ORDER: &str = "INSERT INTO orders (id, number, status, payment_status, kind, holding, customer_id, customer_name, customer_email, guest, title, description, special_instructions, total, currency, expires_at, search, version, created_at, updated_at) VALUES (?, ?, 'PENDING', 'UNPAID', 'GOODS', 'RESERVED', ?, 'Bench Customer', 'bench@waybill.example', ?, '', '', '', 1999, 'USD', ?, ?, 1, ?, ?)";
const ITEM: &str = "INSERT INTO order_items (order_id, position, product_id, name, kind, unit_price, quantity, line_total) VALUES (?, 0, ?, 'Bench product', 'GOODS', 1999, 1, 1999)";
const HISTORY: &str = "INSERT INTO order_history (order_id, version, at, event, to_value, actor_id, actor_name, actor_role, note) VALUES (?, 1, ?, 'PLACED', 'PENDING', ?, 'Bench Customer', 'CUSTOMER', '')";
const MOVEMENT: &str = "INSERT INTO stock_movements (id, product_id, kind, on_hand_delta, reserved_delta, reason, order_id, actor_id, at) VALUES (?, ?, 'RESERVED', 0, 1, '', ?, ?, ?)";
const OUTBOX: &str = "INSERT INTO outbox (id, subject, aggregate, aggregate_id, aggregate_version, at, payload, sequence) VALUES (?, ?, ?, ?, 1, ?, ?, ?)";
/// Last, because others may wait for the row.
const STOCK: &str = "UPDATE stock SET reserved = reserved + 1, version = version + 1, updated_at = ? WHERE product_id = ? AND on_hand - reserved >= 1";
const PRODUCT: &str = "INSERT INTO stock (product_id, on_hand, reserved, low, version, updated_at) VALUES (?, 1000000000, 0, ?, 1, 0)";

const PLAIN: [&str; 7] = [ORDER, ITEM, HISTORY, MOVEMENT, OUTBOX, STOCK, PRODUCT];
/// With the placeholders of PostgreSQL.
static NUMBERED: LazyLock<[&'static str; 7]> = LazyLock::new(|| PLAIN.map(numbered));

/// Products of the ceiling, as many as the platform's shop has.
const PRODUCTS: u128 = 100;
const CUSTOMERS: u128 = 32;
/// About the size of an order's event.
const PAYLOAD: usize = 400;
/// Until an unpaid order expires.
const EXPIRY: Duration = Duration::from_mins(30);

fn numbered(statement: &str) -> &'static str {
    let mut parts = statement.split('?');
    let first = parts.next().unwrap_or_default().to_owned();
    let numbered = parts.zip(1..);
    let text = numbered.fold(first, |text, (part, number)| {
        format!("{text}${number}{part}")
    });
    text.leak()
}

/// Who orders what, and the event of it.
struct Content {
    products: Vec<Uuid>,
    customers: Vec<Uuid>,
    subject: String,
    aggregate: String,
    /// That of a real order, to be published; without it, an event that counts as published.
    event: Option<OrderChanged>,
}

impl Content {
    fn of_ceiling() -> Self {
        // In decimal digits, so that pgbench can name them, too.
        let id = |of: u128, number: u128| {
            Uuid::parse_str(&format!("00000000-0000-0000-{of}-{number:012}")).unwrap_or_default()
        };
        Self {
            products: (0..PRODUCTS).map(|number| id(7200, number)).collect(),
            customers: (0..CUSTOMERS).map(|number| id(7300, number)).collect(),
            subject: "waybill.order.order.placed".to_owned(),
            aggregate: "order".to_owned(),
            event: None,
        }
    }

    fn payload(&self, order: Uuid, number: &str) -> Vec<u8> {
        let Some(event) = &self.event else {
            return vec![0; PAYLOAD];
        };
        let mut event = event.clone();
        if let Some(message) = &mut event.order {
            message.id = order.to_string();
            number.clone_into(&mut message.order_number);
        }
        event.encode_to_vec()
    }
}

macro_rules! place {
    ($connection:expr, $statements:expr, $content:expr, $begin:literal) => {{
        let [order_row, item, history, movement, outbox, stock, _] = *$statements;
        let content: &Content = $content;
        let (product, customer) = (*any(&content.products), *any(&content.customers));
        let (order, at) = (Uuid::now_v7(), Timestamp::now());
        let number = unique_number(at);
        let (now, expires) = (at.micros(), at.plus(EXPIRY).micros());
        let payload = content.payload(order, &number);
        sqlx::raw_sql($begin).execute(&mut **$connection).await?;
        let query = sqlx::query(order_row)
            .bind(order)
            .bind(&number)
            .bind(customer);
        let query = query
            .bind(false)
            .bind(expires)
            .bind(&number)
            .bind(now)
            .bind(now);
        query.execute(&mut **$connection).await?;
        let query = sqlx::query(item).bind(order).bind(product);
        query.execute(&mut **$connection).await?;
        let query = sqlx::query(history).bind(order).bind(now).bind(customer);
        query.execute(&mut **$connection).await?;
        let query = sqlx::query(movement).bind(Uuid::now_v7()).bind(product);
        let query = query.bind(order).bind(customer).bind(now);
        query.execute(&mut **$connection).await?;
        let query = sqlx::query(outbox)
            .bind(Uuid::now_v7())
            .bind(&content.subject);
        let query = query
            .bind(&content.aggregate)
            .bind(order)
            .bind(now)
            .bind(payload);
        let query = query.bind(content.event.is_none().then_some(1_i64));
        query.execute(&mut **$connection).await?;
        let query = sqlx::query(stock).bind(now).bind(product);
        let reserved = query.execute(&mut **$connection).await?;
        sqlx::raw_sql("COMMIT").execute(&mut **$connection).await?;
        reserved.rows_affected() == 1
    }};
}

/// A connection to one of the databases.
enum Connection {
    Postgres(Box<PgConnection>),
    MariaDb(Box<MySqlConnection>),
    Sqlite(Box<SqliteConnection>),
}

/// The same on each kind of connection.
macro_rules! on {
    ($connection:expr, $some:ident, $statements:ident => $work:expr) => {
        match $connection {
            Connection::Postgres($some) => {
                let $statements = &*NUMBERED;
                $work
            }
            Connection::MariaDb($some) => {
                let $statements = &PLAIN;
                $work
            }
            Connection::Sqlite($some) => {
                let $statements = &PLAIN;
                $work
            }
        }
    };
}

impl Connection {
    async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10));
            let connection = SqliteConnection::connect_with(&options).await?;
            return Ok(Self::Sqlite(connection.into()));
        }
        if url.starts_with("mysql:") {
            let options = MySqlConnectOptions::from_str(url)?;
            let connection = MySqlConnection::connect_with(&options).await;
            return Ok(Self::MariaDb(
                connection.context("connecting to MariaDB")?.into(),
            ));
        }
        let connection = PgConnection::connect(url).await;
        Ok(Self::Postgres(
            connection.context("connecting to PostgreSQL")?.into(),
        ))
    }

    /// Whether the product was in stock.
    async fn place(&mut self, content: &Content) -> Result<bool> {
        Ok(match self {
            Self::Postgres(some) => place!(some, &*NUMBERED, content, "BEGIN"),
            Self::MariaDb(some) => place!(some, &PLAIN, content, "BEGIN"),
            Self::Sqlite(some) => place!(some, &PLAIN, content, "BEGIN IMMEDIATE"),
        })
    }

    /// Products with stock, unless there are some.
    async fn stock_up(&mut self, products: &[Uuid]) -> Result<()> {
        on!(self, some, statements => {
            let known = sqlx::query_scalar("SELECT COUNT(*) FROM stock");
            let known: i64 = known.fetch_one(&mut **some).await?;
            for product in products.iter().filter(|_| known == 0) {
                let insert = sqlx::query(statements[6]).bind(*product).bind(false);
                insert.execute(&mut **some).await?;
            }
        });
        Ok(())
    }

    /// What the shop contains, and the event of an order that was placed in it.
    async fn content(&mut self) -> Result<Content> {
        const PLACED: &str = "SELECT subject, aggregate, payload FROM outbox WHERE aggregate = 'order' AND aggregate_version = 1 LIMIT 1";
        on!(self, some, _statements => {
            let products = sqlx::query_scalar("SELECT product_id FROM stock");
            let products = products.fetch_all(&mut **some).await?;
            let customers = sqlx::query_scalar("SELECT DISTINCT customer_id FROM orders");
            let customers = customers.fetch_all(&mut **some).await?;
            let placed = sqlx::query_as(PLACED).fetch_one(&mut **some).await;
            let (subject, aggregate, payload): (String, String, Vec<u8>) =
                placed.context("no order was placed")?;
            let event = Some(OrderChanged::decode(payload.as_slice())?);
            Ok(Content { products, customers, subject, aggregate, event })
        })
    }
}

struct Writer(Connection, Arc<Content>);

impl Worker for Writer {
    async fn once(&mut self) -> Result<bool> {
        self.0.place(&self.1).await
    }
}

/// The ceiling, in a database that has the tables of an order database.
pub async fn run(load: &Load, url: &str) -> Result<Report> {
    let content = Arc::new(Content::of_ceiling());
    let mut workers = Vec::new();
    for _ in 0..load.connections {
        let mut connection = Connection::open(url).await?;
        connection.stock_up(&content.products).await?;
        workers.push(Writer(connection, Arc::clone(&content)));
    }
    load.run(workers).await
}

/// Products with stock, for a ceiling that another program measures.
pub async fn stock_up(url: &str) -> Result<Value> {
    let products = Content::of_ceiling().products;
    Connection::open(url).await?.stock_up(&products).await?;
    Ok(json!({"products": products.len()}))
}

/// Writes orders with unpublished events.
pub async fn backlog(connections: usize, url: &str, orders: usize) -> Result<Value> {
    let content = Arc::new(Connection::open(url).await?.content().await?);
    let (begun, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut running = JoinSet::new();
    for _ in 0..connections {
        let mut connection = Connection::open(url).await?;
        let (content, begun) = (Arc::clone(&content), Arc::clone(&begun));
        running.spawn(async move {
            while begun.fetch_add(1, Ordering::Relaxed) < orders {
                if !connection.place(&content).await? {
                    bail!("out of stock");
                }
            }
            Ok(())
        });
    }
    while let Some(outcome) = running.join_next().await {
        outcome??;
    }
    Ok(json!({"orders": orders, "seconds": start.elapsed().as_secs_f64()}))
}
