//! One holder among all replicas: a lock that the database frees by itself when its holder's connection dies.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use ring::digest;
use sea_orm::{
    DbBackend, DbErr, RuntimeErr,
    sqlx::{self, Connection as _, MySqlConnection, PgConnection},
};

use super::Db;
use crate::{StoreError, driver::without_needless_tls};

/// How long to wait for the migrations of another replica.
const PATIENCE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(100);
/// A server that does not respond within this time is unavailable. Without the limit, a server that vanished (a cut network)
/// would block the caller until the system's TCP timeout, many minutes.
const ANSWER: Duration = Duration::from_secs(5);

/// Held until released, dropped, or until its connection dies.
#[derive(Debug)]
pub struct Lock {
    held: Held,
}

#[derive(Debug)]
enum Held {
    Postgres(Box<PgConnection>),
    MySql(Box<MySqlConnection>),
    /// A SQLite file belongs to one process (the data directory's lock ensures that).
    Process(ProcessLock),
}

#[derive(Debug)]
struct ProcessLock(String);

static PROCESS_LOCKS: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

impl Drop for ProcessLock {
    fn drop(&mut self) {
        PROCESS_LOCKS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.0);
    }
}

impl Lock {
    /// Takes the lock if it is free.
    pub async fn try_acquire(db: &Db, purpose: &str) -> Result<Option<Self>, StoreError> {
        tokio::time::timeout(ANSWER, Self::try_now(db, purpose))
            .await
            .unwrap_or_else(|_| Err(unavailable(sqlx::Error::PoolTimedOut)))
    }

    async fn try_now(db: &Db, purpose: &str) -> Result<Option<Self>, StoreError> {
        let name = format!("waybill:{}:{purpose}", db.service());
        let held = match db.backend() {
            DbBackend::Postgres => {
                // A connection of its own: the lock lives exactly as long as this connection.
                let options = db.url().parse().map_err(unavailable)?;
                let options = without_needless_tls(options);
                let connected = PgConnection::connect_with(&options).await;
                let mut connection = connected.map_err(unavailable)?;
                let got: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
                    .bind(key(&name))
                    .fetch_one(&mut connection)
                    .await
                    .map_err(unavailable)?;
                got.then(|| Held::Postgres(Box::new(connection)))
            }
            DbBackend::MySql => {
                let mut connection = MySqlConnection::connect(db.url())
                    .await
                    .map_err(unavailable)?;
                // Lock names are global to the server, so the name includes the database.
                let got: Option<i64> = sqlx::query_scalar(
                    "SELECT CAST(GET_LOCK(SHA1(CONCAT(DATABASE(), ?)), 0) AS SIGNED)",
                )
                .bind(name)
                .fetch_one(&mut connection)
                .await
                .map_err(unavailable)?;
                (got == Some(1)).then(|| Held::MySql(Box::new(connection)))
            }
            _ => {
                let name = format!("{}|{name}", db.url());
                let mut locks = PROCESS_LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
                locks
                    .insert(name.clone())
                    .then(|| Held::Process(ProcessLock(name)))
            }
        };
        Ok(held.map(|held| Self { held }))
    }

    /// Waits for the lock, at most two minutes.
    pub async fn acquire(db: &Db, purpose: &str) -> Result<Self, StoreError> {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(lock) = Self::try_acquire(db, purpose).await? {
                    return Ok(lock);
                }
                tokio::time::sleep(POLL).await;
            }
        });
        waited.await.unwrap_or_else(|_| {
            Err(StoreError::Config(format!(
                "another process has held the {purpose} lock of {} for two minutes",
                db.service()
            )))
        })
    }

    /// Whether the lock's connection is still alive, and so the lock still held.
    pub async fn still_held(&mut self) -> bool {
        let ping = async {
            match &mut self.held {
                Held::Postgres(connection) => connection.ping().await.is_ok(),
                Held::MySql(connection) => connection.ping().await.is_ok(),
                Held::Process(_) => true,
            }
        };
        tokio::time::timeout(ANSWER, ping).await.unwrap_or(false)
    }

    pub async fn release(self) {
        // Closing the connection frees the lock; dropping would too, but later.
        match self.held {
            Held::Postgres(connection) => drop(connection.close().await),
            Held::MySql(connection) => drop(connection.close().await),
            Held::Process(lock) => drop(lock),
        }
    }
}

fn key(name: &str) -> i64 {
    let digest = digest::digest(&digest::SHA256, name.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_ref()[..8]);
    i64::from_be_bytes(bytes)
}

fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(DbErr::Conn(RuntimeErr::SqlxError(std::sync::Arc::new(
        error,
    ))))
}
