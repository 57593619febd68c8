//! Use cases of stock: adjusting it, reading its ledger, and moving it for orders.

pub mod low;

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;
use waybill_primitives::{OrderId, ProductId, Role, Timestamp, UserId};
use waybill_proto::order as pb;
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done, once},
};
use waybill_store::{IdempotencyKey, Tx, transact};

use super::{
    domain::{Adjustment, Level, Movement, MovementKind, Offer},
    events,
    store::{self, offers},
    wire,
};
use serde_json::json;

use crate::{
    base::{
        audit::{self, Act},
        store::insert,
    },
    shop::app_context::{AppContext, Page, PageQuery},
};

/// Stock, for administrators.
#[derive(Debug, Clone)]
pub struct Stock {
    context: Arc<AppContext>,
}

impl Stock {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }

    /// Adds or removes units; never below the reserved units.
    pub async fn adjust(
        &self,
        ctx: &CallContext,
        product_id: ProductId,
        adjustment: &Adjustment,
        version: Option<i64>,
        key: Option<&IdempotencyKey>,
    ) -> Result<Done<pb::Product>, AppError> {
        let actor = ctx.require(&[Role::Admin])?.id;
        let db = &self.context.db;
        let act = async {
            let offer = offers::offer(db.reader(), product_id, true).await?;
            let offer = offer.ok_or_else(|| AppError::not_found("product"))?;
            if version.is_some_and(|version| version != offer.product.version) {
                return Err(AppError::version_conflict(offer.product.version));
            }
            if offer.stock.is_none() {
                return Err(AppError::conflict(
                    ErrorCode::Conflict,
                    "a service has no stock",
                ));
            }
            transact!(db, ctx, async |tx| {
                let level = self.change(tx, ctx, actor, product_id, adjustment).await?;
                let stock = Some(level);
                let adjusted = Offer {
                    stock,
                    ..offer.clone()
                };
                let answer = wire::product(&adjusted, true);
                once::remember(tx, key, &answer).await?;
                Ok::<_, AppError>(answer)
            })
            .await
        };
        once(db, key, act).await
    }

    async fn change(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        actor: UserId,
        product_id: ProductId,
        adjustment: &Adjustment,
    ) -> Result<Level, AppError> {
        let (delta, reason) = (adjustment.delta, &adjustment.reason);
        let now = self.context.now();
        let Some(level) = adjusted(tx, product_id, delta, reason, actor, now).await? else {
            let levels = store::levels(tx.conn(), [product_id]).await?;
            let level = levels.get(&product_id).copied();
            let level = level.ok_or_else(|| AppError::not_found("product"))?;
            return Err(impossible(&level, "delta", delta));
        };
        let before = level.on_hand - delta;
        audit::record(
            tx,
            ctx,
            self::adjustment(product_id, before, level.on_hand, reason),
        );
        low::check(tx, &[product_id], self.context.shop().low_stock_threshold).await?;
        Ok(level)
    }

    /// The ledger of a product, newest first.
    pub async fn movements(
        &self,
        ctx: &CallContext,
        product_id: ProductId,
        query: &PageQuery,
    ) -> Result<Page<Movement>, AppError> {
        ctx.require(&[Role::Admin])?;
        let reader = self.context.db.reader();
        let offer = offers::offer(reader, product_id, true).await?;
        offer.ok_or_else(|| AppError::not_found("product"))?;
        Ok(store::movements(reader, product_id, query).await?)
    }
}

/// A ledger line for `units` of a product.
pub fn movement(
    kind: MovementKind,
    product_id: ProductId,
    units: i64,
    order_id: Option<OrderId>,
    actor_id: Option<UserId>,
    at: Timestamp,
) -> Movement {
    let (on_hand_delta, reserved_delta) = kind.deltas(units);
    Movement {
        id: Uuid::now_v7(),
        product_id,
        kind,
        on_hand_delta,
        reserved_delta,
        reason: String::new(),
        order_id,
        actor_id,
        at,
    }
}

/// Moves the goods of an order, in the order of product ids so that orders never deadlock. The ledger is written with the
/// commit. Returns the first product with too little stock; the caller must then roll back.
pub async fn move_goods(
    tx: &Tx,
    kind: MovementKind,
    order_id: OrderId,
    goods: &[(ProductId, i64)],
    actor_id: Option<UserId>,
    now: Timestamp,
) -> Result<Option<ProductId>, AppError> {
    tx.defer(movements(kind, order_id, goods, actor_id, now));
    for (product_id, units) in goods {
        if !store::shift(tx, kind, *product_id, *units, now).await? {
            return Ok(Some(*product_id));
        }
    }
    Ok(None)
}

