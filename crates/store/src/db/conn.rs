//! The connection that runs the statements of a transaction.

use std::future::Future;

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use super::Db;
use crate::{StoreError, group::Turn};

/// The connection of a [`crate::Tx`].
#[derive(Debug)]
pub struct Conn {
    transaction: Transaction,
    db: Db,
}

#[derive(Debug)]
enum Transaction {
    Own(DatabaseTransaction),
    /// SQLite: a part of a transaction that several share.
    Shared(Turn),
}

impl Conn {
    pub(crate) fn own(db: &Db, transaction: DatabaseTransaction) -> Self {
        Self {
            transaction: Transaction::Own(transaction),
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

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let outcome = match self.transaction {
            Transaction::Own(transaction) => transaction.commit().await.map_err(StoreError::from),
            Transaction::Shared(turn) => turn.commit().await,
        };
        self.db.writes().note(&outcome);
        outcome
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self.transaction {
            Transaction::Own(transaction) => transaction.rollback().await?,
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
            Transaction::Own(transaction) => statement(transaction).await,
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
