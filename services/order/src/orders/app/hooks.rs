//! What follows from a change of an order in the slices above, in the transaction of the change. Orders do not know these
//! slices: each implements a trait of this file, and the service registers it.
//!
//! Lock order of a transaction that changes an order: the worker who gets it, the order, then what the effects write, in the
//! order in which they are registered (change requests, shipments), and at last the stock, by product ids.

use std::fmt::Debug;

use async_trait::async_trait;
use waybill_primitives::ProductId;
use waybill_service_kit::AppError;
use waybill_store::Tx;

use crate::orders::domain::{Changed, OrderStatus, Person};

/// Something that a change of an order brings along.
#[async_trait]
pub trait OrderEffect: Debug + Send + Sync {
    /// Called when the order's row is written, and so locked. `goods` are those whose stock the change moves; the effect takes
    /// out what stays where it is.
    async fn apply(
        &self,
        tx: &Tx,
        changed: &Changed,
        actor: Option<&Person>,
        goods: &mut Vec<(ProductId, i64)>,
    ) -> Result<(), AppError>;
}

/// Numbers of orders that are kept beside them, as they are too many to be counted one by one.
#[async_trait]
pub trait OrderCounts: Debug + Send + Sync {
    /// Orders in one of these statuses; without any, all.
    async fn count(&self, statuses: &[OrderStatus]) -> Result<i64, AppError>;
}

/// What the service registers.
#[derive(Debug)]
pub struct Hooks {
    /// In the order in which they lock.
    pub effects: Vec<Box<dyn OrderEffect>>,
    pub counts: Box<dyn OrderCounts>,
}
