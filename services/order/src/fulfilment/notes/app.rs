//! Use cases of notes and progress.

use std::sync::Arc;

use serde_json::json;
use waybill_primitives::{OrderId, Role};
use waybill_proto::order as pb;
use waybill_service_kit::{
    AppError, CallContext, Caller, ErrorCode, UserCaller,
    once::{self, Done, once},
};
use waybill_store::{IdempotencyKey, Tx, transact};

use super::{
    domain::{Access, Note, OrderClosed, Progress, Visibility, access, goes_on},
    events, store, wire,
};
use crate::{
    base::{
        audit::{self, Act},
        store::insert,
    },
    orders::{
        app::{actor, viewer},
        domain::{Order, Person},
        store as orders,
    },
    shop::app_context::{AppContext, Page, PageQuery},
};

/// Notes and progress of orders.
#[derive(Debug, Clone)]
pub struct Notes {
    context: Arc<AppContext>,
}

/// The caller's access to the notes of an order; NOT_FOUND for workers who only see it in the pool.
fn may(ctx: &CallContext, order: &Order) -> Result<Access, AppError> {
    if let Caller::Service(_) = &ctx.caller {
        return Ok(Access::Full);
    }
    let person = actor(ctx).ok_or_else(|| AppError::not_found("order"))?;
    match access(&order.parties(&person)) {
        Access::Nothing => Err(AppError::not_found("order")),
        access => Ok(access),
    }
}

impl From<OrderClosed> for AppError {
    fn from(error: OrderClosed) -> Self {
        Self::conflict(ErrorCode::Conflict, error.to_string())
    }
}

impl Notes {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }

    /// Adds a note, as the assigned worker or an administrator.
    pub async fn add(
        &self,
        ctx: &CallContext,
        order_id: OrderId,
        body: &str,
        visibility: Option<Visibility>,
        key: Option<&IdempotencyKey>,
    ) -> Result<Done<pb::Note>, AppError> {
        let db = &self.context.db;
        let act = transact!(db, ctx, async |tx| {
            let (order, author) = Self::writing(tx, ctx, order_id).await?;
            let note = Note::new(&order, author, body, visibility, self.context.now())?;
            insert(tx, &note).await?;
            events::note_added(tx, &note, &order);
            Self::audit(tx, ctx, "note.add", &order, note.visibility.as_str());
            let answer = wire::note(&note);
            once::remember(tx, key, &answer).await?;
            Ok::<_, AppError>(answer)
        });
        once(db, key, act).await
    }

    /// Adds a progress step, as the assigned worker or an administrator.
    pub async fn advance(
        &self,
        ctx: &CallContext,
        order_id: OrderId,
        step: &str,
        percent: Option<i32>,
        note: &str,
        key: Option<&IdempotencyKey>,
    ) -> Result<Done<pb::Progress>, AppError> {
        let db = &self.context.db;
        let act = transact!(db, ctx, async |tx| {
            let (order, author) = Self::writing(tx, ctx, order_id).await?;
            let now = self.context.now();
            let progress = Progress::new(&order, author, step, percent, note, now)?;
            goes_on(&order)?;
            insert(tx, &progress).await?;
            events::progress_added(tx, &progress, &order);
            Self::audit(tx, ctx, "progress.add", &order, &progress.step);
            let answer = wire::progress(&progress);
            once::remember(tx, key, &answer).await?;
            Ok::<_, AppError>(answer)
        });
        once(db, key, act).await
    }

    /// Records notes and steps by administrators in the audit log; those of the assigned worker are not administrative acts.
    fn audit(tx: &Tx, ctx: &CallContext, action: &'static str, order: &Order, what: &str) {
        if ctx.user().is_ok_and(UserCaller::is_admin) {
            let act = Act {
                action,
                target_kind: "order",
                target_id: order.id.to_string(),
                before: None,
                after: Some(json!({ "order": order.number.as_str(), "what": what })),
            };
            audit::record(tx, ctx, act);
        }
    }

    /// The order and the author; locked, so that the permission still holds when the transaction commits.
    async fn writing(
        tx: &Tx,
        ctx: &CallContext,
        order_id: OrderId,
    ) -> Result<(Order, Person), AppError> {
        ctx.require(&[Role::Staff, Role::Admin])?;
        let order = orders::find_locked(tx, viewer(ctx)?, order_id).await?;
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        match may(ctx, &order)? {
            // Its replacement continues, perhaps with another worker.
            Access::Full
                if order.replaced_by_id.is_some()
                    && !ctx.user().is_ok_and(UserCaller::is_admin) =>
            {
                return Err(AppError::conflict(
                    ErrorCode::Conflict,
                    "this order was closed and replaced by another one",
                ));
            }
            Access::Full => {}
            Access::Customer | Access::Nothing => {
                return Err(AppError::forbidden(
                    "only the assigned worker and administrators may write this",
                ));
            }
        }
        let author = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
        Ok((order, author))
    }

    /// The notes that the caller may read, newest first.
    pub async fn list(
        &self,
        ctx: &CallContext,
        order_id: OrderId,
        query: &PageQuery,
    ) -> Result<Page<Note>, AppError> {
        let visibility = match self.reading(ctx, order_id).await? {
            Access::Full => None,
            Access::Customer | Access::Nothing => Some(Visibility::Customer),
        };
        let reader = self.context.db.reader();
        Ok(store::notes(reader, order_id, visibility, query).await?)
    }

    /// The steps of an order, newest first.
    pub async fn progress(
        &self,
        ctx: &CallContext,
        order_id: OrderId,
        query: &PageQuery,
    ) -> Result<Page<Progress>, AppError> {
        self.reading(ctx, order_id).await?;
        let reader = self.context.db.reader();
        Ok(store::steps(reader, order_id, query).await?)
    }

    async fn reading(&self, ctx: &CallContext, order_id: OrderId) -> Result<Access, AppError> {
        let order = orders::find(self.context.db.reader(), viewer(ctx)?, order_id).await?;
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        may(ctx, &order)
    }
}
