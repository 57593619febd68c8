//! Connecting to SQLite, PostgreSQL or MySQL/MariaDB, and beginning transactions.

pub mod conn;
pub mod deferred;
pub(crate) mod leader;
pub mod retry;
pub mod tx;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use backon::Retryable as _;
use rand::RngExt as _;
use sea_orm::{
    ColumnTrait as _, ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection,
    DbBackend, EntityTrait as _, QueryFilter as _, sqlx,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::{Notify, SemaphorePermit};
use uuid::Uuid;
use waybill_primitives::{Outage, Report, backoff};

use conn::Conn;
use leader::Lock;
use retry::retrying;
use tx::{EventContext, Tx};

use crate::{
    Coalesce, StoreError,
    coalesce::{MOST, Pressure},
    driver::without_needless_tls,
    entity::write_check,
    error::chain,
    fresh::Fresh,
    group::Writer,
    migrations, rows,
    writes::Writes,
};

/// Where a service's database is and how much of it to use.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// `sqlite:///path/file.db`, `postgres://user:password@host/db` or `mysql://user:password@host/db`.
    pub url: String,
    /// Connections of this process; on SQLite, of its readers (there is always one writer).
    pub max_connections: u32,
    /// How long a caller waits for a free connection.
    pub acquire_timeout: Duration,
}

impl DbConfig {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
        }
    }
}

/// A service's database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    service: &'static str,
    url: String,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    committed: Arc<Notify>,
    /// Calls that share transactions ([`Db::coalesce`]), also of the other databases of this process.
    pressure: Arc<Pressure>,
    /// Events of commits, for the relay of this process.
    fresh: Fresh,
    /// SQLite only.
    queue: Writer,
    writes: Arc<Writes>,
    /// How long a transaction of SQLite waits for its turn.
    timeout: Duration,
    /// Migrations that this process has applied.
    migrated: AtomicUsize,
}

impl Db {
    /// Connects. SQLite files are created; databases of servers must exist.
    pub async fn connect(config: &DbConfig, service: &'static str) -> Result<Self, StoreError> {
        let url = config.url.as_str();
        let writes = Arc::new(Writes::new(service));
        let (writer, reader) = if url.starts_with("sqlite:") {
            retrying(|| connect_sqlite(config, &writes)).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = Database::connect(options(config, service, &writes)).await?;
            (pool.clone(), pool)
        } else if url.starts_with("mysql:") || url.starts_with("mariadb:") {
            let mut options = options(config, service, &writes);
            options.after_connect(|_| Box::pin(async { Ok(()) }));
            options.map_sqlx_mysql_pool_opts(|pool| {
                pool.after_connect(|connection, _| {
                    Box::pin(async move {
                        use sqlx::Executor as _;
                        // As on the other two databases: fewer gap locks, so fewer deadlocks.
                        connection
                            .execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
                            .await?;
                        Ok(())
                    })
                })
            });
            let pool = Database::connect(options).await?;
            (pool.clone(), pool)
        } else {
            return Err(StoreError::Config(format!(
                "the database URL must begin with sqlite:, postgres: or mysql:, not {:?}",
                url.split(':').next().unwrap_or_default()
            )));
        };
        let inner = Inner {
            service,
            url: config.url.clone(),
            writer,
            reader,
            committed: Arc::new(Notify::new()),
            pressure: Pressure::of_process(),
            fresh: Fresh::default(),
            queue: Writer::default(),
            writes,
            timeout: config.acquire_timeout,
            migrated: AtomicUsize::new(0),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// As [`Db::connect`]; retries while the server is unavailable or still starting.
    pub async fn connect_when_available(
        config: &DbConfig,
        service: &'static str,
    ) -> Result<Self, StoreError> {
        when_available(service, "the database is not ready yet", || {
            Self::connect(config, service)
        })
        .await
    }

    /// Migrates the tables of this crate and the service's own. Replicas that start at the same time take turns. Waits for a
    /// database that refuses writes for now.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), StoreError> {
        let problem = "the database cannot be brought up to date yet";
        when_available(self.service(), problem, || async {
            let outcome = self.try_migrate::<M>().await;
            outcome.inspect_err(|error| self.writes().note_error(error))
        })
        .await
    }

    async fn try_migrate<M: MigratorTrait>(&self) -> Result<(), StoreError> {
        let lock = Lock::acquire(self, "migrate").await?;
        let outcome = self.run_migrations::<M>().await;
        lock.release().await;
        outcome
    }

    async fn run_migrations<M: MigratorTrait>(&self) -> Result<(), StoreError> {
        if self.backend() == DbBackend::MySql {
            // Text is compared by bytes, as on the other two databases.
            let statement = "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
            self.writer().execute_unprepared(statement).await?;
        }
        let pending = migrations::Migrator::get_pending_migrations(self.writer())
            .await?
            .len()
            + M::get_pending_migrations(self.writer()).await?.len();
        migrations::Migrator::up(self.writer(), None).await?;
        M::up(self.writer(), None).await?;
        self.inner.migrated.fetch_add(pending, Ordering::Relaxed);
        Ok(())
    }

    /// Number of migrations that [`Db::migrate`] has applied; 0 if the database was up to date.
    pub fn migrated(&self) -> usize {
        self.inner.migrated.load(Ordering::Relaxed)
    }

    /// For reads outside a transaction. On SQLite these connections cannot write.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.inner.writer
    }

