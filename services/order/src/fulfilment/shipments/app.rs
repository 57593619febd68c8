//! Use cases of shipments. Every write locks the row of the order, so that two shipments never contain the same unit.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use waybill_primitives::{OrderId, ProductId, Role, ShipmentId};
use waybill_proto::order as pb;
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done, once},
};
use waybill_store::{IdempotencyKey, Tx, transact};

use super::{
    domain::{
        NewShipment, Shipment, ShipmentPatch, ShipmentRefused, ShipmentState, all_delivered,
        still_here, too_full,
    },
    events, store, wire,
};
use crate::{
    base::audit::{self, Act},
    orders::{
        app::{OrderEffect, Orders, actor, viewer},
        domain::{
            Changed, Order, OrderEvent, OrderKind, OrderStatus, Party, PaymentStatus, Person,
            StockEffect,
        },
        store as orders,
    },
    shop::app_context::AppContext,
};

/// Shipments of orders.
#[derive(Debug, Clone)]
pub struct Shipments {
    context: Arc<AppContext>,
    orders: Orders,
}

impl From<ShipmentRefused> for AppError {
    fn from(refused: ShipmentRefused) -> Self {
        let message = refused.to_string();
        match refused {
            ShipmentRefused::Invalid(errors) => errors.into(),
            ShipmentRefused::WrongState { from, to } => {
                let allowed: Vec<_> = from.next().iter().map(|state| state.as_str()).collect();
                Self::conflict(ErrorCode::InvalidTransition, message)
                    .with_meta("from", from.as_str())
                    .with_meta("to", to.as_str())
                    .with_meta("allowed", allowed.join(","))
            }
            ShipmentRefused::NoGoods
            | ShipmentRefused::NotPaid
            | ShipmentRefused::WrongStatus(_)
            | ShipmentRefused::NothingLeft
            | ShipmentRefused::TooMany => Self::conflict(ErrorCode::Conflict, message),
        }
    }
}

impl Shipments {
    pub fn new(context: Arc<AppContext>, orders: Orders) -> Self {
        Self { context, orders }
    }

    /// The shipments of an order, oldest first, for callers who may read the order.
    pub async fn list(&self, ctx: &CallContext, id: OrderId) -> Result<Vec<Shipment>, AppError> {
        let reader = self.context.db.reader();
        let order = orders::find(reader, viewer(ctx)?, id).await?;
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        // A carrier's page may name the recipient, so workers who only see the order in the pool get nothing.
        if actor(ctx).is_some_and(|person| order.parties(&person).is_empty()) {
            return Err(AppError::not_found("order"));
        }
        Ok(store::of_order(reader, id).await?)
    }

    /// Creates a shipment. If it is shipped at once, the order's status changes as in [`Shipments::update`].
    pub async fn create(
        &self,
        ctx: &CallContext,
        id: OrderId,
        new: &NewShipment,
        key: Option<&IdempotencyKey>,
    ) -> Result<Done<pb::Shipment>, AppError> {
        ctx.require(&[Role::Staff, Role::Admin])?;
        let db = &self.context.db;
        let act = transact!(db, ctx, async |tx| {
            let shipment = self.write_new(tx, ctx, id, new.clone()).await?;
            let answer = wire::shipment(&shipment);
            once::remember(tx, key, &answer).await?;
            Ok::<_, AppError>(answer)
        });
        once(db, key, act).await
    }

    async fn write_new(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        id: OrderId,
        new: NewShipment,
    ) -> Result<Shipment, AppError> {
        let order = locked(tx, ctx, id).await?;
        let mut all = store::of_order(tx.conn(), id).await?;
        let shipment = new.build(&order, &all, self.context.now())?;
        store::insert(tx, &shipment).await?;
        all.push(shipment.clone());
        let order = self.take_along(tx, order, &all, &shipment).await?;
        events::shipment_created(tx, &shipment, &order);
        let after = json!({
            "order": order.number.as_str(),
            "state": shipment.state.as_str(),
            "carrier": shipment.carrier,
            "trackingNumber": shipment.tracking_number,
        });
        note(tx, ctx, "shipment.create", &shipment, None, after);
        Ok(shipment)
    }

