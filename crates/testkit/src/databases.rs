//! A database of its own for each test, on SQLite, PostgreSQL or MariaDB.

mod templates;

use std::{env, future::Future, time::Duration};

use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;
use waybill_store::{DbConfig, admin};

use crate::{names, skip};

/// The databases that Waybill runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    Sqlite,
    Postgres,
    MariaDb,
}

impl DatabaseKind {
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MariaDb];

    /// The server's URL without a database; the standard local port unless `WAYBILL_TEST_POSTGRES` or
    /// `WAYBILL_TEST_MARIADB` says otherwise.
    pub fn server(self) -> Option<String> {
        let (variable, standard) = match self {
            Self::Sqlite => return None,
            Self::Postgres => (
                "WAYBILL_TEST_POSTGRES",
                "postgres://postgres@127.0.0.1:5432",
            ),
            Self::MariaDb => ("WAYBILL_TEST_MARIADB", "mysql://root@127.0.0.1:3306"),
        };
        Some(env::var(variable).unwrap_or_else(|_| standard.to_owned()))
    }
}

/// A database that is dropped together with this value.
#[derive(Debug)]
pub struct TestDb {
    kind: DatabaseKind,
    name: String,
    folder: Option<TempDir>,
}

impl TestDb {
    /// An empty database. None (after printing SKIPPED) if the server is missing.
    ///
    /// # Panics
    /// With `CI=true`, if the server is missing.
    pub async fn create(kind: DatabaseKind) -> Option<Self> {
        Self::create_as(kind, names::new("test")).await
    }

    /// As [`TestDb::create`], with this name on a server.
    pub async fn create_as(kind: DatabaseKind, name: String) -> Option<Self> {
        let database = Self::new(kind, name);
        if let Some(server) = kind.server()
            && let Err(error) = admin::create_database(&server, &database.name).await
        {
            missing(kind, &error.to_string());
            return None;
        }
        Some(database)
    }

    /// With the tables of a service. None (after printing SKIPPED) if the server is missing.
    ///
    /// # Panics
    /// With `CI=true`, if the server is missing; always, if the migrations fail.
    pub async fn migrated<M: MigratorTrait>(kind: DatabaseKind) -> Option<Self> {
        let database = Self::new(kind, names::new("test"));
        if let Err(error) = templates::copy::<M>(kind, &database.name, &database.url()).await {
            let there = templates::answers(kind).await;
            assert!(!there, "no copy of a template on {kind:?}: {error:?}");
            missing(kind, &error.to_string());
            return None;
        }
        Some(database)
    }

    /// A new prefix for the names of databases that belong together. No test has used it before.
    pub fn new_prefix() -> String {
        format!("{}_", names::new("test"))
    }

    fn new(kind: DatabaseKind, name: String) -> Self {
        let folder = (kind == DatabaseKind::Sqlite)
            .then(|| tempfile::tempdir().expect("a temporary folder"));
        Self { kind, name, folder }
    }

    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    pub fn url(&self) -> String {
        match (&self.folder, self.kind.server()) {
            (Some(folder), _) => format!("sqlite://{}/test.db", folder.path().display()),
            (None, Some(server)) => format!("{server}/{}", self.name),
            (None, None) => unreachable!("SQLite has a folder"),
        }
    }

    /// How a test opens it: see [`db_config`].
    pub fn config(&self) -> DbConfig {
        db_config(self.url())
    }

    /// Drops a database on a server now. `Drop` does it as well, best effort.
    async fn remove(&self) {
        if let Some(server) = self.kind.server() {
            let _ = admin::drop_database(&server, &self.name).await;
        }
    }
}

fn missing(kind: DatabaseKind, error: &str) {
    let server = kind.server().unwrap_or_default();
    let reason = format!("no server at {server}: {error}");
    skip::skip(&format!("a test on {kind:?}"), &reason);
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if self.folder.is_some() {
            return;
        }
        // The test's runtime may be ending: a separate runtime completes the drop.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                if let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                {
                    runtime.block_on(self.remove());
                }
            });
        });
    }
}

/// How a test opens a database. Many concurrent callers may wait longer for a connection than a user would accept: on a busy
/// machine that is slow, not wrong.
pub fn db_config(url: impl Into<String>) -> DbConfig {
    DbConfig {
        acquire_timeout: Duration::from_mins(1),
        ..DbConfig::new(url)
    }
}

/// Runs a check on each kind of database that this machine has, one after the other. The databases are empty.
pub async fn for_each_database<F, Fut>(check: F)
where
    F: Fn(TestDb) -> Fut,
    Fut: Future<Output = ()>,
{
    for kind in DatabaseKind::ALL {
        if let Some(database) = TestDb::create(kind).await {
            eprintln!("on {kind:?}");
            check(database).await;
        }
    }
}
