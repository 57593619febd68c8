//! Change requests and their decisions.

use async_trait::async_trait;
use serde_json::{Map, json};
use waybill_primitives::{ChangeRequestId, FieldErrors, OrderId, ProductId, Role, UserId};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{StoreError, Tx, optimistic, transact};

use super::{Candidate, Work, check_skills, person};
use crate::{
    base::store::{insert, insert_all},
    fulfilment::{
        files::store as files,
        work::{
            domain::{ChangeRequest, RequestKind, RequestState},
            events, store,
        },
        workers::domain::Worker,
    },
    orders::{
        app::{OrderEffect, audit_change_with, history, number_taken, viewer},
        domain::{Changed, Order, OrderStatus, Party, Person, Remark, Viewer, note},
        events::order_changed,
        store as orders, wire as order_wire,
    },
    shop::app_context::{Page, PageQuery},
};

/// An administrator's decision on a request.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    pub approve: bool,
    pub note: String,
    /// What the customer is told about a worker's request, instead of what the worker wrote.
    pub customer_note: String,
    /// For an approved reassignment: the worker who gets the order, instead of the pool.
    pub assign_to: Option<UserId>,
    /// Their name from auth, provided by the caller; used if no event of them has arrived yet.
    pub assign_to_name: String,
    /// Ignore their categories and limit.
    pub force: bool,
    /// For an approved reassignment: close the order and replace it by a new one.
    pub replace: bool,
    /// The version of the request, as read by the administrator.
    pub version: Option<i64>,
}

/// A decided request and the resulting order.
#[derive(Debug)]
pub struct Decided {
    pub request: ChangeRequest,
    pub order: Order,
    /// The replacement of the order.
    pub replacement: Option<Order>,
}

impl Work {
    /// Creates a request to complete, reassign or cancel an order.
    pub async fn request(
        &self,
        ctx: &CallContext,
        order_id: OrderId,
        kind: Option<RequestKind>,
        reason: &str,
        customer_note: &str,
    ) -> Result<ChangeRequest, AppError> {
        let requester = person(ctx)?;
        let viewer = viewer(ctx)?;
        let kind = kind.ok_or_else(|| {
            AppError::invalid_field(
                "kind",
                "is required: COMPLETION, REASSIGNMENT or CANCELLATION",
            )
        })?;
        let reason = note("reason", reason)?;
        if reason.is_empty() {
            return Err(FieldErrors::one("reason", "is required").into());
        }
        let customer_note = note("customerNote", customer_note)?;
        if requester.role == Role::Customer && !customer_note.is_empty() {
            return Err(FieldErrors::one("customerNote", "is for the requests of workers").into());
        }
        let db = &self.context.db;
        transact!(db, ctx, async |tx| {
            // Locked, so that the order cannot end before the request is written.
            let order = orders::find_locked(tx, viewer, order_id).await?;
            let order = order.ok_or_else(|| AppError::not_found("order"))?;
            let now = self.context.now();
            let request = ChangeRequest::new(
                &order,
                kind,
                reason.clone(),
                customer_note.clone(),
                requester.clone(),
                now,
            )?;
            insert(tx, &request).await.map_err(|error| {
                if error.is_unique() {
                    AppError::conflict(
                        ErrorCode::Conflict,
                        format!("a {kind} request for this order is already pending"),
                    )
                } else {
                    error.into()
                }
            })?;
            events::request_created(tx, &request, &order);
            Ok(request)
        })
        .await
    }

    /// The requests of one order, for its participants; of all orders, for administrators.
    pub async fn requests(
        &self,
        ctx: &CallContext,
        filter: store::Filter,
        query: &PageQuery,
    ) -> Result<Page<ChangeRequest>, AppError> {
        let reader = self.context.db.reader();
        let Some(id) = filter.order else {
            ctx.require(&[Role::Admin])?;
            return Ok(store::list(reader, filter, query).await?);
        };
        let viewer = viewer(ctx)?;
        let order = orders::find(reader, viewer, id).await?;
        // Workers who only see the order in the pool may not read its requests.
        let order = order.filter(|order| !order.is_known_from_pool(viewer));
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        let page = store::list(reader, filter, query).await?;
        Ok(page.map(|request| request.seen_by(viewer, &order)))
    }