/// As [`move_goods`], with the commit, which fails with [`waybill_store::StoreError::Check`] if there is too little stock.
pub fn defer_goods(
    tx: &Tx,
    kind: MovementKind,
    order_id: OrderId,
    goods: &[(ProductId, i64)],
    actor_id: Option<UserId>,
    now: Timestamp,
) {
    tx.defer(movements(kind, order_id, goods, actor_id, now));
    for (product, units) in goods {
        store::defer_shift(tx, kind, *product, *units, now);
    }
}

/// A ledger line for each of these goods.
fn movements(
    kind: MovementKind,
    order_id: OrderId,
    goods: &[(ProductId, i64)],
    actor_id: Option<UserId>,
    now: Timestamp,
) -> impl Iterator<Item = Movement> + use<'_> {
    goods.iter().map(move |(product, units)| {
        movement(kind, *product, *units, Some(order_id), actor_id, now)
    })
}

/// Why the stock was not set.
#[derive(Debug)]
pub enum NotSet {
    /// More units of this product are reserved than would be on hand.
    Reserved(ProductId, Level),
    Failed(AppError),
}

impl<E: Into<AppError>> From<E> for NotSet {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Sets the units on hand of these products, each as an adjustment by the difference; returns the levels before and after. Must be the
/// last step of a transaction, because orders wait for these rows.
pub async fn set_on_hand(
    tx: &Tx,
    targets: &BTreeMap<ProductId, i64>,
    reason: &str,
    actor: UserId,
    now: Timestamp,
) -> Result<BTreeMap<ProductId, (Level, Level)>, NotSet> {
    let mut set = BTreeMap::new();
    for (id, before) in store::lock(tx, targets.keys().copied()).await? {
        let units = targets.get(&id).copied().unwrap_or(before.on_hand);
        let delta = units - before.on_hand;
        if units < before.reserved {
            return Err(NotSet::Reserved(id, before));
        }
        if delta != 0 {
            let after = adjusted(tx, id, delta, reason, actor, now).await?;
            set.insert(
                id,
                (before, after.ok_or_else(|| AppError::not_found("product"))?),
            );
        }
    }
    Ok(set)
}

/// Changes the units on hand, with a ledger line and an event; returns the new level. None, with nothing written, if the result would
/// be below the reserved units or above the maximum.
async fn adjusted(
    tx: &Tx,
    product_id: ProductId,
    delta: i64,
    reason: &str,
    actor: UserId,
    now: Timestamp,
) -> Result<Option<Level>, AppError> {
    if !store::adjust(tx, product_id, delta, now).await? {
        return Ok(None);
    }
    let line = movement(
        MovementKind::Adjusted,
        product_id,
        delta,
        None,
        Some(actor),
        now,
    );
    let line = Movement {
        reason: reason.to_owned(),
        ..line
    };
    insert(tx, &line).await?;
    let levels = store::levels(tx.conn(), [product_id]).await?;
    let level = levels.get(&product_id).copied();
    let level = level.ok_or_else(|| AppError::not_found("product"))?;
    events::stock_changed(tx, &level, delta, reason);
    Ok(Some(level))
}

/// The record of an administrator's adjustment.
pub fn adjustment(product_id: ProductId, before: i64, after: i64, reason: &str) -> Act {
    Act {
        action: "stock.adjust",
        target_kind: "product",
        target_id: product_id.to_string(),
        before: Some(json!({ "onHand": before })),
        after: Some(json!({ "onHand": after, "reason": reason })),
    }
}

/// The error of an adjustment below the reserved units or above the maximum.
pub fn impossible(level: &Level, field: &'static str, delta: i64) -> AppError {
    let (on_hand, reserved) = (level.on_hand, level.reserved);
    let message = format!(
        "{on_hand} are on hand and {reserved} of them reserved: that cannot change by {delta}"
    );
    AppError::conflict(ErrorCode::Conflict, message)
        .with_field(
            field,
            "must leave at least the reserved units, and at most a thousand million",
        )
        .with_meta("on_hand", on_hand.to_string())
        .with_meta("reserved", reserved.to_string())
}