    /// Changes a shipment and its state. A pending order with goods only gets in progress when a shipment is shipped, and is completed
    /// when all goods are delivered.
    pub async fn update(
        &self,
        ctx: &CallContext,
        order_id: OrderId,
        id: ShipmentId,
        patch: &ShipmentPatch,
        version: Option<i64>,
    ) -> Result<Shipment, AppError> {
        ctx.require(&[Role::Staff, Role::Admin])?;
        transact!(self.context.db, ctx, async |tx| self
            .write(tx, ctx, order_id, id, patch, version)
            .await)
        .await
    }

    async fn write(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        order_id: OrderId,
        id: ShipmentId,
        patch: &ShipmentPatch,
        version: Option<i64>,
    ) -> Result<Shipment, AppError> {
        let order = locked(tx, ctx, order_id).await?;
        let mut all = store::of_order(tx.conn(), order_id).await?;
        let at = all.iter().position(|shipment| shipment.id == id);
        let at = at.ok_or_else(|| AppError::not_found("shipment"))?;
        let before = all[at].clone();
        if version.is_some_and(|version| version != before.version) {
            return Err(AppError::version_conflict(before.version));
        }
        let Some(after) = before.patched(patch, &order, self.context.now())? else {
            return Ok(before);
        };
        if !store::update(tx, &after).await? {
            return Err(lost());
        }
        all[at] = after.clone();
        let order = if after.state == before.state {
            order
        } else {
            self.take_along(tx, order, &all, &after).await?
        };
        events::shipment_updated(tx, &after, &order, before.state);
        let (was, is) = differences(&before, &after);
        note(tx, ctx, "shipment.update", &after, Some(was), is);
        Ok(after)
    }

    /// The effect of a shipment's state on its order. Only the status of an order with goods only follows its shipments: in a mixed order
    /// the work decides, and taking it out of the pool would hide it from workers.
    async fn take_along(
        &self,
        tx: &Tx,
        order: Order,
        all: &[Shipment],
        shipment: &Shipment,
    ) -> Result<Order, AppError> {
        if order.kind != OrderKind::Goods {
            return Ok(order);
        }
        let (to, note) = match (shipment.state, order.status) {
            (ShipmentState::Shipped, OrderStatus::Pending) => {
                (OrderStatus::InProgress, shipment.summary())
            }
            (ShipmentState::Delivered, OrderStatus::InProgress) if all_delivered(&order, all) => {
                (OrderStatus::Completed, "all goods are delivered".to_owned())
            }
            _ => return Ok(order),
        };
        let now = self.context.now();
        let expiry = self.context.shop().expiry(order.kind);
        let changed = order.change_status(to, &[Party::Admin], now, expiry)?;
        self.orders.record_change(tx, &changed, None, &note).await?;
        Ok(changed.order)
    }
}

fn lost() -> AppError {
    AppError::unavailable("the shipment was changed concurrently; try again")
}

/// Locks the order for those who may ship it: administrators and its worker.
async fn locked(tx: &Tx, ctx: &CallContext, id: OrderId) -> Result<Order, AppError> {
    let order = orders::find_locked(tx, viewer(ctx)?, id).await?;
    let order = order.ok_or_else(|| AppError::not_found("order"))?;
    let person = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
    let parties = order.parties(&person);
    if parties.contains(&Party::Admin) || parties.contains(&Party::Assignee) {
        Ok(order)
    } else {
        Err(AppError::forbidden(
            "only administrators and the assigned worker may ship an order",
        ))
    }
}

