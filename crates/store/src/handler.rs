//! What a service implements to consume events, and how it reports that one could not be consumed.

use std::fmt;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::FieldError;

use crate::{EventContext, Retry, StoreError, Tx};

/// Which events a consumer takes: a const of its handler, which `waybill verify` reads without a running handler.
#[derive(Debug, Clone, Copy)]
pub struct ConsumerInfo {
    /// The consumer's name on the bus and in the inbox, such as `payment-orders`; it must never change.
    pub name: &'static str,
    /// Patterns of the subjects of one service, such as `waybill.order.order.*`.
    pub subjects: &'static [&'static str],
}

impl ConsumerInfo {
    /// The service whose events these are.
    pub fn source(&self) -> &'static str {
        let first = self.subjects.first();
        first
            .and_then(|subject| subject.split('.').nth(1))
            .unwrap_or_default()
    }
}

/// Consumes the events of one service.
#[async_trait]
pub trait EventHandler: Send + Sync + 'static {
    /// Which events it takes.
    fn info(&self) -> ConsumerInfo;
    /// Whether calls to the database go first ([`crate::Db::coalesce`]), for a limited time, and small batches follow each other
    /// after a pause. False if somebody waits for the effect.
    fn gives_way(&self) -> bool {
        true
    }
    /// Changes state inside the transaction that also holds the inbox row; may emit events. An error rolls all of it back. Events of other
    /// aggregates do not wait for this one, so it may wait for a lock.
    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError>;
    /// As [`EventHandler::apply`], for events that queued for this consumer, sorted by aggregate and version. All of them are in one
    /// transaction; if it fails, smaller parts of them are tried, and in the end each alone, by [`EventHandler::apply`]. What it locks is locked until the last
    /// one is done: a handler that locks anything but its events' aggregates does so in an order that is the same everywhere.
    /// A handler whose effects can be added up overrides this with few statements for many events. An override that emits events
    /// first sets on whose behalf ([`Tx::act_for`]).
    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        for event in events {
            tx.act_for(EventContext::of(event));
            self.apply(tx, event).await?;
        }
        Ok(())
    }
}

/// Why an event could not be consumed.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// A retry may help.
    #[error("{0}")]
    Transient(String),
    /// A retry cannot help: straight to the dead letters.
    #[error("{0}")]
    Permanent(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HandlerError {
    pub fn transient(reason: impl fmt::Display) -> Self {
        Self::Transient(reason.to_string())
    }

    pub fn permanent(reason: impl fmt::Display) -> Self {
        Self::Permanent(reason.to_string())
    }
}

/// An event without a required field: no retry helps.
impl From<FieldError> for HandlerError {
    fn from(error: FieldError) -> Self {
        Self::permanent(error)
    }
}

impl From<sea_orm::DbErr> for HandlerError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<prost::DecodeError> for HandlerError {
    fn from(error: prost::DecodeError) -> Self {
        Self::Permanent(format!(
            "the payload is not the message its subject promises: {error}"
        ))
    }
}

impl Retry for HandlerError {
    fn retryable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }
}

/// Reads the payload of an event.
pub fn decode<M: prost::Message + Default>(event: &Envelope) -> Result<M, HandlerError> {
    Ok(M::decode(event.payload.clone())?)
}
