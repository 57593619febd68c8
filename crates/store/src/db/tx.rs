//! A transaction that carries state and events together.

use std::{
    mem,
    sync::atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use parking_lot::Mutex;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel};
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{EventId, Timestamp};
use waybill_proto::Event;

use super::{
    conn::Conn,
    deferred::{Addition, Deferred, Existing},
};
use crate::{StoreError, entity::outbox};

/// Runs a block in a transaction: commits if it succeeds, rolls back if it fails, and runs it again if it lost against a
/// concurrent transaction (see [`crate::retrying`]). Waits for the rollback, so that a caller that looks for the cause of a
/// failure sees at least what the transaction saw. In the block, `?` and `return` end the transaction.
///
/// A macro, because a function cannot yet ask of an async closure with a borrowed argument that its future is `Send`.
///
/// ```no_run
/// # use waybill_store::{Db, EventContext, StoreError, Tx, transact};
/// # async fn write(tx: &Tx, text: &str) -> Result<(), StoreError> { Ok(()) }
/// # async fn example(db: &Db, context: &EventContext) -> Result<(), StoreError> {
/// let text = "a parcel".to_owned();
/// transact!(db, context, async |tx| write(tx, &text).await).await
/// # }
/// ```
#[macro_export]
macro_rules! transact {
    ($db:expr, $context:expr, async |$tx:ident| $work:expr) => {
        $crate::retrying(|| async {
            let transaction = $db.begin($context).await?;
            let outcome = {
                let $tx = &transaction;
                async { $work }.await
            };
            transaction.finish(outcome).await
        })
    };
}

/// The actor and the trace of a transaction; its events inherit them. The default actor is the system.
#[derive(Debug, Clone, Default)]
pub struct EventContext {
    /// W3C trace context, `traceparent`.
    pub traceparent: Option<String>,
    pub request_id: Option<String>,
    /// The user who acts.
    pub actor: Option<String>,
}

impl From<&Self> for EventContext {
    fn from(context: &Self) -> Self {
        context.clone()
    }
}

impl EventContext {
    /// The context that follow-up transactions of a consumed event inherit.
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
    conn: Conn,
    context: Mutex<EventContext>,
    /// The events among what is deferred.
    events: Mutex<Vec<Envelope>>,
    deferred: Mutex<Deferred>,
    retry_if_taken: AtomicBool,
}

impl Tx {
    pub(crate) fn new(conn: Conn, context: EventContext) -> Self {
        Self {
            conn,
            context: Mutex::new(context),
            events: Mutex::default(),
            deferred: Mutex::default(),
            retry_if_taken: AtomicBool::new(false),
        }
    }

    /// The connection to run statements on.
    pub fn conn(&self) -> &Conn {
        &self.conn
    }

    /// From here on, events are emitted on behalf of another actor: a transaction may consume several events.
    pub fn act_for(&self, context: EventContext) {
        *self.context.lock() = context;
    }

    /// Publishes an event if and only if the transaction commits. `version` counts the aggregate's events from 1
    /// without gaps; together with the aggregate's id it is unique in the outbox, so two writers cannot both claim it.
    pub fn emit<E: Event>(&self, aggregate_id: impl Into<Uuid>, version: i64, event: &E) {
        let context = self.context.lock().clone();
        let subject = event.subject();
        let event = Envelope {
            id: EventId::new(),
            subject: subject.to_owned(),
            source: self.conn.db().service().to_owned(),
            aggregate_id: aggregate_id.into(),
            aggregate_version: version,
            time: Timestamp::now(),
            traceparent: context.traceparent,
            request_id: context.request_id,
            actor: context.actor,
            payload: Bytes::from(event.encode_to_vec()),
        };
        self.defer([outbox::Model::from(event.clone())]);
        self.events.lock().push(event);
    }

    /// Inserts rows with the commit: without a round trip of their own, and invisible to the transaction's own statements. A row that
    /// is refused fails [`Tx::commit`].
    pub fn defer<M, A>(&self, rows: impl IntoIterator<Item = M>)
    where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait,
    {
        self.deferred.lock().insert(rows);
    }

    /// As [`Tx::defer`]; `existing` says what becomes of rows whose primary keys exist. The rows must be in the order of their keys, so
    /// that replicas do not deadlock.
    pub fn defer_upsert<M, A>(
        &self,
        rows: impl IntoIterator<Item = M>,
        existing: Existing<<A::Entity as EntityTrait>::Column>,
    ) where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait,
    {
        self.deferred.lock().upsert(rows, existing);
    }

    /// Writes what was deferred until now, so that the transaction's next statements see it.
    pub async fn write_deferred(&self) -> Result<(), StoreError> {
        let deferred = mem::take(&mut *self.deferred.lock());
        self.conn.write(deferred).await
    }

    /// A unique value that is taken when this transaction commits is the trace of a concurrent one: the error asks for a repetition.
    pub fn retry_if_taken(&self) {
        self.retry_if_taken.store(true, Ordering::Relaxed);
    }

    /// Adds to numbers of a row with the commit: the rows of a table are locked in the order of their ids, whatever the order of the
    /// calls. A check constraint of the table fails [`Tx::commit`] with [`StoreError::Check`]; an id without a row has no effect.
    pub fn defer_addition<C: ColumnTrait, const N: usize>(&self, addition: Addition<C, N>) {
        self.deferred.lock().add(addition);
    }

    /// Sets a number of the row with the key `id` with the commit; an id without a row has no effect.
    pub(crate) fn defer_number<C: ColumnTrait>(&self, key: C, id: Uuid, number: (C, i64)) {
        self.deferred.lock().set(key, id, number);
    }

    /// Writes what was deferred and the events to the outbox, commits, and wakes the relay.
    pub async fn commit(self) -> Result<(), StoreError> {
        let db = self.conn.db().clone();
        match self.conn.commit(self.deferred.into_inner()).await {
            Err(StoreError::Unique { constraint }) if self.retry_if_taken.into_inner() => {
                return Err(StoreError::Retryable(DbErr::Custom(constraint)));
            }
            outcome => outcome?,
        }
        let events = self.events.into_inner();
        if !events.is_empty() {
            db.fresh().push(events);
            db.committed().notify_one();
        }
        Ok(())
    }

    /// Commits on success, else rolls back; see [`crate::transact`].
    #[doc(hidden)]
    pub async fn finish<T, E: From<StoreError>>(self, outcome: Result<T, E>) -> Result<T, E> {
        match outcome {
            Ok(value) => {
                self.commit().await?;
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = self.rollback().await {
                    tracing::debug!(error = %rollback, "a failed transaction could not be rolled back");
                }
                Err(error)
            }
        }
    }

    /// Rolls back now rather than on drop.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.conn.rollback().await
    }
}

/// The third word of a subject: `order` of `waybill.order.order.placed`.
pub(crate) fn aggregate(subject: &str) -> &str {
    subject.split('.').nth(2).unwrap_or(subject)
}
