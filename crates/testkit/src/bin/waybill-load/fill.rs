//! Orders of the past two years, written directly into the order database of a stopped platform: more than a bench could place.
//! They pass `waybill verify`; their figures come from `waybill rebuild analytics`.

use std::{str::FromStr as _, time::Duration};

use anyhow::{Context as _, Result};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sea_orm::sqlx::{
    self, Connection as _, MySqlConnection, PgConnection, QueryBuilder, SqliteConnection,
    mysql::MySqlConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use serde_json::{Value, json};
use uuid::Uuid;
use waybill_primitives::Timestamp;

use crate::shop::unique_number;

/// Orders of one statement: SQLite takes 32,766 parameters.
const BATCH: usize = 500;
/// Batches of one transaction.
const BATCHES: usize = 20;
const PRODUCTS: usize = 100;
const DAY: Duration = Duration::from_hours(24);
const THINGS: [&str; 10] = [
    "fence", "gate", "logo", "chair", "table", "website", "painting", "lamp", "window", "roof",
];
const KINDS: [&str; 8] = [
    "red", "blue", "green", "tall", "small", "oak", "steel", "garden",
];

/// One order with one line of work.
struct Row {
    id: Uuid,
    number: String,
    status: &'static str,
    payment: &'static str,
    customer: Uuid,
    customer_name: String,
    title: String,
    worker: Option<Uuid>,
    product: usize,
    units: i64,
    placed: i64,
    /// What happened after placing: the event's name, from, to.
    steps: Vec<(&'static str, &'static str, &'static str)>,
}

/// The unit price of an order, in minor units.
const fn price(product: usize) -> i64 {
    500 + 37 * product as i64
}

impl Row {
    fn random(random: &mut StdRng, now: Timestamp) -> Self {
        // Older than the retention of events, so that none is missing.
        let age = DAY * 8 + Duration::from_secs(random.random_range(0..730 * 86_400));
        let placed = now.minus(age);
        let paid = ("PAID", "UNPAID", "PAID");
        let claimed = ("CLAIMED", "PENDING", "IN_PROGRESS");
        let (status, payment, steps) = match random.random_range(0..100) {
            0..70 => (
                "COMPLETED",
                "PAID",
                vec![paid, claimed, ("COMPLETED", "IN_PROGRESS", "COMPLETED")],
            ),
            70..82 => (
                "CANCELLED",
                "UNPAID",
                vec![("EXPIRED", "PENDING", "CANCELLED")],
            ),
            82..86 => (
                "CANCELLED",
                "REFUNDED",
                vec![
                    paid,
                    ("CANCELLED", "PENDING", "CANCELLED"),
                    ("REFUNDED", "PAID", "REFUNDED"),
                ],
            ),
            86..92 => ("PENDING", "PAID", vec![paid]),
            92..99 => ("IN_PROGRESS", "PAID", vec![paid, claimed]),
            _ => (
                "ON_HOLD",
                "PAID",
                vec![paid, claimed, ("STATUS_CHANGED", "IN_PROGRESS", "ON_HOLD")],
            ),
        };
        let mut pick = |most: usize| random.random_range(0..most);
        let customer = pick(50_000);
        let at = placed.micros();
        // A UUIDv7 of the time of placing: the milliseconds first, the rest random.
        let mut bytes = *Uuid::now_v7().as_bytes();
        bytes[..6].copy_from_slice(&(at / 1000).to_be_bytes()[2..]);
        Self {
            id: Uuid::from_bytes(bytes),
            number: unique_number(placed),
            customer: Uuid::from_u128(0x7000_0000_0000_0000 + customer as u128),
            customer_name: format!("First{} Last{}", customer % 500, customer / 500),
            title: format!("{} {} {}", KINDS[pick(8)], THINGS[pick(10)], pick(5_000)),
            worker: matches!(status, "COMPLETED" | "IN_PROGRESS" | "ON_HOLD")
                .then(|| Uuid::from_u128(0x7100_0000_0000_0000 + pick(40) as u128)),
            product: pick(PRODUCTS),
            units: 1 + pick(3) as i64,
            placed: at,
            status,
            payment,
            steps,
        }
    }

    fn total(&self) -> i64 {
        price(self.product) * self.units
    }

    /// When the step with this number happened.
    fn at(&self, step: usize) -> i64 {
        self.placed + 3_600_000_000 * step as i64
    }

    fn words(&self) -> String {
        let text = format!("{} {}", self.title, self.customer_name).to_lowercase();
        let words: std::collections::BTreeSet<_> = text.split(' ').collect();
        words.into_iter().collect::<Vec<_>>().join(" ")
    }
}

fn product(number: usize) -> Uuid {
    Uuid::from_u128(0x7200_0000_0000_0000 + number as u128)
}

macro_rules! write_rows {
    ($connection:expr, $rows:expr) => {{
        let rows: &[Row] = $rows;
        let mut sql = QueryBuilder::new(
            "INSERT INTO orders (id, number, status, payment_status, kind, holding, customer_id, customer_name, \
             customer_email, assignee_id, assignee_name, title, description, special_instructions, total, currency, \
             held_from, available_since, completed_at, search, guest, version, created_at, updated_at) ",
        );
        sql.push_values(rows, |mut cells, row| {
            let last = row.at(row.steps.len());
            let waits = row.status == "PENDING";
            cells
                .push_bind(row.id)
                .push_bind(&row.number)
                .push_bind(row.status)
                .push_bind(row.payment)
                .push_bind("SERVICE")
                .push_bind("NONE")
                .push_bind(row.customer)
                .push_bind(&row.customer_name)
                .push_bind("bench@waybill.example")
                .push_bind(row.worker)
                .push_bind(row.worker.map(|_| "Bench Worker"))
                .push_bind(&row.title)
                .push_bind("")
                .push_bind("")
                .push_bind(row.total())
                .push_bind("USD")
                .push_bind((row.status == "ON_HOLD").then_some("IN_PROGRESS"))
                .push_bind(waits.then_some(last))
                .push_bind((row.status == "COMPLETED").then_some(last))
                .push_bind(row.words())
                .push_bind(false)
                .push_bind(1 + row.steps.len() as i64)
                .push_bind(row.placed)
                .push_bind(last);
        });
        sql.build().execute(&mut *$connection).await?;
        let mut sql = QueryBuilder::new(
            "INSERT INTO order_items (order_id, position, product_id, name, kind, unit_price, quantity, line_total) ",
        );
        sql.push_values(rows, |mut cells, row| {
            cells
                .push_bind(row.id)
                .push_bind(0_i32)
                .push_bind(product(row.product))
                .push_bind("Bench service")
                .push_bind("SERVICE")
                .push_bind(price(row.product))
                .push_bind(row.units)
                .push_bind(row.total());
        });
        sql.build().execute(&mut *$connection).await?;
        let lines = rows.iter().flat_map(|row| {
            let placed = (row.id, 1_i64, row.placed, "PLACED", None, "PENDING");
            let later = row.steps.iter().zip(1_usize..).map(|((event, from, to), step)| {
                (row.id, 1 + step as i64, row.at(step), *event, Some(*from), *to)
            });
            std::iter::once(placed).chain(later)
        });
        let mut sql = QueryBuilder::new(
            "INSERT INTO order_history (order_id, version, at, event, from_value, to_value, note) ",
        );
        sql.push_values(lines, |mut cells, (id, version, at, event, from, to)| {
            cells
                .push_bind(id)
                .push_bind(version)
                .push_bind(at)
                .push_bind(event)
                .push_bind(from)
                .push_bind(to)
                .push_bind("");
        });
        sql.build().execute(&mut *$connection).await?;
    }};
}

macro_rules! write_all {
    ($connection:expr, $orders:expr) => {{
        let mut random = StdRng::seed_from_u64($orders as u64);
        let now = Timestamp::now();
        let mut left: usize = $orders;
        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM products WHERE sku LIKE 'SCALE-%'")
            .fetch_one(&mut $connection)
            .await?;
        if known == 0 {
            let mut sql = QueryBuilder::new(
                "INSERT INTO products (id, sku, name, name_key, description, kind, price, currency, active, \
                 version, created_at, updated_at) ",
            );
            sql.push_values(0..PRODUCTS, |mut cells, number| {
                cells
                    .push_bind(product(number))
                    .push_bind(format!("SCALE-{number}"))
                    .push_bind("Bench service")
                    .push_bind("bench service")
                    .push_bind("")
                    .push_bind("SERVICE")
                    .push_bind(price(number))
                    .push_bind("USD")
                    .push_bind(true)
                    .push_bind(1_i64)
                    .push_bind(now.micros())
                    .push_bind(now.micros());
            });
            sql.build().execute(&mut $connection).await?;
        }
        while left > 0 {
            let mut transaction = $connection.begin().await?;
            for _ in 0..BATCHES {
                let count = left.min(BATCH);
                if count > 0 {
                    let rows: Vec<_> = (0..count).map(|_| Row::random(&mut random, now)).collect();
                    write_rows!(&mut *transaction, &rows);
                    left -= count;
                }
            }
            transaction.commit().await?;
        }
    }};
}

pub async fn run(url: &str, orders: usize) -> Result<Value> {
    if url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(url)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", "-262144");
        let mut connection = SqliteConnection::connect_with(&options).await?;
        write_all!(connection, orders);
        // As the platform would leave it.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut connection)
            .await?;
        connection.close().await?;
    } else if url.starts_with("mysql:") {
        let options = MySqlConnectOptions::from_str(url)?;
        let mut connection = MySqlConnection::connect_with(&options)
            .await
            .context("connecting to MariaDB")?;
        write_all!(connection, orders);
        sqlx::raw_sql("ANALYZE TABLE orders, order_items, order_history")
            .execute(&mut connection)
            .await?;
        connection.close().await?;
    } else {
        let mut connection = PgConnection::connect(url)
            .await
            .context("connecting to PostgreSQL")?;
        sqlx::query("SET synchronous_commit = off")
            .execute(&mut connection)
            .await?;
        write_all!(connection, orders);
        // Autovacuum would do it a minute later.
        sqlx::raw_sql("VACUUM (ANALYZE)")
            .execute(&mut connection)
            .await?;
        connection.close().await?;
    }
    Ok(json!({"orders": orders}))
}