    pub(crate) fn url(&self) -> &str {
        &self.inner.url
    }

    /// Notified after each commit that left events in the outbox.
    pub(crate) fn committed(&self) -> &Arc<Notify> {
        &self.inner.committed
    }

    /// Concurrent calls that write to this database and share a transaction: `work` gets at most [`MOST`] of them. Consumers give way to
    /// them ([`Db::give_way`]).
    pub fn coalesce<T, R, F, Fut>(&self, work: F) -> Coalesce<T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: Fn(Vec<T>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Vec<R>> + Send + 'static,
    {
        Coalesce::new(MOST, Arc::clone(&self.inner.pressure), work)
    }

    /// Lets the calls of this process that share transactions go first, for a limited time.
    pub(crate) async fn give_way(&self) {
        self.inner.pressure.give_way(MAX_GIVE_WAY).await;
    }

    /// A turn for work that has given way; see [`Pressure::turn`].
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.inner.pressure.turn(MAX_GIVE_WAY).await
    }

    /// Events that were committed in this process and not published yet.
    pub(crate) fn fresh(&self) -> &Fresh {
        &self.inner.fresh
    }

    pub fn backend(&self) -> DbBackend {
        self.inner.writer.get_database_backend()
    }

    /// The service that owns this database, for instance `order`.
    pub fn service(&self) -> &'static str {
        self.inner.service
    }

    /// Begins a write transaction (READ COMMITTED; on SQLite one at a time, waiting transactions share a commit; on servers with its
    /// first statement).
    /// [`crate::transact`] calls this and ends the transaction.
    pub async fn begin(&self, context: impl Into<EventContext>) -> Result<Tx, StoreError> {
        let conn = if self.backend() == DbBackend::Sqlite {
            let queue = &self.inner.queue;
            let turn = queue.begin(self.writer(), self.inner.timeout).await;
            Conn::shared(
                self,
                turn.inspect_err(|error| self.writes().note_error(error))?,
            )
        } else {
            Conn::own(self)
        };
        Ok(Tx::new(conn, context.into()))
    }

    /// Waits until readers see everything that a transaction of this process may have seen, such as a row that it conflicted
    /// with. Only SQLite, where commits are shared, needs the wait.
    pub async fn flush(&self) {
        self.inner.queue.flush().await;
    }

    /// Whether the database responds and accepts writes. Writes a row if the last write was refused, or if there was no recent
    /// write.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.reader().ping().await?;
        if self.writes().uncertain() {
            retrying(|| self.check_write()).await?;
        }
        Ok(())
    }

    async fn check_write(&self) -> Result<(), StoreError> {
        // A database that was full counts as writable again only when there is room for more than this row.
        let size = if self.writes().refused() {
            WRITE_CHECK
        } else {
            1
        };
        let mut filler = vec![0; size];
        // Random, so that it cannot be compressed away.
        rand::rng().fill(filler.as_mut_slice());
        let id = Uuid::now_v7();
        let tx = self.begin(&EventContext::default()).await?;
        write_check::Entity::delete_many()
            .filter(write_check::Column::Id.ne(id))
            .exec(tx.conn())
            .await?;
        let row = write_check::Model { id, filler };
        rows::insert(tx.conn(), row).await?;
        tx.commit().await?;
        self.writes().checked();
        Ok(())
    }

    pub(crate) fn writes(&self) -> &Writes {
        &self.inner.writes
    }

    /// Closes every connection; on SQLite this also merges the write-ahead log into the file. Takes at most two seconds: a
    /// connection whose statement was abandoned may never come back to the pool (on MySQL the driver waits for a response that
    /// will not come, transact-rs/sqlx#4350), and the end of the process closes it as well.
    pub async fn close(&self) {
        let close = async {
            for pool in [&self.inner.reader, &self.inner.writer] {
                if let Err(error) = pool.close_by_ref().await {
                    tracing::debug!(%error, "closing a database pool failed");
                }
            }
        };
        if tokio::time::timeout(CLOSE_DEADLINE, close).await.is_err() {
            tracing::warn!("a database connection did not close in time");
        }
    }
}

