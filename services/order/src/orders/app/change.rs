//! One change of one order: its row, history, event, hooks and stock, in one transaction.

use serde_json::{Map, Value, json};
use waybill_primitives::{OrderId, ProductId, Role, Timestamp, non_empty};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Tx, optimistic, transact};

use super::{Orders, actor, errors::out_of_stock, viewer};
use crate::{
    base::audit::{self, Act},
    orders::{
        domain::{Changed, HistoryEntry, Order, OrderEvent, Person, Remark, StockEffect},
        events, store, wire,
    },
    shop::{
        settings::store as shop,
        stock::{
            app::{defer_goods, move_goods},
            domain::MovementKind,
        },
    },
};

impl Orders {
    /// Applies `step` to the order and writes it. Retries after a concurrent change, unless the caller gave a version. Changes by
    /// administrators are recorded in the audit log.
    pub async fn change(
        &self,
        ctx: &CallContext,
        act: &'static str,
        id: OrderId,
        remark: impl Into<Remark<'_>>,
        version: Option<i64>,
        step: impl Fn(&Order, Timestamp) -> Result<Changed, AppError>,
    ) -> Result<Order, AppError> {
        let (viewer, actor, db) = (viewer(ctx)?, actor(ctx), &self.context.db);
        let remark = remark.into();
        optimistic(db, || async {
            let found = store::find(db.reader(), viewer, id).await?;
            let before = found.ok_or_else(|| AppError::not_found("order"))?;
            if version.is_some_and(|version| version != before.version) {
                return Err(AppError::version_conflict(before.version));
            }
            let changed = step(&before, self.context.now())?;
            transact!(db, ctx, async |tx| {
                self.record_change(tx, &changed, actor.as_ref(), remark)
                    .await?;
                audit_change(tx, ctx, act, &before, &changed.order, &remark.whole());
                Ok::<_, AppError>(())
            })
            .await?;
            Ok(changed.order.seen_by(viewer))
        })
        .await
    }

    /// Writes the order and everything that belongs to the change, if the version before is still current. Otherwise the error says
    /// that the change was outrun.
    pub async fn record_change(
        &self,
        tx: &Tx,
        changed: &Changed,
        actor: Option<&Person>,
        remark: impl Into<Remark<'_>>,
    ) -> Result<(), AppError> {
        if !store::update(tx, &changed.order).await? {
            return Err(AppError::too_busy("order"));
        }
        self.record(tx, changed, actor, remark).await
    }

    /// Writes everything that belongs to a change, except the order's row, which is locked already.
    pub async fn record(
        &self,
        tx: &Tx,
        changed: &Changed,
        actor: Option<&Person>,
        remark: impl Into<Remark<'_>>,
    ) -> Result<(), AppError> {
        let (order, remark) = (&changed.order, remark.into());
        tx.defer([history(changed, actor, remark)]);
        let commission = if changed.event == OrderEvent::Completed {
            // Read from the database: the copy of this process may be half a second old.
            let settings = shop::find(tx.conn()).await?;
            let settings =
                settings.ok_or_else(|| AppError::internal("the shop has no settings"))?;
            Some(settings.commission_basis_points)
        } else {
            None
        };
        let texts = (remark.note, remark.internal);
        events::order_changed(tx, changed, wire::order(order), actor, texts, commission);
        let mut goods = order.goods();
        for effect in &self.hooks.effects {
            effect.apply(tx, changed, actor, &mut goods).await?;
        }
        let (now, by) = (order.updated_at, actor.map(|actor| actor.id));
        let back = MovementKind::Returned;
        defer_goods(tx, back, order.id, &changed.restocked, by, now);
        move_stock(tx, changed, &goods, actor).await
    }
}

/// Writes the audit record of an administrator's change, in its transaction. Changes by workers and customers are only in the
/// order's history.
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

/// As [`audit_change`], with more fields of the state after it.
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

/// The history entry of a change.
pub fn history<'a>(
    changed: &Changed,
    actor: Option<&Person>,
    remark: impl Into<Remark<'a>>,
) -> HistoryEntry {
    let ((from, to), remark) = (changed.sides(), remark.into());
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
        note: remark.note.to_owned(),
        internal_note: non_empty(remark.internal),
    }
}

/// Moves stock for a change after placing. Released or sold units were reserved, so they exist, and move with the commit; units for an
/// accepted quote are reserved only now.
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
    let (order, now) = (&changed.order, changed.order.updated_at);
    let actor_id = actor.map(|actor| actor.id);
    if kind != MovementKind::Reserved {
        defer_goods(tx, kind, order.id, goods, actor_id, now);
        return Ok(());
    }
    match move_goods(tx, kind, order.id, goods, actor_id, now).await? {
        None => Ok(()),
        Some(_) => Err(out_of_stock(&[])),
    }
}
