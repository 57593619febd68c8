//! Editing an order: its lines, stock, history and event, in one transaction.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use waybill_primitives::{OrderId, ProductId, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Tx, optimistic, transact};

use super::{
    Orders, actor,
    change::history,
    errors::{Shortage, out_of_stock},
    payments::payment_window,
    viewer,
};
use crate::{
    base::audit::{self, Act},
    orders::{
        domain::{Changed, Edit, Order, Person},
        events, store, wire,
    },
    shop::{
        catalogue::store as catalogue,
        stock::{app::move_goods, domain::MovementKind, store as stock},
    },
};

impl Orders {
    /// Edits an order, as its owner or an administrator, while it is PENDING; its lines only while it is unpaid and no payment is in
    /// progress. New lines have current prices; stock is reserved and released by the difference.
    pub async fn edit(
        &self,
        ctx: &CallContext,
        id: OrderId,
        edit: Edit,
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        let user = ctx.user()?;
        let (viewer, db) = (viewer(ctx)?, &self.context.db);
        let actor = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
        optimistic(db, || async {
            let found = store::find(db.reader(), viewer, id).await?;
            let before = found.ok_or_else(|| AppError::not_found("order"))?;
            if before.customer_id != user.id && !user.is_admin() {
                return Err(AppError::forbidden(
                    "only the customer and administrators may edit an order",
                ));
            }
            if version.is_some_and(|version| version != before.version) {
                return Err(AppError::version_conflict(before.version));
            }
            let (now, shop) = (self.context.now(), self.context.shop());
            let edit = edit.clone().check(&before, now, shop.max_lines())?;
            let products = match edit.lines.as_deref() {
                None | Some([]) => HashMap::new(),
                Some(lines) => {
                    let ids = lines.iter().map(|line| line.product_id);
                    catalogue::sellables(db.reader(), ids).await?
                }
            };
            let changes = before.edited(edit, &products, &shop, now)?;
            let Some(last) = changes.last() else {
                return Ok(before);
            };
            let written = transact!(db, ctx, async |tx| self
                .write_edit(tx, ctx, &before, &changes, &actor)
                .await);
            match written.await {
                Ok(()) => Ok(last.order.clone()),
                Err(error) if error.is(ErrorCode::OutOfStock) => {
                    Err(self.short(&before, &changes).await?)
                }
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn write_edit(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        before: &Order,
        changes: &[Changed],
        actor: &Person,
    ) -> Result<(), AppError> {
        let [edited, then @ ..] = changes else {
            return Ok(());
        };
        let order = &edited.order;
        if !store::rewrite(tx, order).await? {
            return Err(AppError::too_busy("order"));
        }
        // The row is locked now: a payment that starts from here on sees the new total, or is refused for its amount.
        if order.items != before.items {
            let (shop, now) = (self.context.shop(), order.updated_at);
            let under_way = store::payments_under_way(tx.conn(), order.id).await?;
            let ends = under_way.iter().map(|it| {
                it.opened_at
                    .plus(payment_window(&shop, it.provider.as_deref()))
            });
            if let Some(until) = ends.max().filter(|until| *until > now) {
                return Err(payment_under_way(until, now));
            }
            store::replace_items(tx, order).await?;
        }
        let note = order.difference(before);
        tx.defer([history(edited, Some(actor), &note)]);
        let message = wire::order(&edited.order);
        events::order_changed(tx, edited, message, Some(actor), (&note, ""), None);
        if before.customer_id != actor.id {
            audit::record(
                tx,
                ctx,
                Act {
                    action: "order.edit",
                    target_kind: "order",
                    target_id: order.id.to_string(),
                    before: Some(audit_values(before)),
                    after: Some(audit_values(order)),
                },
            );
        }
        for (product, more) in difference(before, order) {
            let (kind, units) = if more > 0 {
                (MovementKind::Reserved, more)
            } else {
                (MovementKind::Released, -more)
            };
            let (moved, now) = ([(product, units)], order.updated_at);
            let short = move_goods(tx, kind, order.id, &moved, Some(actor.id), now).await?;
            if short.is_some() {
                return Err(out_of_stock(&[]));
            }
        }
        for changed in then {
            self.record_change(tx, changed, Some(actor), "").await?;
        }
        Ok(())
    }

    /// The available units of the goods that were out of stock.
    pub(super) async fn short(
        &self,
        before: &Order,
        changes: &[Changed],
    ) -> Result<AppError, AppError> {
        let Some(order) = changes.first().map(|changed| &changed.order) else {
            return Ok(out_of_stock(&[]));
        };
        let goods = order.goods();
        let held: HashMap<_, _> = before.reserved().into_iter().collect();
        let ids = goods.iter().map(|(product, _)| *product);
        let levels = stock::levels(self.context.db.reader(), ids).await?;
        let shortages = goods.iter().filter_map(|(product, requested)| {
            // Units reserved by this order count as available.
            let own = held.get(product).copied().unwrap_or(0);
            let left = levels.get(product).map_or(0, |level| level.available());
            let line = order
                .items
                .iter()
                .position(|item| item.product_id == *product)?;
            (left + own < *requested).then(|| Shortage {
                product_id: *product,
                name: order.items[line].name.clone(),
                line,
                requested: *requested,
                available: left + own,
            })
        });
        let mut shortages: Vec<_> = shortages.collect();
        shortages.sort_by_key(|shortage| shortage.line);
        Ok(out_of_stock(&shortages))
    }
}

/// The differences of the reserved goods of an order, in the order of product ids: the order in which rows are locked.
fn difference(before: &Order, after: &Order) -> BTreeMap<ProductId, i64> {
    let mut units: BTreeMap<_, _> = after.reserved().into_iter().collect();
    for (product, had) in before.reserved() {
        *units.entry(product).or_insert(0) -= had;
    }
    units.retain(|_, more| *more != 0);
    units
}

/// The contents of an order, for the audit log.
fn audit_values(order: &Order) -> serde_json::Value {
    let items = order.items.iter().map(|item| {
        json!({ "productId": item.product().map(|id| id.to_string()), "name": item.name, "quantity": item.quantity, "unitPrice": item.unit_price })
    });
    json!({
        "items": items.collect::<Vec<_>>(),
        "total": order.total,
        "title": order.title,
        "version": order.version,
    })
}

fn payment_under_way(until: Timestamp, now: Timestamp) -> AppError {
    AppError::conflict(
        ErrorCode::PaymentUnderWay,
        "a payment of the current total is in progress; edit the order when it has failed, or after `until`",
    )
    .with_meta("until", until.to_string())
    .with_retry_after(until.since(now))
}
