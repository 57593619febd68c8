//! Idempotency keys: a row in the same transaction as the operation it protects, with a hash of the request and the response.
//!
//! A use case builds its response and inserts the key with it, as the transaction's first statement ([`insert`]) or with its commit
//! ([`defer`]). When the key exists already, that fails; the transaction is rolled back and [`lookup`] returns the first response.

use std::{collections::HashSet, time::Duration};

use ring::digest;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use waybill_primitives::Timestamp;

use crate::{Db, StoreError, Tx, entity::idempotency_key, rows};

/// A key as a client sent it, with a hash of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    scope: String,
    key: String,
    request_hash: String,
}

impl IdempotencyKey {
    /// `scope` names the operation and the caller (`place_order:<user>`, at most 120 characters), so that the keys of different
    /// callers cannot collide; `request` is the request in a canonical encoding.
    pub fn new(scope: impl Into<String>, key: impl Into<String>, request: &[u8]) -> Self {
        let request_hash = hex::encode(digest::digest(&digest::SHA256, request));
        Self {
            scope: scope.into(),
            key: key.into(),
            request_hash,
        }
    }

    /// What is unique: scope and key.
    pub fn id(&self) -> (String, String) {
        (self.scope.clone(), self.key.clone())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The key was used for another request.
    #[error("this idempotency key was used for a different request; use a new key")]
    Reused,
    /// The key exists: roll back and look up its response.
    #[error("the idempotency key is taken already")]
    InProgress,
    #[error(transparent)]
    Store(StoreError),
}

impl IdempotencyError {
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::InProgress)
    }
}

impl From<StoreError> for IdempotencyError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl crate::Retry for IdempotencyError {
    fn retryable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }
}

/// The response that was stored for this key; none if the key is new.
pub async fn lookup(db: &Db, key: &IdempotencyKey) -> Result<Option<Vec<u8>>, IdempotencyError> {
    // The key may have been seen in a transaction that readers do not see yet.
    db.flush().await;
    let found = idempotency_key::Entity::find_by_id(key.id())
        .one(db.reader())
        .await
        .map_err(StoreError::from)?;
    match found {
        None => Ok(None),
        Some(row) if row.request_hash == key.request_hash => Ok(Some(row.answer)),
        Some(_) => Err(IdempotencyError::Reused),
    }
}

/// How long a response is stored.
pub const KEPT: Duration = Duration::from_hours(7 * 24);
/// How long a refusal is stored, and up to a minute longer: enough for a repeat after a lost answer, and too short to be in the way of
/// somebody who tries again when its cause is gone.
pub const REFUSALS_KEPT: Duration = Duration::from_mins(2);

/// Inserts the key. A concurrent request with the same key waits here (on SQLite: at the beginning of its transaction) until this
/// transaction ends.
pub async fn insert(tx: &Tx, key: &IdempotencyKey, answer: &[u8]) -> Result<(), IdempotencyError> {
    insert_at(tx, key, answer, Timestamp::now()).await
}

/// As [`insert`], for [`REFUSALS_KEPT`].
pub async fn insert_refusal(
    tx: &Tx,
    key: &IdempotencyKey,
    answer: &[u8],
) -> Result<(), IdempotencyError> {
    // As old as what is deleted then.
    let at = Timestamp::now().minus(KEPT).plus(REFUSALS_KEPT);
    insert_at(tx, key, answer, at).await
}

/// As [`insert`], with the commit ([`Tx::defer`]), which a taken key fails.
pub fn defer(tx: &Tx, key: &IdempotencyKey, answer: &[u8]) {
    tx.defer([row(key, answer, Timestamp::now())]);
}

/// Those of these keys that are taken, for any request.
pub async fn taken(
    db: &Db,
    keys: impl IntoIterator<Item = &IdempotencyKey>,
) -> Result<HashSet<(String, String)>, StoreError> {
    use idempotency_key::Column;
    db.flush().await;
    let mut any = Condition::any();
    for key in keys {
        let scope = Column::Scope.eq(key.scope.as_str());
        any = any.add(scope.and(Column::IdempotencyKey.eq(key.key.as_str())));
    }
    let rows: Vec<(String, String)> = idempotency_key::Entity::find()
        .select_only()
        .columns([Column::Scope, Column::IdempotencyKey])
        .filter(any)
        .into_tuple()
        .all(db.reader())
        .await?;
    Ok(rows.into_iter().collect())
}

fn row(key: &IdempotencyKey, answer: &[u8], at: Timestamp) -> idempotency_key::Model {
    idempotency_key::Model {
        scope: key.scope.clone(),
        idempotency_key: key.key.clone(),
        request_hash: key.request_hash.clone(),
        answer: answer.to_vec(),
        at,
    }
}

async fn insert_at(
    tx: &Tx,
    key: &IdempotencyKey,
    answer: &[u8],
    at: Timestamp,
) -> Result<(), IdempotencyError> {
    match rows::insert(tx.conn(), row(key, answer, at)).await {
        Err(error) if error.is_unique() => Err(IdempotencyError::InProgress),
        outcome => Ok(outcome?),
    }
}