/// A single writer avoids `database is locked`; readers see the last commit (WAL). Two processes that open a new file at once can
/// still conflict while it is switched to WAL, which no busy timeout covers.
async fn connect_sqlite(
    config: &DbConfig,
    writes: &Arc<Writes>,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    create_private(&config.url).await;
    let writer = Database::connect(sqlite_options(config, 1, false, writes)).await?;
    let reader = sqlite_options(config, config.max_connections, true, writes);
    let reader = Database::connect(reader).await?;
    Ok((writer, reader))
}

/// Creates a missing database file that only its owner can read. SQLite would use the default permissions, and gives the files
/// beside it (`-wal`, `-shm`) those of the database. What is wrong with the path, SQLite reports.
async fn create_private(url: &str) {
    let Ok(options) = url.parse::<sqlx::sqlite::SqliteConnectOptions>() else {
        return;
    };
    let path = options.get_filename().to_owned();
    if path.to_string_lossy().starts_with("file:") {
        // In memory.
        return;
    }
    let created = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::OpenOptions::new();
        file.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
        file.open(path)
    });
    let _ = created.await;
}

fn options(config: &DbConfig, service: &'static str, writes: &Arc<Writes>) -> ConnectOptions {
    let mut options = ConnectOptions::new(config.url.clone());
    replace_unusable(&mut options, writes);
    options
        .max_connections(config.max_connections)
        .min_connections(1)
        .acquire_timeout(config.acquire_timeout)
        .connect_timeout(config.acquire_timeout)
        // A ping per checkout would cost a round trip; a dead connection shows in its first statement.
        .test_before_acquire(false)
        .sqlx_logging(false);
    if config.url.starts_with("postgres") {
        options.set_application_name(format!("waybill-{service}"));
    }
    options.map_sqlx_postgres_opts(without_needless_tls);
    options
}

/// Whether the pool may hand the connection out. One that comes back within a transaction has a wrong transaction depth (see
/// [`crate::group`]). Reads the driver's counter; sends nothing to the database.
fn usable(connection: &impl sqlx::Connection, age: Duration, writes: &Writes) -> bool {
    !connection.is_in_transaction() && !writes.replaces(age)
}

/// Makes the pool call [`usable`] before it hands a connection out; it closes an unusable one and opens another.
fn replace_unusable(options: &mut ConnectOptions, writes: &Arc<Writes>) {
    macro_rules! ask {
        ($map:ident) => {
            let writes = Arc::clone(writes);
            options.$map(move |connection, known| {
                let usable = usable(connection, known.age, &writes);
                Box::pin(async move { Ok(usable) })
            });
        };
    }
    ask!(map_sqlx_sqlite_before_acquire);
    ask!(map_sqlx_postgres_before_acquire);
    ask!(map_sqlx_mysql_before_acquire);
}

fn sqlite_options(
    config: &DbConfig,
    connections: u32,
    read_only: bool,
    writes: &Arc<Writes>,
) -> ConnectOptions {
    let mut options = ConnectOptions::new(config.url.clone());
    replace_unusable(&mut options, writes);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
            sqlite
                .create_if_missing(!read_only)
                .read_only(read_only)
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives a power failure.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(128)
                .pragma("temp_store", "memory")
                // In KiB, per connection; the operating system's file cache holds the rest.
                .pragma("cache_size", if read_only { "-512" } else { "-8192" })
        });
    options
}

/// Bytes that a health check writes after a refused write.
const WRITE_CHECK: usize = 48 * 1024;

/// How long consumers wait at most for callers. They get more events at a time then, and the events of the callers cost less.
const MAX_GIVE_WAY: Duration = Duration::from_millis(100);

/// See [`Db::close`].
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

/// Retries for as long as the database is unavailable, and logs that at intervals.
async fn when_available<T, Fut>(
    service: &'static str,
    problem: &'static str,
    attempt: impl FnMut() -> Fut,
) -> Result<T, StoreError>
where
    Fut: Future<Output = Result<T, StoreError>>,
{
    let outage = Outage::new();
    attempt
        .retry(backoff(Duration::from_millis(200), Duration::from_secs(3)))
        .when(StoreError::is_unavailable)
        .notify(|error, _| {
            if let Some(Report { failures, .. }) = outage.failed() {
                tracing::warn!(service, failures, error = %chain(error), "{problem}");
            }
        })
        .await
}
