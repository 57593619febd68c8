//! The rows that placing an order writes, in one transaction of plain prepared SQL, one connection per worker: the ceiling.
//! It writes into the tables of a bench platform's order database, after that platform has stopped.

use anyhow::{Context as _, Result};
use rand::RngExt as _;
use sea_orm::sqlx::{
    self, Connection as _, PgConnection, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{str::FromStr as _, time::Duration};
use uuid::Uuid;
use waybill_primitives::{OrderNumber, Timestamp};

use crate::measure::{Load, Report, Worker};

const ORDER: &str = "INSERT INTO orders (id, number, status, payment_status, kind, holding, customer_id, customer_name, customer_email, title, description, special_instructions, total, currency, expires_at, search, version, created_at, updated_at) VALUES ($1, $2, 'PENDING', 'UNPAID', 'GOODS', 'RESERVED', $3, 'Bench Customer', 'bench@waybill.example', '', '', '', 1999, 'USD', $4, $5, 1, $4, $4)";
const ITEM: &str = "INSERT INTO order_items (order_id, position, product_id, name, kind, unit_price, quantity, line_total) VALUES ($1, 0, $2, 'Bench product', 'GOODS', 1999, 1, 1999)";
const HISTORY: &str = "INSERT INTO order_history (order_id, version, at, event, to_value, actor_id, actor_name, actor_role, note) VALUES ($1, 1, $2, 'PLACED', 'PENDING', $3, 'Bench Customer', 'CUSTOMER', '')";
const STOCK: &str = "UPDATE stock SET reserved = reserved + 1, version = version + 1, updated_at = $2 WHERE product_id = $1 AND on_hand - reserved >= 1";
const MOVEMENT: &str = "INSERT INTO stock_movements (id, product_id, kind, on_hand_delta, reserved_delta, reason, order_id, actor_id, at) VALUES ($1, $2, 'RESERVED', 0, 1, '', $3, $4, $5)";
const OUTBOX: &str = "INSERT INTO outbox (id, subject, aggregate, aggregate_id, aggregate_version, at, payload, sequence) VALUES ($1, 'waybill.order.order.placed', 'order', $2, 1, $3, $4, 1)";

/// About the size of an order's event.
const PAYLOAD: usize = 400;

macro_rules! place {
    ($connection:expr, $product:expr, $begin:literal) => {{
        let (order, customer) = (Uuid::now_v7(), Uuid::now_v7());
        let at = Timestamp::now();
        let number = OrderNumber::generate(at).to_string();
        let now = at.micros();
        sqlx::query($begin).execute(&mut *$connection).await?;
        sqlx::query(ORDER)
            .bind(order)
            .bind(&number)
            .bind(customer)
            .bind(now)
            .bind(&number)
            .execute(&mut *$connection)
            .await?;
        sqlx::query(ITEM)
            .bind(order)
            .bind($product)
            .execute(&mut *$connection)
            .await?;
        sqlx::query(HISTORY)
            .bind(order)
            .bind(now)
            .bind(customer)
            .execute(&mut *$connection)
            .await?;
        sqlx::query(MOVEMENT)
            .bind(Uuid::now_v7())
            .bind($product)
            .bind(order)
            .bind(customer)
            .bind(now)
            .execute(&mut *$connection)
            .await?;
        sqlx::query(OUTBOX)
            .bind(Uuid::now_v7())
            .bind(order)
            .bind(now)
            .bind(vec![0_u8; PAYLOAD])
            .execute(&mut *$connection)
            .await?;
        let reserved = sqlx::query(STOCK)
            .bind($product)
            .bind(now)
            .execute(&mut *$connection)
            .await?;
        sqlx::query("COMMIT").execute(&mut *$connection).await?;
        Ok(reserved.rows_affected() == 1)
    }};
}

struct Postgres(PgConnection, Vec<Uuid>);
struct Sqlite(SqliteConnection, Vec<Uuid>);

impl Worker for Postgres {
    async fn once(&mut self) -> Result<bool> {
        let product = self.1[rand::rng().random_range(0..self.1.len())];
        place!(&mut self.0, product, "BEGIN")
    }
}

impl Worker for Sqlite {
    async fn once(&mut self) -> Result<bool> {
        let product = self.1[rand::rng().random_range(0..self.1.len())];
        place!(&mut self.0, product, "BEGIN IMMEDIATE")
    }
}

pub async fn run(load: &Load, url: &str) -> Result<Report> {
    if url.starts_with("sqlite:") {
        let mut workers = Vec::new();
        for _ in 0..load.connections {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10));
            let mut connection = SqliteConnection::connect_with(&options).await?;
            let rows = sqlx::query("SELECT product_id FROM stock")
                .fetch_all(&mut connection)
                .await?;
            let products = rows
                .iter()
                .map(|row| row.try_get(0))
                .collect::<Result<_, _>>()?;
            workers.push(Sqlite(connection, products));
        }
        return load.run(workers).await;
    }
    let mut workers = Vec::new();
    for _ in 0..load.connections {
        let mut connection = PgConnection::connect(url)
            .await
            .context("connecting to PostgreSQL")?;
        let rows = sqlx::query("SELECT product_id FROM stock")
            .fetch_all(&mut connection)
            .await?;
        let products = rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        workers.push(Postgres(connection, products));
    }
    load.run(workers).await
}
