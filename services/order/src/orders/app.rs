//! Use cases of orders: placing, reading, changing the status, cancelling, expiring, and what payments do to them.

mod change;
mod edit;
mod errors;
mod hooks;
mod payments;
mod place;
mod quote;

use std::sync::Arc;

use waybill_primitives::{FieldErrors, OrderId, Role, UserId, is_text_control};
use waybill_service_kit::{AppError, CallContext, Caller};
use waybill_store::{
    Coalesce,
    page::{MAX_COUNTED, Total},
};

use super::{
    domain::{
        Filter, HistoryEntry, MAX_PERSON_NAME, Order, OrderStatus, Party, Person, Search, Sort,
        Viewer, note,
    },
    store,
};
use crate::shop::app_context::{AppContext, Page, PageQuery};

pub use change::{audit_change, audit_change_with, history};
pub use errors::{number_taken, wrong_status};
pub use hooks::{Hooks, OrderCounts, OrderEffect};
pub use payments::{PaymentChange, PaymentChangeKind};
pub use place::CartSelection;
use place::{Placed, Placing};
pub use quote::Versions;

/// Orders of customers.
#[derive(Debug, Clone)]
pub struct Orders {
    context: Arc<AppContext>,
    hooks: Arc<Hooks>,
    placing: Arc<Coalesce<Placing, Placed>>,
}

/// The caller's view of orders.
pub fn viewer(ctx: &CallContext) -> Result<Viewer, AppError> {
    if let Caller::Service(_) = &ctx.caller {
        return Ok(Viewer::Everything);
    }
    let user = ctx.user()?;
    Ok(match user.role {
        Role::Admin => Viewer::Everything,
        Role::Staff => Viewer::Staff(user.id),
        Role::Customer => Viewer::Customer(user.id),
    })
}

/// The actor, for the history; none for the platform itself.
pub fn actor(ctx: &CallContext) -> Option<Person> {
    match &ctx.caller {
        Caller::User(user) => Some(Person {
            id: user.id,
            name: person_name(&user.name),
            role: user.role,
        }),
        Caller::Anonymous | Caller::Service(_) => None,
    }
}

/// A name, cut to its limit.
fn person_name(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|c| !is_text_control(*c))
        .take(MAX_PERSON_NAME)
        .collect()
}

impl Orders {
    pub fn new(context: Arc<AppContext>, hooks: Hooks) -> Self {
        let placing = {
            let context = Arc::clone(&context);
            let db = context.db.clone();
            db.coalesce(move |group| place::place(Arc::clone(&context), group))
        };
        Self {
            context,
            hooks: Arc::new(hooks),
            placing: Arc::new(placing),
        }
    }

    pub async fn get(&self, ctx: &CallContext, id: OrderId) -> Result<Order, AppError> {
        let viewer = viewer(ctx)?;
        let found = store::find(self.context.db.reader(), viewer, id).await?;
        let found = found.ok_or_else(|| AppError::not_found("order"))?;
        Ok(found.seen_by(viewer))
    }

    /// Those of the orders that the caller may read.
    pub async fn get_some(
        &self,
        ctx: &CallContext,
        ids: &[OrderId],
    ) -> Result<Vec<Order>, AppError> {
        let viewer = viewer(ctx)?;
        let found = store::find_some(self.context.db.reader(), viewer, ids).await?;
        Ok(found
            .into_iter()
            .map(|order| order.seen_by(viewer))
            .collect())
    }

