//! Rows of the events from providers.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;
use waybill_primitives::{PaymentId, Timestamp};
use waybill_store::{StoreError, Tx};

use crate::{
    entity::provider_event::{Column, Effect, Entity, Model, ProviderEventKind},
    payments::domain::Provider,
};

/// A message of a provider about a payment.
#[derive(Debug)]
pub struct Event<'a> {
    pub provider: Provider,
    pub message_id: &'a str,
    pub payment: PaymentId,
    pub kind: ProviderEventKind,
}

/// Stores an event with the commit of the transaction that processes it, which fails with [`StoreError::Unique`] if it was processed
/// before.
pub fn defer(tx: &Tx, event: &Event<'_>, applied: bool, now: Timestamp) {
    let row = Model {
        id: Uuid::now_v7(),
        provider: event.provider,
        event_id: event.message_id.to_owned(),
        payment_id: event.payment,
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
    provider: Provider,
    message_id: &str,
) -> Result<bool, StoreError> {
    let known = Entity::find()
        .filter(Column::Provider.eq(provider))
        .filter(Column::EventId.eq(message_id));
    Ok(known.one(connection).await?.is_some())
}
