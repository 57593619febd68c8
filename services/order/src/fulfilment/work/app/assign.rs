//! Assigning orders to workers, and releasing them.

use waybill_primitives::{OrderId, Role, UserId};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Tx, transact};

use super::{Candidate, OneOf, Work, check_skills, noted, person, several};
use crate::orders::{
    app::audit_change,
    domain::{Order, Party, Person, Remark, Viewer, note},
    store as orders,
};

/// The worker who gets the orders.
#[derive(Debug, Clone)]
pub struct Assignment {
    pub worker: UserId,
    /// The worker's name from auth, provided by the caller; used if no event of the worker has arrived yet.
    pub name: String,
    /// Ignore the worker's categories and limit.
    pub force: bool,
}

impl Work {
    /// Assigns orders to a worker, as an administrator, each independently. An order that the worker already has stays as it is.
    pub async fn assign(
        &self,
        ctx: &CallContext,
        ids: Vec<OrderId>,
        to: &Assignment,
    ) -> Result<Vec<OneOf>, AppError> {
        ctx.require(&[Role::Admin])?;
        let ids = several(ids)?;
        let admin = person(ctx)?;
        let worker = self.workers.named("workerId", to.worker, &to.name).await?;
        let candidate = Candidate {
            worker,
            force: to.force,
        };
        let db = &self.context.db;
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            let outcome = transact!(db, ctx, async |tx| self
                .write_assignment(tx, ctx, &admin, &candidate, id)
                .await)
            .await;
            noted(&mut results, id, outcome)?;
        }
        Ok(results)
    }

    async fn write_assignment(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        admin: &Person,
        candidate: &Candidate,
        id: OrderId,
    ) -> Result<Order, AppError> {
        let taker = self.taker(tx, candidate).await?;
        let order = orders::find_locked(tx, Viewer::Everything, id).await?;
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        let Some(changed) = order.assigned(&taker.worker.assignee(), self.context.now())? else {
            return Ok(order);
        };
        taker.room?;
        check_skills(tx, &taker, id).await?;
        self.orders
            .record_change(tx, &changed, Some(admin), "")
            .await?;
        audit_change(tx, ctx, "order.assign", &order, &changed.order, "");
        Ok(changed.order)
    }

    /// Returns an order to the pool, as its worker or an administrator. The reason is internal; the note is for the customer, too.
    pub async fn release(
        &self,
        ctx: &CallContext,
        id: OrderId,
        (reason, customer_note): (&str, &str),
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        ctx.require(&[Role::Staff, Role::Admin])?;
        let person = person(ctx)?;
        let internal = note("reason", reason)?;
        let note = note("customerNote", customer_note)?;
        let remark = Remark {
            note: &note,
            internal: &internal,
        };
        let shop = self.context.shop();
        self.orders
            .change(ctx, "order.release", id, remark, version, |order, now| {
                let parties = order.parties(&person);
                if !parties.contains(&Party::Assignee) && !parties.contains(&Party::Admin) {
                    return Err(AppError::forbidden(
                        "only the assigned worker and administrators may release an order",
                    ));
                }
                Ok(order.released(now, shop.expiry(order.kind))?)
            })
            .await
    }
}
