//! A transaction that carries state and events together.

use std::sync::Mutex;

use bytes::Bytes;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{EventId, Timestamp};
use waybill_proto::Event;

use crate::{Db, StoreError, outbox};

/// On whose behalf and within which trace a transaction runs; its events carry it on. The default is the system.
#[derive(Debug, Clone, Default)]
pub struct EventContext {
    /// W3C trace context, `traceparent`.
    pub traceparent: Option<String>,
    pub request_id: Option<String>,
    /// The user who acts.
    pub actor: Option<String>,
}

impl EventContext {
    /// The context that a consumed event hands on to what follows from it.
    pub fn of(event: &Envelope) -> Self {
        Self {
            traceparent: event.traceparent.clone(),
            request_id: event.request_id.clone(),
            actor: event.actor.clone(),
        }
    }
}

/// A write transaction. Dropping it without [`Tx::commit`] rolls back, and its events with it.
#[derive(Debug)]
pub struct Tx {
    transaction: DatabaseTransaction,
    db: Db,
    context: EventContext,
    events: Mutex<Vec<Envelope>>,
}

impl Tx {
    pub(crate) fn new(transaction: DatabaseTransaction, db: Db, context: EventContext) -> Self {
        Self {
            transaction,
            db,
            context,
            events: Mutex::default(),
        }
    }

    /// The connection to run statements on.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Publishes an event if and only if the transaction commits. `version` counts the aggregate's events from 1
    /// without gaps; together with the aggregate's id it is unique in the outbox, so two writers cannot both claim it.
    pub fn emit<E: Event>(&self, aggregate_id: impl Into<Uuid>, version: i64, event: &E) {
        let envelope = Envelope {
            id: EventId::new(),
            subject: E::SUBJECT.into(),
            source: self.db.service().to_owned(),
            aggregate_id: aggregate_id.into(),
            aggregate_version: version,
            time: Timestamp::now(),
            traceparent: self.context.traceparent.clone(),
            request_id: self.context.request_id.clone(),
            actor: self.context.actor.clone(),
            payload: Bytes::from(event.encode_to_vec()),
        };
        self.events
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(envelope);
    }

    /// Writes the events to the outbox, commits, and wakes the relay.
    pub async fn commit(self) -> Result<(), StoreError> {
        let events = self
            .events
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let any = !events.is_empty();
        if any {
            outbox::insert(&self.transaction, events).await?;
        }
        self.transaction.commit().await?;
        if any {
            self.db.committed().notify_one();
        }
        Ok(())
    }

    /// Gives everything up now rather than when dropped.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.transaction.rollback().await?;
        Ok(())
    }
}
