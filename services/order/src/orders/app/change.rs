//! One change of one order: the row, its history, its event, what follows from it, and its stock, together.

use serde_json::{Map, Value, json};
use waybill_primitives::{OrderId, ProductId, Role, Timestamp};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Tx, optimistic, transact};

use super::{Orders, actor, viewer};
use crate::{
    base::{
        audit::{self, Act},
        store::insert,
    },
    orders::{
        domain::{Changed, HistoryEntry, Order, OrderEvent, Person, StockEffect},
        events, store, wire,
    },
    shop::{
        settings::store as shop,
        stock::{app::move_goods, domain::MovementKind},
    },
};

impl Orders {
    /// Writes what `step` makes of the order, again if somebody else was faster and the caller named no version. What an
    /// administrator does is recorded as the act.
    pub async fn change(
        &self,
        ctx: &CallContext,
        act: &'static str,
        id: OrderId,
        note: &str,
        version: Option<i64>,
        step: impl Fn(&Order, Timestamp) -> Result<Changed, AppError>,
    ) -> Result<Order, AppError> {
        let (viewer, actor, db) = (viewer(ctx)?, actor(ctx), &self.context.db);
        optimistic(db, || async {
            let found = store::find(db.reader(), viewer, id).await?;
            let before = found.ok_or_else(|| AppError::not_found("order"))?;
            if version.is_some_and(|version| version != before.version) {
                return Err(AppError::version_conflict(before.version));
            }
            let changed = step(&before, self.context.now())?;
            transact!(db, ctx, async |tx| {
                self.record_change(tx, &changed, actor.as_ref(), note)
                    .await?;
                audit_change(tx, ctx, act, &before, &changed.order, note);
                Ok::<_, AppError>(())
            })
            .await?;
            Ok(changed.order.seen_by(viewer))
        })
        .await
    }

    /// Writes the order if its version is still the one before, and everything that goes with it. If it is not, the error says that
    /// the change was outrun.
    pub async fn record_change(
        &self,
        tx: &Tx,
        changed: &Changed,
        actor: Option<&Person>,
        note: &str,
    ) -> Result<(), AppError> {
        if !store::update(tx, &changed.order).await? {
            return Err(AppError::too_busy("order"));
        }
        self.record(tx, changed, actor, note).await
    }

    /// What goes with a change of an order whose row is written already.
    pub async fn record(
        &self,
        tx: &Tx,
        changed: &Changed,
        actor: Option<&Person>,
        note: &str,
    ) -> Result<(), AppError> {
        let order = &changed.order;
        insert(tx, &history(changed, actor, note)).await?;
        let commission = if changed.event == OrderEvent::Completed {
            // As the database has it: what this process remembers may be half a second old.
            let settings = shop::find(tx.conn()).await?;
            let settings =
                settings.ok_or_else(|| AppError::internal("the shop has no settings"))?;
            Some(settings.commission_basis_points)
        } else {
            None
        };
        events::order_changed(tx, changed, wire::order(order), actor, note, commission);
        let mut goods = order.goods();
        for effect in &self.hooks.effects {
            effect.apply(tx, changed, actor, &mut goods).await?;
        }
        move_stock(tx, changed, &goods, actor).await
    }
}

/// Leaves the record of a change that an administrator made, in its transaction. What workers and customers do to their
/// orders is in the orders' history alone.
pub fn audit_change(
    tx: &Tx,
    ctx: &CallContext,
    act: &'static str,
    before: &Order,
    after: &Order,
    note: &str,
) {
    audit_change_with(tx, ctx, act, (before, after), note, Map::new());
}

/// As [`audit_change`], with more of what is now.
pub fn audit_change_with(
    tx: &Tx,
    ctx: &CallContext,
    act: &'static str,
    (before, after): (&Order, &Order),
    note: &str,
    more: Map<String, Value>,
) {
    if actor(ctx).is_none_or(|person| person.role != Role::Admin) {
        return;
    }
    let audit_values = |order: &Order| {
        json!({
            "orderNumber": order.number.as_str(),
            "status": order.status.as_str(),
            "assigneeId": order.assignee_id,
        })
    };
    let mut after = audit_values(after);
    if let Value::Object(fields) = &mut after {
        fields.extend(more);
        if !note.is_empty() {
            fields.insert("note".to_owned(), note.into());
        }
    }
    let act = Act {
        action: act,
        target_kind: "order",
        target_id: before.id.to_string(),
        before: Some(audit_values(before)),
        after: Some(after),
    };
    audit::record(tx, ctx, act);
}

/// The line of the history that tells of a change.
pub fn history(changed: &Changed, actor: Option<&Person>, note: &str) -> HistoryEntry {
    let (from, to) = changed.sides();
    HistoryEntry {
        order_id: changed.order.id,
        version: changed.order.version,
        at: changed.order.updated_at,
        event: changed.event,
        from_value: from.map(str::to_owned),
        to_value: to.to_owned(),
        actor_id: actor.map(|actor| actor.id),
        actor_name: actor.map(|actor| actor.name.clone()),
        actor_role: actor.map(|actor| actor.role),
        note: note.to_owned(),
    }
}

/// Moves stock for a change after placing. What is given back or sold was reserved, so it is there.
async fn move_stock(
    tx: &Tx,
    changed: &Changed,
    goods: &[(ProductId, i64)],
    actor: Option<&Person>,
) -> Result<(), AppError> {
    let kind = match changed.stock {
        StockEffect::Nothing => return Ok(()),
        StockEffect::Reserve => MovementKind::Reserved,
        StockEffect::Sell => MovementKind::Sold,
        StockEffect::Release => MovementKind::Released,
        StockEffect::Return => MovementKind::Returned,
    };
    let order = &changed.order;
    let actor_id = actor.map(|actor| actor.id);
    let short = move_goods(tx, kind, order.id, goods, actor_id, order.updated_at).await?;
    match short {
        None => Ok(()),
        Some(product) => Err(AppError::internal(format!(
            "the stock of product {product} does not hold what order {} reserved",
            order.id
        ))),
    }
}