fn note(
    tx: &Tx,
    ctx: &CallContext,
    action: &'static str,
    shipment: &Shipment,
    before: Option<Value>,
    after: Value,
) {
    if ctx
        .user()
        .is_ok_and(waybill_service_kit::UserCaller::is_admin)
    {
        let act = Act {
            action,
            target_kind: "shipment",
            target_id: shipment.id.to_string(),
            before,
            after: Some(after),
        };
        audit::record(tx, ctx, act);
    }
}

/// The differences between two versions.
fn differences(before: &Shipment, after: &Shipment) -> (Value, Value) {
    let named = |shipment: &Shipment| {
        [
            ("state", shipment.state.as_str().to_owned()),
            ("carrier", shipment.carrier.clone()),
            ("trackingNumber", shipment.tracking_number.clone()),
            ("trackingUrl", shipment.tracking_url.clone()),
            ("note", shipment.note.clone()),
        ]
    };
    let (mut was, mut is) = (serde_json::Map::new(), serde_json::Map::new());
    for ((name, old), (_, new)) in named(before).into_iter().zip(named(after)) {
        if old != new {
            was.insert(name.to_owned(), old.into());
            is.insert(name.to_owned(), new.into());
        }
    }
    (was.into(), is.into())
}

/// Closes the shipments of an order that is cancelled or refunded, and those that are packed with refunded units: shipped goods do not
/// return to the stock.
/// Goods of an order that only reserves them are in no shipment: it is not paid.
#[derive(Debug)]
pub struct SettleShipments;

#[async_trait]
impl OrderEffect for SettleShipments {
    async fn apply(
        &self,
        tx: &Tx,
        changed: &Changed,
        _actor: Option<&Person>,
        goods: &mut Vec<(ProductId, i64)>,
    ) -> Result<(), AppError> {
        let cancelled = changed.order.status == OrderStatus::Cancelled
            && changed.before.0 != Some(OrderStatus::Cancelled);
        match changed.stock {
            StockEffect::Return => *goods = close_open(tx, &changed.order).await?,
            StockEffect::Nothing if cancelled => *goods = close_open(tx, &changed.order).await?,
            StockEffect::Nothing if changed.event == OrderEvent::Refunded => {
                unpack(tx, &changed.order).await?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Closes the shipments of an order that is cancelled or refunded, in the transaction of that change: cancels shipments that are
/// being prepared. Returns the goods that are not shipped, which return to the stock. An order with shipped goods can be refunded,
/// but not cancelled.
async fn close_open(tx: &Tx, order: &Order) -> Result<Vec<(ProductId, i64)>, AppError> {
    if order.kind == OrderKind::Service {
        return Ok(Vec::new());
    }
    let all = store::of_order(tx.conn(), order.id).await?;
    let gone = all.iter().any(|shipment| shipment.state.is_gone());
    let refunded = order.payment_status == PaymentStatus::Refunded;
    if gone && order.status == OrderStatus::Cancelled && !refunded {
        return Err(AppError::conflict(
            ErrorCode::Shipped,
            "goods of this order are shipped; cancel their shipment when they are back, or refund the order",
        ));
    }
    let preparing = all
        .iter()
        .filter(|shipment| shipment.state == ShipmentState::Preparing);
    for before in preparing {
        give_up(tx, order, before).await?;
    }
    Ok(still_here(order, &all))
}

/// Cancels shipments that are being prepared with units that were refunded: what remains of them is packed again.
async fn unpack(tx: &Tx, order: &Order) -> Result<(), AppError> {
    if order.items.iter().all(|item| item.refunded_quantity == 0) {
        return Ok(());
    }
    let mut all = store::of_order(tx.conn(), order.id).await?;
    while let Some(place) = too_full(order, &all) {
        give_up(tx, order, &all.remove(place)).await?;
    }
    Ok(())
}

async fn give_up(tx: &Tx, order: &Order, before: &Shipment) -> Result<(), AppError> {
    let given_up = before.given_up(order.updated_at);
    if !store::update(tx, &given_up).await? {
        return Err(lost());
    }
    events::shipment_updated(tx, &given_up, order, before.state);
    Ok(())
}
