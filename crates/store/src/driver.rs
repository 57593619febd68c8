//! What sea-orm does not pass on to the driver: arrays with nulls on PostgreSQL, and statements that are not worth keeping prepared on
//! SQLite. So transactions are those of the driver.

use std::net::IpAddr;

use async_trait::async_trait;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement, Values,
    sqlx::{
        self, AssertSqlSafe, Database, Executor as _, MySql, Pool, Postgres, Sqlite, Transaction,
        postgres::{PgArguments, PgConnectOptions, PgSslMode},
        query::Query,
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Mutex, OnceCell};

use crate::StoreError;

/// Rolls back if it is dropped.
#[derive(Debug)]
pub(crate) struct DriverTransaction<DB: Database>(Mutex<Transaction<'static, DB>>);

impl<DB: Database> DriverTransaction<DB> {
    /// `statement`: `BEGIN`, or a variant of it. A task of its own: if it was dropped half-way, the connection would go back to the pool
    /// with a transaction that the driver does not know.
    pub(crate) async fn begin(pool: &Pool<DB>, statement: &'static str) -> Result<Self, DbErr> {
        let pool = pool.clone();
        let started = tokio::spawn(async move { pool.begin_with(statement).await });
        let started = started
            .await
            .map_err(|error| DbErr::Custom(format!("the transaction did not begin: {error}")))?;
        Ok(Self(Mutex::new(started.map_err(failed)?)))
    }

    /// Commits it, if there is one.
    pub(crate) async fn commit_open(started: OnceCell<Self>) -> Result<(), StoreError> {
        match started.into_inner() {
            Some(transaction) => Ok(transaction.commit().await?),
            None => Ok(()),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.0.into_inner().commit().await.map_err(failed)
    }

    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        self.0.into_inner().rollback().await.map_err(failed)
    }
}

impl DriverTransaction<Postgres> {
    pub(crate) async fn run(&self, sql: String, arguments: PgArguments) -> Result<(), DbErr> {
        let mut conn = self.0.lock().await;
        let run = sqlx::query_with(AssertSqlSafe(sql), arguments);
        run.execute(&mut **conn).await.map_err(failed)?;
        Ok(())
    }
}

impl DriverTransaction<Sqlite> {
    /// Runs statements that are not worth keeping prepared.
    pub(crate) async fn run_once(&self, statement: Statement) -> Result<(), DbErr> {
        let mut conn = self.0.lock().await;
        let once = query::<Sqlite>(&statement).persistent(false);
        once.execute(&mut **conn).await.map_err(failed)?;
        Ok(())
    }
}

macro_rules! connection {
    ($database:ty, $backend:expr) => {
        #[async_trait]
        impl ConnectionTrait for DriverTransaction<$database> {
            fn get_database_backend(&self) -> DbBackend {
                $backend
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                let mut conn = self.0.lock().await;
                let outcome = conn.execute(query::<$database>(&statement)).await;
                Ok(outcome.map_err(failed)?.into())
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                let mut conn = self.0.lock().await;
                let outcome = conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
                Ok(outcome.map_err(failed)?.into())
            }

            async fn query_one_raw(
                &self,
                statement: Statement,
            ) -> Result<Option<QueryResult>, DbErr> {
                let mut conn = self.0.lock().await;
                let row = conn.fetch_optional(query::<$database>(&statement)).await;
                Ok(row.map_err(failed)?.map(Into::into))
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                let mut conn = self.0.lock().await;
                let rows = conn.fetch_all(query::<$database>(&statement)).await;
                Ok(rows.map_err(failed)?.into_iter().map(Into::into).collect())
            }
        }
    };
}

connection!(MySql, DbBackend::MySql);
connection!(Postgres, DbBackend::Postgres);
connection!(Sqlite, DbBackend::Sqlite);

fn query<DB>(statement: &Statement) -> Query<'_, DB, SqlxValues>
where
    DB: Database,
    SqlxValues: sqlx::IntoArguments<DB>,
{
    let values = statement.values.clone();
    let values = values.unwrap_or_else(|| Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

/// As sea-orm reports it.
pub(crate) fn failed(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Exec(RuntimeErr::SqlxError(error.into())),
    }
}

/// Without TLS if the server is on this machine and nobody asked for TLS: then it protects nothing, and costs. The driver does not set
/// `TCP_NODELAY` (transact-rs/sqlx#4335), so that messages of several TLS records, and each handshake, wait 40 ms for an acknowledgement.
pub(crate) fn without_needless_tls(postgres: PgConnectOptions) -> PgConnectOptions {
    if is_local(postgres.get_host()) && matches!(postgres.get_ssl_mode(), PgSslMode::Prefer) {
        postgres.ssl_mode(PgSslMode::Disable)
    } else {
        postgres
    }
}

fn is_local(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for local in ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
            assert!(is_local(local), "{local}");
        }
        for other in ["localhost.example", "127.example", "10.0.0.1", "::2", ""] {
            assert!(!is_local(other), "{other}");
        }
    }
}
