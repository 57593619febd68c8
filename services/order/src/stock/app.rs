//! Use cases of stock: adjusting it, reading its ledger, and moving it for orders.

use std::sync::Arc;

use uuid::Uuid;
use waybill_primitives::{OrderId, ProductId, Role, Timestamp, UserId};
use waybill_proto::order::StockChanged;
use waybill_service_kit::{AppError, CallContext, codes};
use waybill_store::{Tx, retrying};

use super::{
    domain::{Adjustment, Movement, MovementKind},
    store,
};
use crate::{
    catalogue::{domain::Offer, store as catalogue},
    parts::{Page, PageQuery, Parts},
};

/// Stock, for administrators.
#[derive(Debug, Clone)]
pub struct Stock {
    parts: Arc<Parts>,
}

impl Stock {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }

    /// Adds units or takes them away; never below what is reserved.
    pub async fn adjust(
        &self,
        ctx: &CallContext,
        product_id: ProductId,
        adjustment: &Adjustment,
    ) -> Result<Offer, AppError> {
        let actor = ctx.require(&[Role::Admin])?.id;
        let db = &self.parts.db;
        let offer = catalogue::offer(db.reader(), product_id, true).await?;
        let offer = offer.ok_or_else(|| AppError::not_found("product"))?;
        if offer.stock.is_none() {
            return Err(AppError::conflict(
                codes::CONFLICT,
                "a service has no stock",
            ));
        }
        let now = self.parts.now();
        let adjusted = retrying(|| async {
            let tx = db.begin(&ctx.event_context()).await?;
            if !store::adjust(&tx, product_id, adjustment.delta, now).await? {
                tx.rollback().await?;
                return Ok::<_, AppError>(None);
            }
            let kind = MovementKind::Adjusted;
            let line = movement(kind, product_id, adjustment.delta, None, Some(actor), now);
            let line = Movement {
                reason: adjustment.reason.clone(),
                ..line
            };
            store::record(&tx, vec![line]).await?;
            let levels = store::levels(tx.conn(), [product_id]).await?;
            let level = levels.get(&product_id).copied();
            let level = level.ok_or_else(|| AppError::not_found("product"))?;
            let event = StockChanged {
                product_id: product_id.to_string(),
                on_hand: level.on_hand,
                reserved: level.reserved,
                delta: adjustment.delta,
                reason: adjustment.reason.clone(),
            };
            tx.emit(product_id, level.version, &event);
            tx.commit().await?;
            Ok(Some(level))
        })
        .await?;
        if let Some(level) = adjusted {
            return Ok(Offer {
                stock: Some(level),
                ..offer
            });
        }
        let levels = store::levels(db.reader(), [product_id]).await?;
        let (on_hand, reserved) = levels
            .get(&product_id)
            .map_or((0, 0), |level| (level.on_hand, level.reserved));
        Err(AppError::conflict(
            codes::CONFLICT,
            format!(
                "{on_hand} are on hand and {reserved} of them reserved: that cannot change by {}",
                adjustment.delta
            ),
        )
        .with_field(
            "delta",
            "must leave what is reserved, and at most a thousand million",
        )
        .with_meta("on_hand", on_hand.to_string())
        .with_meta("reserved", reserved.to_string()))
    }

    /// The ledger of a product, newest first.
    pub async fn movements(
        &self,
        ctx: &CallContext,
        product_id: ProductId,
        query: &PageQuery,
    ) -> Result<Page<Movement>, AppError> {
        ctx.require(&[Role::Admin])?;
        let cursor = store::cursor(&query.cursor)?;
        let reader = self.parts.db.reader();
        let offer = catalogue::offer(reader, product_id, true).await?;
        offer.ok_or_else(|| AppError::not_found("product"))?;
        Ok(store::movements(reader, product_id, query, cursor).await?)
    }
}

/// A line of the ledger for `units` of a product.
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

/// Moves the goods of an order, in the order of product ids so that two orders never wait for each other in a circle.
/// The ledger is written first and the levels last: their rows are what others wait for.
/// Gives the first product of which there is too little; the caller must roll back then.
pub async fn move_goods(
    tx: &Tx,
    kind: MovementKind,
    order_id: OrderId,
    goods: &[(ProductId, i64)],
    actor_id: Option<UserId>,
    now: Timestamp,
) -> Result<Option<ProductId>, AppError> {
    let lines = goods
        .iter()
        .map(|(product, units)| movement(kind, *product, *units, Some(order_id), actor_id, now));
    store::record(tx, lines.collect()).await?;
    for (product_id, units) in goods {
        if !store::shift(tx, kind, *product_id, *units, now).await? {
            return Ok(Some(*product_id));
        }
    }
    Ok(None)
}