    /// An administrator approves or rejects. Approval changes the order in the same transaction.
    pub async fn decide(
        &self,
        ctx: &CallContext,
        id: ChangeRequestId,
        decision: Decision,
    ) -> Result<Decided, AppError> {
        ctx.require(&[Role::Admin])?;
        let admin = person(ctx)?;
        let db = &self.context.db;
        let decision = Decision {
            note: note("note", &decision.note)?,
            customer_note: note("customerNote", &decision.customer_note)?,
            ..decision
        };
        let found = store::find(db.reader(), id).await?;
        let request = found.ok_or_else(|| AppError::not_found("change request"))?;
        if decision
            .version
            .is_some_and(|version| version != request.version)
        {
            return Err(AppError::version_conflict(request.version));
        }
        for (field, given) in [
            ("assignTo", decision.assign_to.is_some()),
            ("replace", decision.replace),
        ] {
            if given && !(decision.approve && request.kind == RequestKind::Reassignment) {
                return Err(AppError::invalid_field(
                    field,
                    "goes with the approval of a reassignment only",
                ));
            }
        }
        let worker = match decision.assign_to {
            None => None,
            Some(id) => {
                let name = &decision.assign_to_name;
                let worker = self.workers.named("assignTo", id, name).await?;
                let force = decision.force;
                Some(Candidate { worker, force })
            }
        };
        // Again if the number of the replacement is taken.
        optimistic(db, || {
            transact!(db, ctx, async |tx| {
                let mut decided = request.decided(
                    decision.approve,
                    decision.note.clone(),
                    Some(admin.clone()),
                    self.context.now(),
                );
                if !decision.customer_note.is_empty() {
                    decided.customer_note = Some(decision.customer_note.clone());
                }
                self.write_decision(tx, ctx, decided, &admin, &decision, worker.as_ref())
                    .await
            })
        })
        .await
    }

    async fn write_decision(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        decided: ChangeRequest,
        admin: &Person,
        decision: &Decision,
        candidate: Option<&Candidate>,
    ) -> Result<Decided, AppError> {
        let taker = match candidate {
            Some(candidate) => Some(self.taker(tx, candidate).await?),
            None => None,
        };
        let found = orders::find_locked(tx, Viewer::Everything, decided.order_id).await?;
        let before = found.ok_or_else(|| AppError::not_found("order"))?;
        if !store::decide(tx, &decided).await? {
            return Err(AppError::conflict(
                ErrorCode::Conflict,
                "this request has been decided already",
            ));
        }
        let (mut order, mut replacement) = (before.clone(), None);
        if decided.state == RequestState::Approved {
            // The same worker continues, so their number of orders does not increase.
            let has_it = before.assignee_id;
            let taker = taker.as_ref();
            if let Some(taker) = taker.filter(|one| has_it != Some(one.worker.id)) {
                taker.room?;
                check_skills(tx, taker, before.id).await?;
            }
            let worker = taker.map(|taker| &taker.worker);
            let remark = decided.remark();
            if decision.replace {
                let (closed, opened) = self.replace(tx, &before, worker, admin, remark).await?;
                (order, replacement) = (closed, Some(opened));
            } else {
                order = self
                    .fulfil(tx, decided.kind, &before, worker, admin, remark)
                    .await?;
            }
        }
        events::request_decided(tx, &decided, &order);
        let act = match decided.state {
            RequestState::Approved => "change_request.approve",
            _ => "change_request.reject",
        };
        let mut more = Map::new();
        more.insert(
            "request".to_owned(),
            json!({
                "id": decided.id,
                "kind": decided.kind.as_str(),
                "state": decided.state.as_str(),
                "requestedBy": decided.requester_id,
                "replacementId": replacement.as_ref().map(|order| order.id),
            }),
        );
        audit_change_with(tx, ctx, act, (&before, &order), &decided.note, more);
        Ok(Decided {
            request: decided,
            order,
            replacement,
        })
    }

