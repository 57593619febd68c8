//! One change of one order: the row, its history, its stock, its event and the requests that it settles, together.

use waybill_primitives::{OrderId, Timestamp};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Tx, retrying};

use super::{Orders, actor, viewer};
use crate::{
    error::too_busy,
    events,
    orders::{
        domain::{Changed, HistoryEntry, HistoryEvent, Order, OrderStatus, Person, StockEffect},
        store,
    },
    stock::{app::move_goods, domain::MovementKind},
    work,
};

/// How often a change is tried again that lost against another one.
const ATTEMPTS: u32 = 16;

/// Somebody else changed the order meanwhile; the transaction must be rolled back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

impl Orders {
    /// Writes what `step` makes of the order, again if somebody else was faster and the caller named no version.
    pub(super) async fn change(
        &self,
        ctx: &CallContext,
        id: OrderId,
        note: &str,
        version: Option<i64>,
        step: impl Fn(&Order, Timestamp) -> Result<Changed, AppError>,
    ) -> Result<Order, AppError> {
        let (viewer, actor, db) = (viewer(ctx)?, actor(ctx), &self.parts.db);
        for _ in 0..ATTEMPTS {
            let found = store::find(db.reader(), viewer, id).await?;
            let before = found.ok_or_else(|| AppError::not_found("order"))?;
            if version.is_some_and(|version| version != before.version) {
                return Err(AppError::version_conflict(before.version));
            }
            let changed = step(&before, self.parts.now())?;
            let outcome = retrying(|| async {
                let tx = db.begin(&ctx.event_context()).await?;
                let outcome = record_change(&tx, &changed, actor.as_ref(), note).await?;
                match outcome {
                    Ok(()) => tx.commit().await?,
                    Err(Lost) => tx.rollback().await?,
                }
                Ok::<_, AppError>(outcome)
            })
            .await?;
            if outcome.is_ok() {
                return Ok(changed.order);
            }
        }
        Err(too_busy("order"))
    }
}

/// Writes the order if its version is still the one before, and everything that goes with it.
pub async fn record_change(
    tx: &Tx,
    changed: &Changed,
    actor: Option<&Person>,
    note: &str,
) -> Result<Result<(), Lost>, AppError> {
    if !store::update(tx, &changed.order).await? {
        return Ok(Err(Lost));
    }
    record(tx, changed, actor, note).await?;
    Ok(Ok(()))
}

/// What goes with a change of an order whose row is written already.
pub async fn record(
    tx: &Tx,
    changed: &Changed,
    actor: Option<&Person>,
    note: &str,
) -> Result<(), AppError> {
    let order = &changed.order;
    store::insert_history(tx, order.id, vec![history(changed, actor, note)]).await?;
    events::order_changed(tx, changed, actor, note);
    let over = matches!(
        order.status,
        OrderStatus::Completed | OrderStatus::Cancelled
    );
    if over || changed.event == HistoryEvent::Released {
        work::app::settle(tx, order, actor).await?;
    }
    move_stock(tx, changed, actor).await
}

/// The line of the history that tells of a change.
pub fn history(changed: &Changed, actor: Option<&Person>, note: &str) -> HistoryEntry {
    let (from, to) = changed.sides();
    HistoryEntry {
        version: changed.order.version,
        at: changed.order.updated_at,
        actor: actor.cloned(),
        event: changed.event.as_str().to_owned(),
        from: from.map(str::to_owned),
        to: to.to_owned(),
        note: note.to_owned(),
    }
}

/// Moves stock for a change after placing. What is given back or sold was reserved, so it is there.
async fn move_stock(tx: &Tx, changed: &Changed, actor: Option<&Person>) -> Result<(), AppError> {
    let kind = match changed.stock {
        StockEffect::Nothing => return Ok(()),
        StockEffect::Reserve => MovementKind::Reserved,
        StockEffect::Sell => MovementKind::Sold,
        StockEffect::Release => MovementKind::Released,
        StockEffect::Return => MovementKind::Returned,
    };
    let order = &changed.order;
    let actor_id = actor.map(|actor| actor.id);
    let short = move_goods(
        tx,
        kind,
        order.id,
        &order.goods(),
        actor_id,
        order.updated_at,
    )
    .await?;
    match short {
        None => Ok(()),
        Some(product) => Err(AppError::internal(format!(
            "the stock of product {product} does not hold what order {} reserved",
            order.id
        ))),
    }
}
