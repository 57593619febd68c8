//! Tests of a service on its databases.
//!
//! A test runs on SQLite, PostgreSQL and MariaDB ([`on_each_database`]) where the database can matter: concurrency (locks,
//! transactions, unique keys), hand-written SQL (sums, upserts, conditional updates, words and patterns), the order and the pages
//! of lists, searches and filters, migrations, and failures of the database. What is decided before or after the database
//! (permissions, checks of input, state transitions, texts) runs on SQLite only ([`on_any_database`]), unless
//! `WAYBILL_TEST_ALL_DATABASES=1` is set, as `cargo xtask test --all-databases` does.

use std::{env, future::Future};

use sea_orm_migration::MigratorTrait;

use crate::{DatabaseKind, TestDb};

/// A service under test.
pub trait World: Sized {
    /// The migrations of the service.
    type Migrations: MigratorTrait;

    /// Starts it on a database that has its tables.
    fn open(database: TestDb) -> impl Future<Output = Self>;

    /// Checks the invariants of its database, and ends it.
    fn close(self) -> impl Future<Output = ()>;
}

/// Runs a check on a database of this kind, if this machine has it.
pub async fn on<W: World>(kind: DatabaseKind, check: impl AsyncFn(&W)) {
    let Some(database) = TestDb::migrated::<W::Migrations>(kind).await else {
        return;
    };
    eprintln!("on {kind:?}");
    // Boxed: these futures are large, and their types nest deeply.
    let world = Box::pin(W::open(database)).await;
    Box::pin(check(&world)).await;
    Box::pin(world.close()).await;
}

/// Runs a check for which the database can matter: on each kind that this machine has, one after the other.
pub async fn on_each_database<W: World>(check: impl AsyncFn(&W)) {
    for kind in DatabaseKind::ALL {
        on(kind, &check).await;
    }
}

/// Runs a check for which the database does not matter: on SQLite, or on all databases if requested.
pub async fn on_any_database<W: World>(check: impl AsyncFn(&W)) {
    if env::var("WAYBILL_TEST_ALL_DATABASES").is_ok_and(|all| all == "1") {
        on_each_database(check).await;
    } else {
        on(DatabaseKind::Sqlite, check).await;
    }
}

/// Makes three tests of each function `async fn name(world: &World)`, one on each kind of database.
#[macro_export]
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use $crate::{DatabaseKind, on};

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                on(DatabaseKind::Sqlite, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                on(DatabaseKind::Postgres, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn mariadb() {
                on(DatabaseKind::MariaDb, super::$name).await;
            }
        }
    )+};
}

/// Makes a test of each function `async fn name(world: &World)`, for which the database does not matter.
#[macro_export]
macro_rules! on_any_database {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                $crate::on_any_database(super::$name).await;
            }
        }
    )+};
}