    /// Carries out an approved request.
    async fn fulfil(
        &self,
        tx: &Tx,
        kind: RequestKind,
        order: &Order,
        worker: Option<&Worker>,
        admin: &Person,
        remark: Remark<'_>,
    ) -> Result<Order, AppError> {
        let now = self.context.now();
        let expiry = self.context.shop().expiry(order.kind);
        let changed = match (kind, worker) {
            (RequestKind::Reassignment, None) => order.released(now, expiry)?,
            (RequestKind::Reassignment, Some(worker)) => {
                let changed = order.assigned(&worker.assignee(), now)?;
                changed.ok_or_else(|| {
                    AppError::invalid_field("assignTo", "must be another worker than before")
                })?
            }
            (RequestKind::Completion | RequestKind::Cancellation, _) => {
                order.change_status(kind.target(), &[Party::Admin], now, expiry)?
            }
        };
        self.orders
            .record_change(tx, &changed, Some(admin), remark)
            .await?;
        Ok(changed.order)
    }

    /// Closes the order, opens its replacement and decides the closed order's requests, in one transaction.
    async fn replace(
        &self,
        tx: &Tx,
        order: &Order,
        worker: Option<&Worker>,
        admin: &Person,
        remark: Remark<'_>,
    ) -> Result<(Order, Order), AppError> {
        let expiry = self.context.shop().expiry(order.kind);
        let assignee = worker.map(Worker::assignee);
        let replaced = order.replaced(assignee.as_ref(), self.context.now(), expiry)?;
        let Some(last) = replaced.opened.last() else {
            return Err(AppError::internal("an order was opened without a change"));
        };
        let opened = last.order.clone();
        match orders::insert(tx, &opened).await {
            Err(StoreError::Unique { .. }) => return Err(number_taken()),
            outcome => outcome?,
        }
        let why = format!("in place of {}", order.number);
        let lines = replaced.opened.iter();
        let lines = lines.map(|changed| history(changed, Some(admin), &why));
        insert_all(tx, &lines.collect::<Vec<_>>()).await?;
        // The next worker needs the customer's files.
        files::move_references(tx, order.id, opened.id).await?;
        for changed in &replaced.opened {
            let message = order_wire::order(&changed.order);
            order_changed(tx, changed, message, Some(admin), (&why, ""), None);
        }
        let why = match remark.note {
            "" => format!("replaced by {}", opened.number),
            note => format!("replaced by {}: {note}", opened.number),
        };
        let remark = Remark {
            note: &why,
            internal: remark.internal,
        };
        self.orders
            .record_change(tx, &replaced.closed, Some(admin), remark)
            .await?;
        Ok((replaced.closed.order, opened))
    }
}

/// Decides the requests of an order that ends or leaves its worker.
#[derive(Debug)]
pub struct SettleRequests;

#[async_trait]
impl OrderEffect for SettleRequests {
    async fn apply(
        &self,
        tx: &Tx,
        changed: &Changed,
        actor: Option<&Person>,
        _goods: &mut Vec<(ProductId, i64)>,
    ) -> Result<(), AppError> {
        let status = changed.order.status;
        let over = matches!(status, OrderStatus::Completed | OrderStatus::Cancelled);
        if over || changed.previous.is_some() {
            close_requests(tx, changed, actor).await?;
        }
        Ok(())
    }
}

/// Decides the pending requests of an order that ends or leaves its worker: they are fulfilled or obsolete. A customer's request is
/// created again for the replacement of the order.
async fn close_requests(tx: &Tx, changed: &Changed, by: Option<&Person>) -> Result<(), AppError> {
    let order = &changed.order;
    for request in store::pending(tx, order.id).await? {
        let Some((fulfilled, note)) = request.decided_by_change(changed) else {
            continue;
        };
        let next = request.carried_over(changed);
        // A request that continues with the replacement has no decider.
        let by = by.filter(|_| next.is_none()).cloned();
        let decided = request.decided(fulfilled, note.to_owned(), by, order.updated_at);
        if !store::decide(tx, &decided).await? {
            continue;
        }
        events::request_decided(tx, &decided, order);
        if let Some((next, opened)) = next.zip(changed.replacement.as_deref()) {
            insert(tx, &next).await?;
            events::request_created(tx, &next, opened);
        }
    }
    Ok(())
}
