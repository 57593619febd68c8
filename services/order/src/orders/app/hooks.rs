//! Hooks: effects of an order's change in higher slices, in the transaction of the change. Orders do not depend on these slices:
//! each implements a trait of this file, and the service registers it.
//!
//! Lock order of a transaction that changes an order: the worker who gets it, the order, the rows of the effects in the order of
//! registration (change requests, shipments), and finally the stock, by product ids.

use std::fmt::Debug;

use async_trait::async_trait;
use waybill_primitives::ProductId;
use waybill_service_kit::AppError;
use waybill_store::Tx;

use crate::orders::domain::{Changed, OrderStatus, Person};

/// An effect of a change of an order.
#[async_trait]
pub trait OrderEffect: Debug + Send + Sync {
    /// Called when the order's row is locked. `goods` are those whose stock the change moves; the effect removes those
    /// that do not move.
    async fn apply(
        &self,
        tx: &Tx,
        changed: &Changed,
        actor: Option<&Person>,
        goods: &mut Vec<(ProductId, i64)>,
    ) -> Result<(), AppError>;
}

/// Precomputed numbers of orders, which are too many to count by query.
#[async_trait]
pub trait OrderCounts: Debug + Send + Sync {
    /// Orders in one of these statuses; without any, all.
    async fn count(&self, statuses: &[OrderStatus]) -> Result<i64, AppError>;
}

/// The registered hooks.
#[derive(Debug)]
pub struct Hooks {
    /// In lock order.
    pub effects: Vec<Box<dyn OrderEffect>>,
    pub counts: Box<dyn OrderCounts>,
}
