//! The connection that runs the statements of a transaction.

use std::future::Future;

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait as _,
};
use tokio::sync::OnceCell;

use super::{Db, deferred::Deferred};
use crate::{StoreError, group::Turn};

/// The connection of a [`crate::Tx`].
#[derive(Debug)]
pub struct Conn {
    transaction: Transaction,
    db: Db,
}

#[derive(Debug)]
enum Transaction {
    /// PostgreSQL and MySQL: begins with the first statement.
    Own(OnceCell<DatabaseTransaction>),
    /// SQLite: a part of a transaction that several share.
    Shared(Turn),
}

impl Conn {
    pub(crate) fn own(db: &Db) -> Self {
        Self {
            transaction: Transaction::Own(OnceCell::new()),
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

    /// Writes what was deferred, and commits.
    pub(crate) async fn commit(self, deferred: Deferred) -> Result<(), StoreError> {
        let whole = match &self.transaction {
            Transaction::Own(started) if !started.initialized() => {
                if deferred.is_empty() {
                    return Ok(());
                }
                self.get_database_backend() == DbBackend::Postgres
            }
            _ => false,
        };
        if whole {
            let pool = self.db.writer().get_postgres_connection_pool();
            let outcome = deferred.commit_on(pool).await;
            self.db.writes().note(&outcome);
            return outcome;
        }
        if let Err(error) = deferred.run(&self).await {
            if let Err(rollback) = self.rollback().await {
                tracing::debug!(error = %rollback, "a failed transaction could not be rolled back");
            }
            return Err(error);
        }
        let outcome = match self.transaction {
            Transaction::Own(started) => match started.into_inner() {
                Some(transaction) => transaction.commit().await.map_err(StoreError::from),
                None => Ok(()),
            },
            Transaction::Shared(turn) => turn.commit().await,
        };
        self.db.writes().note(&outcome);
        outcome
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self.transaction {
            Transaction::Own(started) => {
                if let Some(transaction) = started.into_inner() {
                    transaction.rollback().await?;
                }
            }
            Transaction::Shared(turn) => turn.rollback().await,
        }
        Ok(())
    }

    async fn run<'a, T, F>(
        &'a self,
        statement: impl FnOnce(&'a DatabaseTransaction) -> F + Send,
    ) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>> + Send,
        T: Send,
    {
        let outcome = match &self.transaction {
            Transaction::Own(started) => {
                match started.get_or_try_init(|| self.db.writer().begin()).await {
                    Ok(transaction) => statement(transaction).await,
                    Err(error) => Err(error),
                }
            }
            Transaction::Shared(turn) => turn.run(statement).await,
        };
        if let Err(error) = &outcome {
            self.db.writes().note_refusal(error);
        }
        outcome
    }
}

#[async_trait]
impl ConnectionTrait for Conn {
    fn get_database_backend(&self) -> DbBackend {
        self.db.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(|conn| conn.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(|conn| conn.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(|conn| conn.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(|conn| conn.query_all_raw(statement)).await
    }
}
