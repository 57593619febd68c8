//! The connection that runs the statements of a transaction.

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    sqlx::{MySql, Postgres},
};
use tokio::sync::OnceCell;

use super::{Db, deferred::Deferred};
use crate::{StoreError, driver::DriverTransaction, group::Turn};

/// The connection of a [`crate::Tx`].
#[derive(Debug)]
pub struct Conn {
    transaction: Transaction,
    db: Db,
}

#[derive(Debug)]
enum Transaction {
    /// SQLite: a part of a transaction that several share.
    Shared(Turn),
    /// Begins with the first statement.
    Postgres(OnceCell<DriverTransaction<Postgres>>),
    /// Begins with the first statement.
    MySql(OnceCell<DriverTransaction<MySql>>),
}

/// Runs `$call` on the transaction, which it begins if necessary, and records a refusal.
macro_rules! on {
    ($self:ident, |$conn:ident| $call:expr) => {{
        let db = &$self.db;
        let outcome = match &$self.transaction {
            Transaction::Shared(turn) => turn.run(|$conn| $call).await,
            Transaction::Postgres(started) => {
                match started.get_or_try_init(|| begin_on_postgres(db)).await {
                    Ok($conn) => $call.await,
                    Err(error) => Err(error),
                }
            }
            Transaction::MySql(started) => {
                match started.get_or_try_init(|| begin_on_mysql(db)).await {
                    Ok($conn) => $call.await,
                    Err(error) => Err(error),
                }
            }
        };
        outcome.inspect_err(|error| db.writes().note_refusal(error))
    }};
}

async fn begin_on_postgres(db: &Db) -> Result<DriverTransaction<Postgres>, DbErr> {
    DriverTransaction::begin(db.writer().get_postgres_connection_pool(), "BEGIN").await
}

async fn begin_on_mysql(db: &Db) -> Result<DriverTransaction<MySql>, DbErr> {
    DriverTransaction::begin(db.writer().get_mysql_connection_pool(), "BEGIN").await
}

impl Conn {
    pub(crate) fn own(db: &Db) -> Self {
        Self {
            transaction: match db.backend() {
                DbBackend::Postgres => Transaction::Postgres(OnceCell::new()),
                _ => Transaction::MySql(OnceCell::new()),
            },
            db: db.clone(),
        }
    }

    pub(crate) fn shared(db: &Db, turn: Turn) -> Self {
        Self {
            transaction: Transaction::Shared(turn),
            db: db.clone(),
        }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// Writes what was deferred until now.
    pub(crate) async fn write(&self, deferred: Deferred) -> Result<(), StoreError> {
        let outcome = self.write_now(deferred).await;
        outcome.inspect_err(|error| self.db.writes().note_error(error))
    }

    async fn write_now(&self, deferred: Deferred) -> Result<(), StoreError> {
        if let Transaction::Postgres(started) = &self.transaction {
            let pool = self.db.writer().get_postgres_connection_pool();
            let begin = || begin_on_postgres(&self.db);
            let transaction = started.get_or_try_init(begin).await?;
            deferred.run_on_postgres(pool, Some(transaction)).await
        } else {
            self.run(deferred).await
        }
    }

    /// Not on PostgreSQL.
    async fn run(&self, deferred: Deferred) -> Result<(), StoreError> {
        for (statement, is_kept) in deferred.statements(self.get_database_backend()) {
            match &self.transaction {
                Transaction::Shared(turn) if !is_kept => {
                    turn.run(|outer| outer.run_once(statement)).await?;
                }
                _ => {
                    self.execute_raw(statement).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes what was deferred, and commits.
    pub(crate) async fn commit(self, deferred: Deferred) -> Result<(), StoreError> {
        let is_open = match &self.transaction {
            Transaction::Shared(_) => true,
            Transaction::Postgres(started) => started.initialized(),
            Transaction::MySql(started) => started.initialized(),
        };
        if !is_open && deferred.is_empty() {
            return Ok(());
        }
        let written = match &self.transaction {
            // One statement is a transaction of its own.
            Transaction::Postgres(started) => {
                let pool = self.db.writer().get_postgres_connection_pool();
                deferred.run_on_postgres(pool, started.get()).await
            }
            _ => self.run(deferred).await,
        };
        if let Err(error) = written {
            self.db.writes().note_error(&error);
            if let Err(rollback) = self.rollback().await {
                tracing::debug!(error = %rollback, "a failed transaction could not be rolled back");
            }
            return Err(error);
        }
        let outcome = match self.transaction {
            Transaction::Shared(turn) => turn.commit().await,
            Transaction::Postgres(started) => DriverTransaction::commit_open(started).await,
            Transaction::MySql(started) => DriverTransaction::commit_open(started).await,
        };
        self.db.writes().note(&outcome);
        outcome
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self.transaction {
            Transaction::Shared(turn) => turn.rollback().await,
            Transaction::Postgres(started) => {
                if let Some(transaction) = started.into_inner() {
                    transaction.rollback().await?;
                }
            }
            Transaction::MySql(started) => {
                if let Some(transaction) = started.into_inner() {
                    transaction.rollback().await?;
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl ConnectionTrait for Conn {
    fn get_database_backend(&self) -> DbBackend {
        self.db.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        on!(self, |conn| conn.execute_raw(statement))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        on!(self, |conn| conn.execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        on!(self, |conn| conn.query_one_raw(statement))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        on!(self, |conn| conn.query_all_raw(statement))
    }
}
