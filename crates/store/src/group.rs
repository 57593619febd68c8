//! Group commit for SQLite: transactions that queue for the one writer share a commit, and so a flush to disk.
//!
//! The first member begins the outer transaction. When it has ended, a finisher queues for the writer behind everybody who is
//! waiting then; those run in the same outer transaction, each behind a savepoint. When it is the finisher's turn, it commits for
//! all of them; without a queue that is at once. A member gets success only after the outer commit; a member that rolls back
//! undoes only its own writes.
//!
//! SQLite ends a transaction by itself when a disk is full or fails, and then takes the next statement as a transaction of its own
//! (<https://sqlite.org/lang_transaction.html>, "Response To Errors Within A Transaction"). sqlx 0.9 does not notice: it counts
//! how deep in transactions a connection is and lowers the count only after a COMMIT or ROLLBACK that succeeded
//! (sqlx-sqlite, `connection/worker.rs`). On a connection with a wrong count, the next `begin` makes a savepoint, and every later
//! commit only releases it: everything is acknowledged, nothing is kept. Three rules make that impossible here:
//! - savepoints are this module's own statements, so that the driver's count is 0 or 1 and 1 means a transaction of this module;
//! - an error that may have ended the transaction breaks the whole group: no statement runs in it any more, every member fails,
//!   and the transaction is dropped ([`Group::run`]);
//! - the pool hands out no connection whose count is not 0 (`usable` in [`crate::db`]).

use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnAcquireErr, ConnectionTrait as _, DatabaseConnection, DbErr, sqlx::Sqlite};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::{
    StoreError,
    driver::DriverTransaction,
    error::{closed, is_constraint},
};

/// The queue for the one writer. The mutex is fair: first come, first served.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writer(Arc<Mutex<Option<Group>>>);

/// An open outer transaction with its members.
#[derive(Debug)]
struct Group {
    outer: DriverTransaction<Sqlite>,
    savepoint: Savepoint,
    /// The error after which the outer transaction may be gone.
    broken: OnceLock<Arc<DbErr>>,
    /// Members that have ended and wait for the commit.
    members: Vec<oneshot::Sender<Result<(), Arc<DbErr>>>>,
}

/// The savepoint `member` within the outer transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    None,
    /// What follows it is kept, or belongs to the current member.
    Kept,
    /// What follows it is undone: its member rolled back or was dropped.
    Undone,
}

/// A member's turn at the writer. Dropping it rolls the member back.
#[derive(Debug)]
pub(crate) struct Turn {
    slot: OwnedMutexGuard<Option<Group>>,
    writer: Writer,
    /// A statement was dropped before its outcome was known; the member cannot commit any more.
    interrupted: AtomicBool,
    ended: bool,
}

impl Writer {
    /// Waits for a turn, `timeout` at most; begins the outer transaction if none is open.
    pub(crate) async fn begin(
        &self,
        connection: &DatabaseConnection,
        timeout: Duration,
    ) -> Result<Turn, StoreError> {
        // When the queue is too long, callers get an error instead of waiting longer: the result would come too late for them.
        let slot = tokio::time::timeout(timeout, Arc::clone(&self.0).lock_owned())
            .await
            .map_err(|_| {
                StoreError::Unavailable(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
            })?;
        let turn = Turn {
            slot,
            writer: self.clone(),
            interrupted: AtomicBool::new(false),
            ended: false,
        };
        // A task of its own: if the caller is dropped half-way, somebody still has to know whether the begin took place.
        tokio::spawn(turn.open(connection.clone()))
            .await
            .map_err(|error| StoreError::Config(format!("the writer did not begin: {error}")))?
    }

    /// Waits until everything that a transaction could have seen by now is committed or rolled back: a member sees what earlier
    /// members of its group wrote before readers do.
    pub(crate) async fn flush(&self) {
        // The finisher of an open group may not have queued yet, so this call may have to finish the group itself.
        let _ = self.finish().await;
    }

    /// Commits the open group. A task of its own: the commit does not depend on whether a caller still waits.
    fn finish(&self) -> tokio::task::JoinHandle<()> {
        let slot = Arc::clone(&self.0).lock_owned();
        tokio::spawn(async move {
            let mut slot = slot.await;
            if let Some(group) = slot.take_if(|group| !group.members.is_empty()) {
                group.commit().await;
            }
        })
    }
}

impl Turn {
    /// Begins the outer transaction, or a savepoint in the one that is open.
    async fn open(mut self, connection: DatabaseConnection) -> Result<Self, StoreError> {
        let Some(group) = self.slot.as_mut() else {
            let pool = connection.get_sqlite_connection_pool();
            *self.slot = Some(Group {
                outer: DriverTransaction::begin(pool, "BEGIN IMMEDIATE").await?,
                savepoint: Savepoint::None,
                broken: OnceLock::new(),
                members: Vec::new(),
            });
            return Ok(self);
        };
        let statement = match group.savepoint {
            Savepoint::None => "SAVEPOINT member",
            Savepoint::Kept => "RELEASE member; SAVEPOINT member",
            Savepoint::Undone => "ROLLBACK TO member",
        };
        match group.run(|outer| outer.execute_unprepared(statement)).await {
            Ok(_) => {
                group.savepoint = Savepoint::Kept;
                Ok(self)
            }
            Err(error) => {
                let error = group.break_with(&error);
                Err(StoreError::CommitFailed(error))
            }
        }
    }

