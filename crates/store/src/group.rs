//! Group commit for SQLite: transactions that queue for the one writer share a commit, and so a flush to disk.
//!
//! Each member runs in a savepoint of one outer transaction. When the first member has ended, a finisher queues for the writer
//! behind everybody who is waiting then; those run in the same outer transaction, and when the finisher's turn comes it
//! commits for all of them. Without a queue the finisher's turn comes at once. A member is told of success only after the
//! outer commit; a member that rolls back takes only its savepoint with it.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnAcquireErr, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::StoreError;

/// The queue for the one writer. The mutex is fair: first come, first served.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writer(Arc<Mutex<Group>>);

#[derive(Debug, Default)]
pub(crate) struct Group {
    outer: Option<DatabaseTransaction>,
    /// Members that have ended and wait for the commit.
    members: Vec<oneshot::Sender<Result<(), Arc<DbErr>>>>,
}

/// A turn at the writer.
#[derive(Debug)]
pub(crate) struct Turn {
    group: OwnedMutexGuard<Group>,
    writer: Writer,
}

impl Writer {
    /// Waits for a turn, `patience` at most; begins the outer transaction if none is open. Returns the member's own
    /// transaction.
    pub(crate) async fn begin(
        &self,
        connection: &DatabaseConnection,
        patience: Duration,
    ) -> Result<(Turn, DatabaseTransaction), StoreError> {
        // A queue that is too long is told to callers rather than grown: what they wait for would come too late for them.
        let turn = tokio::time::timeout(patience, Arc::clone(&self.0).lock_owned());
        let group = turn.await.map_err(|_| {
            StoreError::Unavailable(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
        })?;
        // A task of its own: a begin that is dropped half-way is rolled back twice, once by the driver and once by the
        // library above it, and the second time takes the outer transaction, with what others have written in it.
        let opening = tokio::spawn(open(group, self.clone(), connection.clone()));
        let mut opened = opening
            .await
            .map_err(|error| StoreError::Config(format!("the writer did not begin: {error}")))??;
        let (member, turn) = opened
            .0
            .take()
            .ok_or_else(|| StoreError::Config("the writer has no transaction".to_owned()))?;
        Ok((turn, member))
    }

    /// Waits until everything that a transaction could have met by now is committed or gone: a member sees what earlier
    /// members of its group wrote before readers do.
    pub(crate) async fn settle(&self) {
        // The finisher of an open group may not have queued yet, so that this may be the finish itself.
        self.finish().await;
    }

    async fn finish(&self) {
        let mut group = self.0.lock().await;
        if group.members.is_empty() {
            return;
        }
        let outcome = match group.outer.take() {
            Some(outer) => outer.commit().await.map_err(Arc::new),
            None => return,
        };
        for member in group.members.drain(..) {
            // A member that gave up waiting does not mind.
            let _ = member.send(outcome.clone());
        }
    }
}

/// A member's transaction that nobody has taken over yet.
struct Opened(Option<(DatabaseTransaction, Turn)>);

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some((member, turn)) = self.0.take() {
            // The savepoint goes first: it is inside what the turn may close.
            drop(member);
            turn.abandon();
        }
    }
}

async fn open(
    mut group: OwnedMutexGuard<Group>,
    writer: Writer,
    connection: DatabaseConnection,
) -> Result<Opened, StoreError> {
    let outer = match group.outer.take() {
        Some(outer) => outer,
        None => {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            connection.begin_with_options(options).await?
        }
    };
    match outer.begin().await {
        Ok(member) => {
            group.outer = Some(outer);
            Ok(Opened(Some((member, Turn { group, writer }))))
        }
        Err(error) => {
            // The library has rolled back once too often here as well: nothing that the group wrote can be trusted.
            drop(outer);
            let error = Arc::new(error);
            for waiting in group.members.drain(..) {
                let _ = waiting.send(Err(Arc::clone(&error)));
            }
            Err(StoreError::CommitFailed(error))
        }
    }
}

impl Turn {
    /// Ends the member's turn and waits until the group has committed.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let (sender, receiver) = oneshot::channel();
        let first = self.group.members.is_empty();
        self.group.members.push(sender);
        let Self { group, writer } = self;
        if first {
            // A task of its own: the commit must not depend on whether this caller goes on waiting.
            tokio::spawn(async move { writer.finish().await });
        }
        drop(group);
        match receiver.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(StoreError::CommitFailed(error)),
            Err(_) => Err(StoreError::Config(
                "the writer ended before the commit".to_owned(),
            )),
        }
    }

    /// Ends the turn of a member that rolled back, and waits for the commit of those that it may have met. An outer
    /// transaction that holds nothing is closed, to free the file.
    pub(crate) async fn give_up(mut self) -> Result<(), StoreError> {
        if !self.group.members.is_empty() {
            let Self { group, writer } = self;
            drop(group);
            writer.settle().await;
        } else if let Some(outer) = self.group.outer.take() {
            outer.rollback().await?;
        }
        Ok(())
    }

    /// As [`Turn::give_up`], for a transaction that is dropped.
    pub(crate) fn abandon(mut self) {
        if self.group.members.is_empty() {
            // Dropping rolls back when the connection is next used.
            drop(self.group.outer.take());
        }
    }
}
