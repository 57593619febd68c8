//! A tally: a table that counts events per aggregate, and consumers that fill it.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use sea_orm::{ConnectionTrait as _, FromQueryResult, Statement};
use sea_orm_migration::{prelude::*, schema::*};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, Envelope};
use waybill_proto::order::ProductChanged;
use waybill_store::{
    ConsumerInfo, Db, EventContext, EventHandler, HandlerError, RelayConfig, RetryPolicy,
    StoreError, Tx, run_consumer, run_relay,
};
use waybill_testkit::{DatabaseKind, TestDb};

pub use waybill_testkit::until;

pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Tallies)]
    }
}

struct Tallies;

impl MigrationName for Tallies {
    fn name(&self) -> &'static str {
        "m20261121_000001_tallies"
    }
}

#[async_trait]
impl MigrationTrait for Tallies {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("tallies")
            .col(string_len("id", 64).primary_key())
            .col(big_integer("count"))
            .to_owned();
        manager.create_table(table).await?;
        let table = Table::create()
            .table("things")
            .col(uuid("id").primary_key())
            .col(string_len_null("name", 64))
            .col(big_integer("units"))
            .col(big_integer("version"))
            .to_owned();
        manager.create_table(table).await
    }
}

pub mod thing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "things")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: Option<String>,
        pub units: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Runs a check on each kind of database that this machine has, one after the other. The tables exist.
pub async fn for_each_database<F, Fut>(check: F)
where
    F: Fn(TestDb) -> Fut,
    Fut: Future<Output = ()>,
{
    for kind in DatabaseKind::ALL {
        if let Some(database) = TestDb::migrated::<Migrator>(kind).await {
            eprintln!("on {kind:?}");
            check(database).await;
        }
    }
}

/// Connects and migrates.
pub async fn open(url: &str, service: &'static str) -> Db {
    let db = Db::connect(&waybill_testkit::db_config(url), service)
        .await
        .expect("the database opens");
    db.migrate::<Migrator>().await.expect("migrations run");
    db
}

/// Adds one to a tally inside a transaction.
pub async fn count(tx: &Tx, id: &str) -> Result<(), StoreError> {
    let sql = format!("UPDATE tallies SET count = count + 1 WHERE id = '{id}'");
    let changed = tx.conn().execute_unprepared(&sql).await?;
    if changed.rows_affected() == 0 {
        let sql = format!("INSERT INTO tallies (id, count) VALUES ('{id}', 1)");
        tx.conn().execute_unprepared(&sql).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Tally {
    id: String,
    count: i64,
}

pub async fn tallies(db: &Db) -> BTreeMap<String, i64> {
    let statement = Statement::from_string(db.backend(), "SELECT id, count FROM tallies");
    let rows = Tally::find_by_statement(statement)
        .all(db.reader())
        .await
        .unwrap();
    rows.into_iter().map(|row| (row.id, row.count)).collect()
}

/// Commits one event of the aggregate, with a tally beside it.
pub async fn happen(db: &Db, aggregate: Uuid, version: i64) {
    let tx = db.begin(&EventContext::default()).await.unwrap();
    count(&tx, "committed").await.unwrap();
    tx.emit(aggregate, version, &ProductChanged::default());
    tx.commit().await.unwrap();
}

/// A consumer that counts each event under its aggregate and version, and can be set to fail.
pub struct Counter {
    pub name: &'static str,
    /// Failures still to come, by aggregate.
    pub failures: Mutex<BTreeMap<Uuid, u32>>,
    pub broken: AtomicBool,
    /// The events in the order in which they were first applied; the tallies have how often.
    pub seen: Mutex<Vec<(Uuid, i64)>>,
    /// The sizes of the batches it was given.
    pub batches: Mutex<Vec<usize>>,
}

impl Counter {
    pub fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            failures: Mutex::default(),
            broken: AtomicBool::new(false),
            seen: Mutex::default(),
            batches: Mutex::default(),
        })
    }
}

#[async_trait]
impl EventHandler for Counter {
    fn info(&self) -> ConsumerInfo {
        ConsumerInfo {
            name: self.name,
            subjects: &["waybill.order.product.*"],
        }
    }
    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        // State first: a failure must undo it.
        count(tx, &event.id.to_string()).await?;
        if let Some(left) = self.failures.lock().unwrap().get_mut(&event.aggregate_id)
            && *left > 0
        {
            *left -= 1;
            return Err(HandlerError::transient("failing on request"));
        }
        if self.broken.load(Ordering::SeqCst) {
            return Err(HandlerError::permanent("broken for good"));
        }
        let mut seen = self.seen.lock().unwrap();
        let this = (event.aggregate_id, event.aggregate_version);
        if !seen.contains(&this) {
            seen.push(this);
        }
        Ok(())
    }
    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        self.batches.lock().unwrap().push(events.len());
        for event in events {
            self.apply(tx, event).await?;
        }
        Ok(())
    }
}

pub fn quick() -> RetryPolicy {
    RetryPolicy {
        attempts: 4,
        first_delay: Duration::from_millis(5),
        longest_delay: Duration::from_millis(50),
        poll: Duration::from_millis(100),
    }
}

pub fn eager() -> RelayConfig {
    RelayConfig {
        poll: Duration::from_millis(50),
        compare: Duration::from_millis(200),
        ..RelayConfig::default()
    }
}

pub async fn consume(
    db: &Db,
    bus: &Arc<dyn Bus>,
    handler: &Arc<Counter>,
    stop: &CancellationToken,
) {
    let handler = Arc::clone(handler) as Arc<dyn EventHandler>;
    run_consumer(db.clone(), Arc::clone(bus), handler, quick(), stop.clone())
        .await
        .unwrap();
}

pub fn relay(db: &Db, bus: &Arc<dyn Bus>, stop: &CancellationToken) {
    run_relay(db.clone(), Arc::clone(bus), eager(), stop.clone());
}

/// Collects the log lines.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Collects from now on, for this thread, while the guard is held.
    pub fn capture() -> (Self, tracing::subscriber::DefaultGuard) {
        let lines = Self::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(move || writer.clone())
            .finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    pub fn with(&self, what: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let found = text.lines().filter(|line| line.contains(what));
        found.map(str::to_owned).collect()
    }
}