    /// Customers get their own orders, workers those assigned to them (or, with themselves as the customer filter, their own orders; with
    /// states of quotes, also the pending orders of others with these), administrators all.
    pub async fn list(
        &self,
        ctx: &CallContext,
        mut filter: Filter,
        sort: Sort,
        query: &PageQuery,
    ) -> Result<Page<Order>, AppError> {
        let viewer = viewer(ctx)?;
        if let Viewer::Staff(id) = viewer
            && filter.customer != Some(id)
            && filter.quotes.is_empty()
        {
            if filter.assignee.is_some_and(|assignee| assignee != id) {
                return Ok(Page::empty(query));
            }
            filter.assignee = Some(id);
        }
        // Who may not read addresses must not find them out either.
        if matches!(viewer, Viewer::Staff(_)) && matches!(filter.search, Some(Search::Email(_))) {
            return Ok(Page::empty(query));
        }
        let reader = self.context.db.reader();
        let mut page = store::page(reader, viewer, &filter, sort, query).await?;
        let shown = page.rows.into_iter().map(|order| order.seen_by(viewer));
        page.rows = shown.collect();
        if page.total.is_some_and(|total| total.capped)
            && matches!(viewer, Viewer::Everything)
            && let Some(total) = self.many(&filter).await?
        {
            page.total = Some(Total::exactly(total));
        }
        Ok(page)
    }

    /// The number of orders that match a filter with only statuses. It may exceed the counting limit, so it is read from the rollups.
    /// None for other filters, and while the rollups have fewer orders.
    async fn many(&self, filter: &Filter) -> Result<Option<u64>, AppError> {
        let only_statuses = Filter {
            statuses: filter.statuses.clone(),
            ..Filter::default()
        };
        if *filter != only_statuses {
            return Ok(None);
        }
        let total = self.hooks.counts.count(&filter.statuses).await?;
        Ok(u64::try_from(total)
            .ok()
            .filter(|total| *total > MAX_COUNTED))
    }

    /// The history of an order, without internal notes for its customer. Workers who only see the order in the pool get it without any
    /// notes.
    pub async fn history(
        &self,
        ctx: &CallContext,
        id: OrderId,
        after_version: i64,
        limit: u64,
    ) -> Result<Vec<HistoryEntry>, AppError> {
        let (order, viewer) = (self.get(ctx, id).await?, viewer(ctx)?);
        let mut history =
            store::history(self.context.db.reader(), id, after_version, limit).await?;
        for entry in &mut history {
            if order.is_known_from_pool(viewer) {
                entry.note.clear();
            }
            if !order.shows_internals_to(viewer) {
                entry.internal_note = None;
            }
        }
        Ok(history)
    }

    /// A step of the transition table by the assigned worker or an administrator.
    pub async fn change_status(
        &self,
        ctx: &CallContext,
        id: OrderId,
        to: OrderStatus,
        text: &str,
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        let user = ctx.require(&[Role::Staff, Role::Admin])?.id;
        let text = note("note", text)?;
        self.step(
            ctx,
            "order.status",
            id,
            to,
            &text,
            version,
            |order, parties| {
                // A worker who is the customer, too, cancels as a customer, by the route for customers.
                parties.retain(|party| *party != Party::Owner || order.customer_id != user);
            },
        )
        .await
    }

    /// Cancels an order, as its owner or an administrator.
    pub async fn cancel(
        &self,
        ctx: &CallContext,
        id: OrderId,
        reason: &str,
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        ctx.user()?;
        let reason = note("reason", reason)?;
        let to = OrderStatus::Cancelled;
        self.step(ctx, "order.cancel", id, to, &reason, version, |_, _| ())
            .await
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the two callers differ in these arguments, each of another type"
    )]
    async fn step(
        &self,
        ctx: &CallContext,
        act: &'static str,
        id: OrderId,
        to: OrderStatus,
        text: &str,
        version: Option<i64>,
        restrict: impl Fn(&Order, &mut Vec<Party>),
    ) -> Result<Order, AppError> {
        let person = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
        let shop = self.context.shop();
        self.change(ctx, act, id, text, version, |order, now| {
            let mut parties = order.parties(&person);
            if shop.completion_without_approval && parties.contains(&Party::Assignee) {
                parties.push(Party::Finisher);
            }
            restrict(order, &mut parties);
            Ok(order.change_status(to, &parties, now, shop.expiry(order.kind))?)
        })
        .await
    }
}

/// A user's id in a filter.
pub fn user_id(field: &'static str, text: &str) -> Result<Option<UserId>, FieldErrors> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|error| FieldErrors::one(field, format!("{error}")))
}
