//! Rows of what providers told us.

use sea_orm::{EntityTrait as _, Set};
use uuid::Uuid;
use waybill_primitives::{PaymentId, Timestamp};
use waybill_store::{StoreError, Tx};

use super::ProviderEvent;
use crate::entities::provider_event;

/// Remembers an event in the transaction that processes it. [`StoreError::Unique`] means that it was processed before.
pub async fn insert(
    tx: &Tx,
    event: &ProviderEvent,
    payment: PaymentId,
    applied: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = provider_event::ActiveModel {
        id: Set(Uuid::now_v7()),
        provider: Set(event.provider.to_string()),
        event_id: Set(event.event_id.clone()),
        payment_id: Set(payment.uuid()),
        kind: Set(event.kind.to_string()),
        effect: Set(if applied { "APPLIED" } else { "IGNORED" }.to_owned()),
        received_at: Set(now.micros()),
    };
    provider_event::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
