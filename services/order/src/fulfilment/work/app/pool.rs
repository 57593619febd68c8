//! The pool, and claims.

use waybill_primitives::{OrderId, Role};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Tx, transact};

use super::{Candidate, OneOf, Work, check_skills, noted, person, several};
use crate::{
    fulfilment::workers::{domain::NotEligible, store as workers},
    orders::{
        app::viewer,
        domain::{Filter, Order, OrderKind, OrderStatus, Person, Search, Viewer},
        store::{self as orders, Pool},
    },
    shop::{
        app_context::{Page, PageQuery},
        categories::store as categories,
    },
};

/// Filter of the pool.
#[derive(Debug, Clone, Default)]
pub struct PoolFilter {
    pub search: Option<Search>,
    /// Id, slug or name of a category that one of its products is in.
    pub category: String,
    pub min_total: Option<i64>,
    pub max_total: Option<i64>,
    /// Any of these; none for all.
    pub kinds: Vec<OrderKind>,
    /// Only what the calling worker may claim.
    pub only_mine: bool,
}

impl Work {
    /// The pool: paid orders with work and without a worker, longest waiting first.
    pub async fn available(
        &self,
        ctx: &CallContext,
        filter: PoolFilter,
        query: &PageQuery,
    ) -> Result<Page<Order>, AppError> {
        ctx.require(&[Role::Staff, Role::Admin])?;
        let viewer = viewer(ctx)?;
        let reader = self.context.db.reader();
        let within = match filter.category.trim() {
            "" => None,
            text => {
                let tree = categories::tree(reader).await?;
                let found = tree.find(text).map(|found| tree.with_descendants(found.id));
                // No such category, so no orders.
                Some(found.unwrap_or_default())
            }
        };
        let mut pool = Pool {
            within,
            only_from: None,
            filter: Filter {
                search: filter.search,
                min_total: filter.min_total,
                max_total: filter.max_total,
                ..Filter::default()
            },
            kinds: filter.kinds,
        };
        // Administrators do not claim orders, so the filter does not apply to them.
        if filter.only_mine && matches!(viewer, Viewer::Staff(_)) {
            let worker = self.workers.myself(ctx).await?;
            let skills = workers::skills(reader, &worker).await?;
            pool.only_from = skills.map(|skills| skills.into_iter().collect());
            let open = workers::open_orders(reader, worker.id).await?;
            if worker.has_room(open, self.max_open_orders()).is_err() {
                return Ok(Page::empty(query));
            }
        }
        let page = orders::available(reader, &pool, query).await?;
        let rows = page.rows.into_iter().map(|order| order.seen_by(viewer));
        Ok(Page {
            rows: rows.collect(),
            ..page
        })
    }

    /// Claims an order from the pool. Of any number of workers exactly one succeeds.
    pub async fn claim(
        &self,
        ctx: &CallContext,
        id: OrderId,
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        let candidate = self.claimant(ctx).await?;
        self.claim_for(ctx, &candidate, id, version).await
    }

    /// Claims several orders from the pool, each independently.
    pub async fn claim_several(
        &self,
        ctx: &CallContext,
        ids: Vec<OrderId>,
    ) -> Result<Vec<OneOf>, AppError> {
        ctx.require(&[Role::Staff])?;
        let ids = several(ids)?;
        let candidate = self.claimant(ctx).await?;
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            let outcome = self.claim_for(ctx, &candidate, id, None).await;
            noted(&mut results, id, outcome)?;
        }
        Ok(results)
    }

    async fn claimant(&self, ctx: &CallContext) -> Result<Candidate, AppError> {
        let worker = self.workers.myself(ctx).await?;
        Ok(Candidate {
            worker,
            force: false,
        })
    }

    async fn claim_for(
        &self,
        ctx: &CallContext,
        candidate: &Candidate,
        id: OrderId,
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        let person = person(ctx)?;
        let db = &self.context.db;
        let written = transact!(db, ctx, async |tx| self
            .write_claim(tx, candidate, &person, id, version)
            .await)
        .await;
        let refused = match written {
            Ok(Some(order)) => return Ok(order),
            Ok(None) => None,
            // This order may be the one that fills the limit.
            Err(error) if error.is(ErrorCode::TooManyOrders) => Some(error),
            Err(error) => return Err(error),
        };
        db.flush().await;
        let holder = orders::claimable_state(db.reader(), id).await?;
        if holder == Some(Some(candidate.worker.id))
            && let Some(order) = self.claimed_before(candidate, id).await?
        {
            return Ok(order);
        }
        Err(match (refused, holder) {
            (Some(refused), _) => refused,
            (None, Some(Some(holder))) if holder == candidate.worker.id => AppError::conflict(
                ErrorCode::AlreadyClaimed,
                "you have claimed this order already, and it has ended",
            ),
            (None, Some(Some(_))) => {
                AppError::conflict(ErrorCode::AlreadyClaimed, "another worker was faster")
            }
            // Unpaid, cancelled or without work: workers may not know that it exists.
            (None, Some(None) | None) => AppError::not_found("order"),
        })
    }

    /// The current order, if the worker already has it and it has not ended: the claim was repeated after a lost answer. Nothing is
    /// written, so the version is not checked.
    async fn claimed_before(
        &self,
        candidate: &Candidate,
        id: OrderId,
    ) -> Result<Option<Order>, AppError> {
        use OrderStatus::{Cancelled, Completed};
        let viewer = Viewer::Staff(candidate.worker.id);
        let order = orders::find(self.context.db.reader(), viewer, id).await?;
        let has = |order: &Order| {
            let holder = order.assignee_id;
            holder == Some(candidate.worker.id) && !matches!(order.status, Completed | Cancelled)
        };
        Ok(order.filter(has))
    }

    /// The claimed order; none, with nothing written, if it is not in the pool (any more).
    async fn write_claim(
        &self,
        tx: &Tx,
        candidate: &Candidate,
        person: &Person,
        id: OrderId,
        version: Option<i64>,
    ) -> Result<Option<Order>, AppError> {
        let taker = self.taker(tx, candidate).await?;
        taker.room.map_err(|error| match error {
            // The token is older than the change of role.
            NotEligible::Inactive => AppError::forbidden(error.to_string()),
            error => error.into(),
        })?;
        let worker = taker.worker.assignee();
        if !orders::claim(tx, id, &worker, self.context.now()).await? {
            return Ok(None);
        }
        // Checked only now: nothing is revealed about an order that is not in the pool.
        check_skills(tx, &taker, id).await?;
        let order = orders::find(tx.conn(), Viewer::Everything, id).await?;
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        let before = order.version - 1;
        if version.is_some_and(|version| version != before) {
            return Err(AppError::version_conflict(before));
        }
        let changed = order.claimed();
        self.orders.record(tx, &changed, Some(person), "").await?;
        Ok(Some(changed.order))
    }
}