    /// Runs a statement of this member.
    pub(crate) async fn run<'a, T, F>(
        &'a self,
        statement: impl FnOnce(&'a DriverTransaction<Sqlite>) -> F,
    ) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        let group = self.slot.as_ref().ok_or_else(closed)?;
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(closed());
        }
        let unfinished = Unfinished(&self.interrupted);
        let outcome = group.run(statement).await;
        std::mem::forget(unfinished);
        outcome
    }

    /// Ends the member's turn and waits until the group has committed.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let outcome = self.end().map_err(StoreError::CommitFailed)?;
        drop(self);
        outcome
            .await
            .unwrap_or_else(|_| Err(Arc::new(closed())))
            .map_err(StoreError::CommitFailed)
    }

    /// Adds the member to those that wait for the commit.
    fn end(&mut self) -> Result<oneshot::Receiver<Result<(), Arc<DbErr>>>, Arc<DbErr>> {
        let group = self.slot.as_mut().ok_or_else(|| Arc::new(closed()))?;
        if let Some(error) = group.broken.get() {
            return Err(Arc::clone(error));
        }
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Arc::new(closed()));
        }
        let (sender, outcome) = oneshot::channel();
        group.members.push(sender);
        self.ended = true;
        if group.members.len() == 1 {
            self.writer.finish();
        }
        Ok(outcome)
    }

    /// Rolls the member back, and waits for the commit of the members whose writes it may have seen.
    pub(crate) async fn rollback(self) {
        let met = self
            .slot
            .as_ref()
            .is_some_and(|group| !group.members.is_empty());
        let writer = self.writer.clone();
        drop(self);
        if met {
            writer.flush().await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let Some(group) = self.slot.as_mut() else {
            return;
        };
        if group.broken.get().is_some() {
            if let Some(group) = self.slot.take() {
                group.fail();
            }
        } else if group.members.is_empty() {
            // Nothing in it is to be kept. Dropping it rolls back, which unlocks the file for other processes.
            self.slot.take();
        } else {
            group.savepoint = Savepoint::Undone;
        }
    }
}

impl Group {
    /// Runs a statement unless the group is broken; an error that may have ended the outer transaction breaks it.
    async fn run<'a, T, F>(
        &'a self,
        statement: impl FnOnce(&'a DriverTransaction<Sqlite>) -> F,
    ) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        if self.broken.get().is_some() {
            return Err(closed());
        }
        let outcome = statement(&self.outer).await;
        if let Err(error) = &outcome
            && !is_constraint(error)
        {
            self.break_with(error);
        }
        outcome
    }

    /// The error that broke the group first.
    fn break_with(&self, error: &DbErr) -> Arc<DbErr> {
        let error = || Arc::new(DbErr::Custom(error.to_string()));
        Arc::clone(self.broken.get_or_init(error))
    }

    async fn commit(self) {
        if self.savepoint == Savepoint::Undone {
            let undo = self.run(|outer| outer.execute_unprepared("ROLLBACK TO member"));
            if undo.await.is_err() {
                return self.fail();
            }
        }
        let Self { outer, members, .. } = self;
        let outcome = outer.commit().await.map_err(Arc::new);
        answer(members, outcome);
    }

    /// Drops the outer transaction and notifies the members. The driver rolls back what is left of it; where SQLite has already
    /// done so, its count stays wrong and the pool discards the connection.
    fn fail(mut self) {
        let error = self.broken.take().unwrap_or_else(|| Arc::new(closed()));
        drop(self.outer);
        answer(self.members, Err(error));
    }
}

fn answer(members: Vec<oneshot::Sender<Result<(), Arc<DbErr>>>>, outcome: Result<(), Arc<DbErr>>) {
    for member in members {
        // The receiver may be gone: the member gave up waiting.
        let _ = member.send(outcome.clone());
    }
}

/// Marks the member if a statement is dropped before its outcome is known.
struct Unfinished<'a>(&'a AtomicBool);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
