//! What waits in the outboxes of a platform, read from its databases.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, FromQueryResult, Statement,
};
use serde_json::{Value, json};
use waybill_testkit::SERVICES;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

#[derive(FromQueryResult)]
struct Count {
    number: Option<i64>,
}

struct Outboxes(Vec<DatabaseConnection>);

impl Outboxes {
    async fn open(urls: &[String]) -> Result<Self> {
        let mut all = Vec::new();
        for url in urls {
            let mut options = ConnectOptions::new(url);
            options.max_connections(1).sqlx_logging(false);
            all.push(Database::connect(options).await?);
        }
        Ok(Self(all))
    }

    /// The sum over all of them.
    async fn sum(&self, query: &str) -> Result<i64> {
        let mut sum = 0;
        for database in &self.0 {
            let query = Statement::from_string(database.get_database_backend(), query);
            let found = Count::find_by_statement(query).one(database).await?;
            sum += found.and_then(|count| count.number).unwrap_or(0);
        }
        Ok(sum)
    }

    async fn waiting(&self) -> Result<i64> {
        self.sum("SELECT COUNT(*) AS number FROM outbox WHERE sequence IS NULL")
            .await
    }

    async fn published(&self) -> Result<i64> {
        self.sum("SELECT COUNT(*) AS number FROM outbox WHERE sequence IS NOT NULL")
            .await
    }
}

/// Waits until no event waits in any outbox, once at least this many have waited in them: the platform may start later than this. The rate
/// counts events that consumers write meanwhile, too.
pub async fn drain(urls: &[String], least: i64, patience: Duration) -> Result<Value> {
    let outboxes = Outboxes::open(urls).await?;
    let before = outboxes.published().await?;
    let backlog = outboxes.waiting().await?;
    ensure!(
        backlog >= least,
        "{backlog} events wait, expected at least {least}"
    );
    let (mut waiting, mut start) = (backlog, Instant::now());
    let end = start + patience;
    while waiting > 0 {
        ensure!(Instant::now() < end, "{waiting} events still wait");
        tokio::time::sleep(LOOK).await;
        let look = Instant::now();
        waiting = outboxes.waiting().await?;
        if waiting >= backlog {
            // None has gone yet.
            start = look;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let count = outboxes.published().await? - before;
    let rate = if count > 0 {
        count as f64 / seconds
    } else {
        0.0
    };
    Ok(json!({"backlog": backlog, "published": count, "seconds": seconds, "per_second": rate}))
}

/// The version of a database server, or of the SQLite in this program.
pub async fn version(url: &str) -> Result<Value> {
    #[derive(FromQueryResult)]
    struct Version {
        version: String,
    }
    let database = Database::connect(url).await?;
    let backend = database.get_database_backend();
    let query = match backend {
        DbBackend::Sqlite => "SELECT sqlite_version() AS version",
        _ => "SELECT VERSION() AS version",
    };
    let query = Statement::from_string(backend, query);
    let found = Version::find_by_statement(query).one(&database).await?;
    let version = found.map(|found| found.version);
    let version = version.as_deref().map(|text| text.split(" on ").next());
    Ok(json!({"version": version}))
}

/// Drops the databases of a platform.
pub async fn drop(server: &str, prefix: &str) -> Result<Value> {
    for service in SERVICES {
        let name = format!("{prefix}{service}");
        let dropped = waybill_store::admin::drop_database(server, &name).await;
        dropped.with_context(|| format!("dropping {name}"))?;
    }
    Ok(json!({"dropped": SERVICES}))
}
