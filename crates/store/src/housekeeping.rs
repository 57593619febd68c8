//! Deleting what is no longer needed, in small steps.

use std::time::Duration;

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use waybill_primitives::Timestamp;

use crate::{
    Db, StoreError,
    entity::{idempotency_key, inbox},
    idempotency, outbox,
};

/// How long rows are kept.
#[derive(Debug, Clone)]
pub struct Retention {
    /// Published events: as long as a stream may have to be refilled.
    pub outbox: Duration,
    /// Consumed events: longer than any of them can be delivered again.
    pub inbox: Duration,
    pub idempotency_keys: Duration,
}

const DAY: Duration = Duration::from_hours(24);

impl Default for Retention {
    fn default() -> Self {
        Self {
            outbox: DAY * 7,
            inbox: DAY * 30,
            idempotency_keys: idempotency::KEPT,
        }
    }
}

const STEP: u64 = 1000;

/// Deletes what is older than its retention. Safe when several replicas do it at once.
pub async fn prune(db: &Db, retention: &Retention) -> Result<(), StoreError> {
    let now = Timestamp::now();
    while outbox::prune(db.writer(), now.minus(retention.outbox), STEP).await? == STEP {}
    inbox::Entity::delete_many()
        .filter(inbox::Column::At.lt(now.minus(retention.inbox)))
        .exec(db.writer())
        .await?;
    prune_keys(db, retention).await
}

/// As [`prune`], only idempotency keys: those of refusals are stored for minutes.
pub async fn prune_keys(db: &Db, retention: &Retention) -> Result<(), StoreError> {
    let before = Timestamp::now().minus(retention.idempotency_keys);
    idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::At.lt(before))
        .exec(db.writer())
        .await?;
    Ok(())
}
