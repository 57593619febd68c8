//! Use cases of work: the pool, claims, requests to change an order and their decisions.

use std::sync::Arc;

use waybill_primitives::{ChangeRequestId, OrderId, Role};
use waybill_service_kit::{AppError, CallContext, codes};
use waybill_store::{Tx, retrying};

use super::{
    domain::{ChangeRequest, RequestKind, RequestState},
    store,
};
use crate::{
    events,
    orders::{
        app::{actor, record, record_change, viewer},
        domain::{Assignee, Order, OrderStatus, Party, Person, Viewer, note},
        store as orders,
    },
    parts::{Page, PageQuery, Parts, finish},
};

/// Work on orders.
#[derive(Debug, Clone)]
pub struct Work {
    parts: Arc<Parts>,
}

/// The signed-in user as the history names them.
fn person(ctx: &CallContext) -> Result<Person, AppError> {
    ctx.user()?;
    actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))
}

impl Work {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }

    /// The pool: paid orders with work that nobody has yet, the one that waits longest first.
    pub async fn available(
        &self,
        ctx: &CallContext,
        query: &PageQuery,
    ) -> Result<Page<Order>, AppError> {
        ctx.require(&[Role::Staff, Role::Admin])?;
        let cursor = orders::pool_cursor(&query.cursor)?;
        Ok(orders::available(self.parts.db.reader(), query, cursor).await?)
    }

    /// Takes an order from the pool. Of any number of callers exactly one succeeds.
    pub async fn claim(&self, ctx: &CallContext, id: OrderId) -> Result<Order, AppError> {
        ctx.require(&[Role::Staff])?;
        let worker = person(ctx)?;
        let assignee = Assignee {
            id: worker.id,
            name: worker.name.clone(),
        };
        let db = &self.parts.db;
        let claimed = retrying(|| async {
            let tx = db.begin(&ctx.event_context()).await?;
            if !orders::claim(&tx, id, &assignee, self.parts.now()).await? {
                tx.rollback().await?;
                return Ok::<_, AppError>(None);
            }
            let order = orders::find(tx.conn(), Viewer::Everything, id).await?;
            let order = order.ok_or_else(|| AppError::not_found("order"))?;
            let changed = order.claimed();
            record(&tx, &changed, Some(&worker), "").await?;
            tx.commit().await?;
            Ok(Some(changed.order))
        })
        .await?;
        if let Some(order) = claimed {
            return Ok(order);
        }
        match orders::claimable_state(db.reader(), id).await? {
            Some(Some(holder)) if holder == worker.id => Err(AppError::conflict(
                codes::ALREADY_CLAIMED,
                "you have claimed this order already",
            )),
            Some(Some(_)) => Err(AppError::conflict(
                codes::ALREADY_CLAIMED,
                "another worker was faster",
            )),
            // Unpaid, cancelled, without work: nothing that a worker may know of.
            Some(None) | None => Err(AppError::not_found("order")),
        }
    }

    /// Asks an administrator to complete, reassign or cancel an order.
    pub async fn request(
        &self,
        ctx: &CallContext,
        order_id: OrderId,
        kind: Option<RequestKind>,
        reason: &str,
    ) -> Result<ChangeRequest, AppError> {
        let requester = person(ctx)?;
        let viewer = viewer(ctx)?;
        let kind = kind.ok_or_else(|| {
            AppError::invalid_field(
                "kind",
                "is required: COMPLETION, REASSIGNMENT or CANCELLATION",
            )
        })?;
        let reason = note("reason", reason)?;
        let db = &self.parts.db;
        retrying(|| async {
            let tx = db.begin(&ctx.event_context()).await?;
            // Locked, so that the order cannot end while the request comes in.
            let order = orders::find_locked(&tx, viewer, order_id).await?;
            let order = order.ok_or_else(|| AppError::not_found("order"))?;
            let now = self.parts.now();
            let request = ChangeRequest::new(&order, kind, reason.clone(), requester.clone(), now)?;
            store::insert(&tx, &request).await.map_err(|error| {
                if error.is_unique() {
                    AppError::conflict(
                        codes::CONFLICT,
                        format!("a {kind} request for this order waits for its decision already"),
                    )
                } else {
                    error.into()
                }
            })?;
            events::request_created(&tx, &request, &order);
            tx.commit().await?;
            Ok(request)
        })
        .await
    }

    /// The requests of one order, for whoever may read it; of all orders for administrators.
    pub async fn requests(
        &self,
        ctx: &CallContext,
        order_id: Option<OrderId>,
        state: Option<RequestState>,
        query: &PageQuery,
    ) -> Result<Page<ChangeRequest>, AppError> {
        let reader = self.parts.db.reader();
        match order_id {
            None => {
                ctx.require(&[Role::Admin])?;
            }
            Some(id) => {
                let order = orders::find(reader, viewer(ctx)?, id).await?;
                order.ok_or_else(|| AppError::not_found("order"))?;
            }
        }
        let cursor = store::cursor(&query.cursor)?;
        Ok(store::list(reader, order_id, state, query, cursor).await?)
    }

    /// An administrator approves or rejects. Approval changes the order in the same transaction.
    pub async fn decide(
        &self,
        ctx: &CallContext,
        id: ChangeRequestId,
        approve: bool,
        text: &str,
    ) -> Result<(ChangeRequest, Order), AppError> {
        ctx.require(&[Role::Admin])?;
        let admin = person(ctx)?;
        let text = note("note", text)?;
        let db = &self.parts.db;
        let found = store::find(db.reader(), id).await?;
        let request = found.ok_or_else(|| AppError::not_found("change request"))?;
        retrying(|| async {
            let tx = db.begin(&ctx.event_context()).await?;
            let decided =
                request.decided(approve, text.clone(), Some(admin.clone()), self.parts.now());
            let written = self.write_decision(&tx, decided, &admin).await;
            finish(tx, written).await
        })
        .await
    }

    async fn write_decision(
        &self,
        tx: &Tx,
        decided: ChangeRequest,
        admin: &Person,
    ) -> Result<(ChangeRequest, Order), AppError> {
        let order = orders::find_locked(tx, Viewer::Everything, decided.order_id).await?;
        let mut order = order.ok_or_else(|| AppError::not_found("order"))?;
        if !store::decide(tx, &decided).await? {
            return Err(AppError::conflict(
                codes::CONFLICT,
                "this request has been decided already",
            ));
        }
        if decided.state == RequestState::Approved {
            order = self.fulfil(tx, &decided, order, admin).await?;
        }
        events::request_decided(tx, &decided, &order);
        Ok((decided, order))
    }

    /// Does what an approved request asks for.
    async fn fulfil(
        &self,
        tx: &Tx,
        request: &ChangeRequest,
        order: Order,
        admin: &Person,
    ) -> Result<Order, AppError> {
        let (now, expiry) = (self.parts.now(), self.parts.order_expiry);
        let changed = match request.kind {
            RequestKind::Reassignment => order.released(now, expiry)?,
            RequestKind::Completion | RequestKind::Cancellation => {
                order.change_status(request.kind.target(), &[Party::Admin], now, expiry)?
            }
        };
        // The reason that the customer or worker gave is what the history should tell.
        let note = if request.note.is_empty() {
            &request.reason
        } else {
            &request.note
        };
        match record_change(tx, &changed, Some(admin), note).await? {
            Ok(()) => Ok(changed.order),
            Err(_) => Err(AppError::unavailable(
                "the order changed in between; try again",
            )),
        }
    }
}

/// Decides the requests that still wait when their order ends or goes back to the pool: they have come true or have no
/// object any more. Called by the change itself, in its transaction.
pub async fn settle(tx: &Tx, order: &Order, by: Option<&Person>) -> Result<(), AppError> {
    for request in store::pending(tx, order.id).await? {
        let came_true = request.kind.target() == order.status;
        let note = match order.status {
            OrderStatus::Completed => "the order was completed",
            OrderStatus::Cancelled => "the order was cancelled",
            _ => "the order went back to the pool",
        };
        let decided = request.decided(came_true, note.to_owned(), by.cloned(), order.updated_at);
        if store::decide(tx, &decided).await? {
            events::request_decided(tx, &decided, order);
        }
    }
    Ok(())
}
