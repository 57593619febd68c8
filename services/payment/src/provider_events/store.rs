//! Rows of the events from providers.

use uuid::Uuid;
use waybill_primitives::{PaymentId, Timestamp};
use waybill_store::{StoreError, Tx, rows};

use crate::{
    entity::provider_event::{Effect, Model},
    providers::ProviderEvent,
};

/// Stores an event in the transaction that processes it. [`StoreError::Unique`] means that it was processed before.
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
    rows::insert(tx.conn(), row).await
}
