//! Rows of the events from providers.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;
use waybill_primitives::{PaymentId, Timestamp};
use waybill_store::{StoreError, Tx};

use crate::{
    entity::provider_event::{Column, Effect, Entity, Model},
    providers::ProviderEvent,
};

/// Stores an event with the commit of the transaction that processes it, which fails with [`StoreError::Unique`] if it was processed
/// before.
pub fn defer(tx: &Tx, event: &ProviderEvent, payment: PaymentId, applied: bool, now: Timestamp) {
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
    tx.defer([row]);
}

/// Whether an event was processed.
pub async fn is_known(
    connection: &impl ConnectionTrait,
    event: &ProviderEvent,
) -> Result<bool, StoreError> {
    let known = Entity::find()
        .filter(Column::Provider.eq(event.provider))
        .filter(Column::EventId.eq(event.event_id.as_str()));
    Ok(known.one(connection).await?.is_some())
}
