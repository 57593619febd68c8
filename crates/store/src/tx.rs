//! A transaction that carries state and events together.

use std::{
    mem,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{EventId, Timestamp};
use waybill_proto::Event;

use crate::{Db, StoreError, group::Turn, outbox};

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
    /// None only while it is being ended.
    transaction: Option<DatabaseTransaction>,
    turn: Option<Turn>,
    db: Db,
    context: Mutex<EventContext>,
    events: Mutex<Vec<Envelope>>,
}

impl Tx {
    pub(crate) fn new(
        transaction: DatabaseTransaction,
        turn: Option<Turn>,
        db: Db,
        context: EventContext,
    ) -> Self {
        Self {
            transaction: Some(transaction),
            turn,
            db,
            context: Mutex::new(context),
            events: Mutex::default(),
        }
    }

    /// The connection to run statements on.
    ///
    /// # Panics
    /// Never: only [`Tx::commit`] and [`Tx::rollback`], which consume the transaction, take it out.
    #[expect(clippy::expect_used, reason = "commit and rollback consume self")]
    pub fn conn(&self) -> &DatabaseTransaction {
        self.transaction
            .as_ref()
            .expect("a transaction that has not ended")
    }

    /// From here on, events are emitted on behalf of another: a transaction may take in several events.
    pub fn act_for(&self, context: EventContext) {
        *self.context.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }

    /// Publishes an event if and only if the transaction commits. `version` counts the aggregate's events from 1
    /// without gaps; together with the aggregate's id it is unique in the outbox, so two writers cannot both claim it.
    pub fn emit<E: Event>(&self, aggregate_id: impl Into<Uuid>, version: i64, event: &E) {
        let context = self
            .context
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let envelope = Envelope {
            id: EventId::new(),
            subject: E::SUBJECT.into(),
            source: self.db.service().to_owned(),
            aggregate_id: aggregate_id.into(),
            aggregate_version: version,
            time: Timestamp::now(),
            traceparent: context.traceparent,
            request_id: context.request_id,
            actor: context.actor,
            payload: Bytes::from(event.encode_to_vec()),
        };
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(envelope);
    }

    /// Writes the events to the outbox, commits, and wakes the relay.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let events = mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner));
        let any = !events.is_empty();
        if any {
            outbox::insert(self.conn(), events).await?;
        }
        if let Some(transaction) = self.transaction.take() {
            transaction.commit().await?;
        }
        if let Some(turn) = self.turn.take() {
            turn.commit().await?;
        }
        if any {
            self.db.committed().notify_one();
        }
        Ok(())
    }

    /// Gives everything up now rather than when dropped.
    pub async fn rollback(mut self) -> Result<(), StoreError> {
        if let Some(transaction) = self.transaction.take() {
            transaction.rollback().await?;
        }
        if let Some(turn) = self.turn.take() {
            turn.give_up().await?;
        }
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        // The savepoint goes first: it is inside what the turn may close.
        drop(self.transaction.take());
        if let Some(turn) = self.turn.take() {
            turn.abandon();
        }
    }
}
