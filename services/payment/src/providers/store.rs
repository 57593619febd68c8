//! Rows of what providers told us.

use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;
use waybill_primitives::{PaymentId, Timestamp};
use waybill_store::{StoreError, Tx};

use super::ProviderEvent;
use crate::entities::provider_event::{Effect, Entity, Model};

/// Remembers an event in the transaction that processes it. [`StoreError::Unique`] means that it was processed before.
pub async fn insert(
    tx: &Tx,
    event: &ProviderEvent,
    payment: PaymentId,
    applied: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = Model {
        id: Uuid::now_v7(),
        provider: event.provider,
        event_id: event.event_id.clone(),
        payment_id: payment,
        kind: event.kind,
        effect: if applied {
            Effect::Applied
        } else {
            Effect::Ignored
        },
        received_at: now,
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
