//! Use cases of work: the pool and claims, assignments, change requests and their decisions.

mod assign;
mod pool;
mod requests;

use std::{collections::HashSet, sync::Arc};

use waybill_primitives::{FieldErrors, OrderId};
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, CallContext, ErrorKind};
use waybill_store::{StoreError, Tx};

pub use assign::Assignment;
pub use pool::PoolFilter;
pub use requests::{Decision, SettleRequests};

use super::domain::RequestRefused;
use crate::{
    fulfilment::workers::{
        app::Workers,
        domain::{NotEligible, Worker, qualifies},
        store as workers,
    },
    orders::{
        app::{Orders, actor, wrong_status},
        domain::{Order, Person},
    },
    shop::app_context::AppContext,
};

/// Maximum number of orders of one call.
pub const MAX_ORDERS: usize = pb::ClaimOrdersRequest::MAX_ORDER_IDS;

/// Work on orders.
#[derive(Debug, Clone)]
pub struct Work {
    context: Arc<AppContext>,
    orders: Orders,
    workers: Workers,
}

/// A worker who may get an order.
#[derive(Debug)]
struct Candidate {
    worker: Worker,
    /// Forced by an administrator: categories and limit do not apply.
    force: bool,
}

/// A worker, locked for the transaction that assigns an order.
#[derive(Debug)]
struct Taker {
    worker: Worker,
    /// Whether they may have one more order.
    room: Result<(), NotEligible>,
    force: bool,
}

/// The result for one of several orders.
#[derive(Debug)]
pub struct OneOf {
    pub id: OrderId,
    pub outcome: Result<Order, AppError>,
}

/// The signed-in user, for the history.
fn person(ctx: &CallContext) -> Result<Person, AppError> {
    ctx.user()?;
    actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))
}

impl From<RequestRefused> for AppError {
    fn from(refused: RequestRefused) -> Self {
        let message = refused.to_string();
        match refused {
            RequestRefused::NotYours(_) => Self::forbidden(message),
            RequestRefused::WrongStatus { from, to } => wrong_status(from, to, message),
        }
    }
}

impl Work {
    pub fn new(context: Arc<AppContext>, orders: Orders, workers: Workers) -> Self {
        Self {
            context,
            orders,
            workers,
        }
    }

    /// Locks the worker's row and checks whether one more order fits. Read from the database, because their token may be older than
    /// their role, and an administrator may change their categories during a call for many orders. The lock serialises concurrent
    /// claims. It comes first in a transaction: the worker is always locked before the order.
    async fn taker(&self, tx: &Tx, candidate: &Candidate) -> Result<Taker, StoreError> {
        let (otherwise, force) = (self.max_open_orders(), candidate.force);
        let locked = workers::find_locked(tx, candidate.worker.id).await?;
        let worker = locked.unwrap_or_else(|| candidate.worker.clone());
        let mut room = worker.check_active();
        if room.is_ok() && !force && worker.limit(otherwise).is_some() {
            let open = workers::open_orders(tx.conn(), worker.id).await?;
            room = worker.has_room(open, otherwise);
        }
        Ok(Taker {
            worker,
            room,
            force,
        })
    }

    fn max_open_orders(&self) -> i64 {
        self.context.shop().max_open_orders_per_worker
    }
}

/// Whether the worker has all categories of the order's products.
async fn check_skills(tx: &Tx, taker: &Taker, order: OrderId) -> Result<(), AppError> {
    if taker.force {
        return Ok(());
    }
    let Some(skills) = workers::skills(tx.conn(), &taker.worker).await? else {
        return Ok(());
    };
    let needed = workers::categories_of(tx.conn(), order).await?;
    Ok(qualifies(Some(&skills), &needed)?)
}

/// The orders of a call for several: at least one, at most [`MAX_ORDERS`], each once.
fn several(ids: Vec<OrderId>) -> Result<Vec<OrderId>, FieldErrors> {
    if ids.is_empty() {
        return Err(FieldErrors::one("orderIds", "must name at least one order"));
    }
    if ids.len() > MAX_ORDERS {
        return Err(FieldErrors::one(
            "orderIds",
            format!("must have at most {MAX_ORDERS} entries"),
        ));
    }
    let mut seen = HashSet::new();
    Ok(ids.into_iter().filter(|id| seen.insert(*id)).collect())
}

/// The refusal of one order is a normal result. An internal error, or one that concerns the whole call, fails the call, unless
/// earlier orders succeeded: their results must be returned.
fn noted(
    results: &mut Vec<OneOf>,
    id: OrderId,
    outcome: Result<Order, AppError>,
) -> Result<(), AppError> {
    match outcome {
        Err(mut error) if !matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound) => {
            if results.iter().all(|result| result.outcome.is_err()) {
                return Err(error);
            }
            error.log_once();
            results.push(OneOf {
                id,
                outcome: Err(error),
            });
        }
        outcome => results.push(OneOf { id, outcome }),
    }
    Ok(())
}
