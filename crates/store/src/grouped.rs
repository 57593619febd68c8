//! Writes of concurrent calls that share a transaction.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use sea_orm::DbErr;

use crate::{Coalesce, Db, EventContext, StoreError, Tx, transact};

/// A write that many callers make at the same time.
#[async_trait]
pub trait GroupedWrite: Send + Sync + 'static {
    type Call: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// Makes all of these writes, in one transaction; the answers are in the same order. If one of several is refused by the database,
    /// also with the commit, each is made again alone. What it locks, it locks in an order that is the same everywhere.
    async fn write(&self, tx: &Tx, calls: &[Self::Call]) -> Result<Vec<Self::Answer>, StoreError>;
}

/// Collects calls into groups: while one group is at work, the next one collects ([`Coalesce`]).
pub struct Grouped<W: GroupedWrite>(Coalesce<W::Call, Result<W::Answer, StoreError>>);

impl<W: GroupedWrite> fmt::Debug for Grouped<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Grouped").finish()
    }
}

impl<W: GroupedWrite> Grouped<W> {
    pub fn new(db: &Db, write: W) -> Self {
        let (own, write) = (db.clone(), Arc::new(write));
        Self(db.coalesce(move |calls| {
            let (db, write) = (own.clone(), Arc::clone(&write));
            async move { together(&db, &*write, &calls).await }
        }))
    }

    /// Joins a group, and returns when it is committed. [`StoreError::Unique`] and [`StoreError::Check`] are of this call alone.
    pub async fn call(&self, call: W::Call) -> Result<W::Answer, StoreError> {
        let answer = self.0.call(call).await;
        answer.unwrap_or_else(|| Err(DbErr::Custom("a group of writes panicked".to_owned()).into()))
    }
}

async fn together<W: GroupedWrite>(
    db: &Db,
    write: &W,
    calls: &[W::Call],
) -> Vec<Result<W::Answer, StoreError>> {
    match commit(db, write, calls).await {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error) if calls.len() == 1 => vec![Err(error)],
        Err(error) if error.is_unavailable() || error.is_retryable() => {
            calls.iter().map(|_| Err(error.repeat())).collect()
        }
        Err(_) => {
            let mut all = Vec::with_capacity(calls.len());
            for call in calls {
                let alone = commit(db, write, std::slice::from_ref(call)).await;
                all.push(alone.and_then(|mut answers| answers.pop().ok_or_else(no_answer)));
            }
            all
        }
    }
}

async fn commit<W: GroupedWrite>(
    db: &Db,
    write: &W,
    calls: &[W::Call],
) -> Result<Vec<W::Answer>, StoreError> {
    let context = EventContext::default();
    let answers = transact!(db, &context, async |tx| write.write(tx, calls).await).await?;
    if answers.len() == calls.len() {
        Ok(answers)
    } else {
        Err(no_answer())
    }
}

fn no_answer() -> StoreError {
    DbErr::Custom("a call of a group got no answer".to_owned()).into()
}
