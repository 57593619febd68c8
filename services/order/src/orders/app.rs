//! Use cases of orders: placing, reading, changing the status, cancelling, expiring, and what payments do to them.

mod change;
mod payments;
mod place;

use std::sync::Arc;

use waybill_primitives::{OrderId, Role, UserId};
use waybill_service_kit::{AppError, CallContext, Caller};

use super::{
    domain::{Filter, HistoryEntry, Order, OrderStatus, Party, Person, Sort, Viewer, note},
    store,
};
use crate::{
    fields::Faults,
    parts::{Page, PageQuery, Parts},
};

pub use change::{Lost, record, record_change};
pub use place::Placed;

/// Longest name that is kept of a person, in characters.
const MAX_PERSON_NAME: usize = 200;

/// Orders of customers.
#[derive(Debug, Clone)]
pub struct Orders {
    parts: Arc<Parts>,
}

/// As whom the caller looks at orders.
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

/// Who acts, for the history; none for the platform itself.
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

/// A name as it is kept: cut to its limit.
fn person_name(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_PERSON_NAME)
        .collect()
}

impl Orders {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }

    pub async fn get(&self, ctx: &CallContext, id: OrderId) -> Result<Order, AppError> {
        let found = store::find(self.parts.db.reader(), viewer(ctx)?, id).await?;
        found.ok_or_else(|| AppError::not_found("order"))
    }

    /// Customers get their own orders, workers those assigned to them (or, filtered by themselves as the customer, what they
    /// ordered), administrators all.
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
        {
            if filter.assignee.is_some_and(|assignee| assignee != id) {
                return Ok(Page {
                    rows: Vec::new(),
                    next_cursor: None,
                    total: query.total.then_some(0),
                });
            }
            filter.assignee = Some(id);
        }
        let cursor = store::cursor(&query.cursor, sort)?;
        let reader = self.parts.db.reader();
        Ok(store::page(reader, viewer, &filter, sort, query, cursor).await?)
    }

    pub async fn history(
        &self,
        ctx: &CallContext,
        id: OrderId,
        after_version: i64,
    ) -> Result<Vec<HistoryEntry>, AppError> {
        self.get(ctx, id).await?;
        Ok(store::history(self.parts.db.reader(), id, after_version).await?)
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
        self.step(ctx, id, to, &text, version, |order, parties| {
            // A worker who happens to be the customer cancels as one, by the route for customers.
            parties.retain(|party| *party != Party::Owner || order.customer.id != user);
        })
        .await
    }

    /// The owner or an administrator gives an order up.
    pub async fn cancel(
        &self,
        ctx: &CallContext,
        id: OrderId,
        reason: &str,
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        ctx.user()?;
        let reason = note("reason", reason)?;
        self.step(ctx, id, OrderStatus::Cancelled, &reason, version, |_, _| ())
            .await
    }

    async fn step(
        &self,
        ctx: &CallContext,
        id: OrderId,
        to: OrderStatus,
        text: &str,
        version: Option<i64>,
        restrict: impl Fn(&Order, &mut Vec<Party>),
    ) -> Result<Order, AppError> {
        let person = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
        let expiry = self.parts.order_expiry;
        self.change(ctx, id, text, version, |order, now| {
            let mut parties = order.parties(&person);
            restrict(order, &mut parties);
            Ok(order.change_status(to, &parties, now, expiry)?)
        })
        .await
    }
}

/// A user's id in a filter.
pub fn user_id(field: &'static str, text: &str) -> Result<Option<UserId>, Faults> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|error| Faults::one(field, format!("{error}")))
}
