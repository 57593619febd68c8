//! Rows of payments. Every change of state is one conditional update, so that exactly one of several concurrent ones happens.

mod replacements;

pub use replacements::{current_order, note_replacement};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait},
};
use waybill_primitives::{OrderId, PaymentId, Timestamp, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
};

use super::domain::{Payment, PaymentState, Provider, Step};
use crate::entity::payment::{Column, Entity};

pub async fn find(
    connection: &impl ConnectionTrait,
    id: PaymentId,
) -> Result<Option<Payment>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub async fn find_by_reference(
    connection: &impl ConnectionTrait,
    provider: Provider,
    reference: &str,
) -> Result<Option<Payment>, StoreError> {
    let payment = Entity::find()
        .filter(Column::Provider.eq(provider))
        .filter(Column::ProviderReference.eq(reference));
    Ok(payment.one(connection).await?)
}

/// The payments of an order that are in this state.
pub async fn of_order_in(
    connection: &impl ConnectionTrait,
    order: OrderId,
    state: PaymentState,
) -> Result<Vec<Payment>, StoreError> {
    let payments = Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::State.eq(state))
        .order_by_asc(Column::Id);
    Ok(payments.all(connection).await?)
}

/// Takes a step if the payment is in the step's initial state. Returns the changed payment, or none if it was in another state. A
/// published step increments the version; the transition to REFUNDING does not.
pub async fn advance(
    tx: &Tx,
    id: PaymentId,
    step: Step,
    failure_reason: Option<&str>,
    now: Timestamp,
) -> Result<Option<Payment>, StoreError> {
    let (from, to) = step.transition();
    let mut update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(from));
    if step != Step::RequestRefund {
        let next = ExprTrait::add(Expr::col(Column::Version), 1);
        update = update.col_expr(Column::Version, next);
    }
    if let Some(reason) = failure_reason {
        update = update.col_expr(Column::FailureReason, Expr::value(reason));
    }
    if update.exec(tx.conn()).await?.rows_affected == 0 {
        return Ok(None);
    }
    find(tx.conn(), id).await
}

/// Moves the payments of an order that can still count for it to its replacement. Returns the paid ones. Payments that are
/// refunded or being refunded stay where they were booked.
pub async fn move_to(
    tx: &Tx,
    closed: OrderId,
    opened: OrderId,
    number: &str,
    now: Timestamp,
) -> Result<Vec<Payment>, StoreError> {
    // Locked, so that none changes while it moves.
    let mut moving = Entity::find()
        .filter(Column::OrderId.eq(closed))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    moving.retain(|payment| {
        matches!(
            payment.state,
            PaymentState::Pending | PaymentState::Succeeded | PaymentState::Failed
        )
    });
    if !moving.is_empty() {
        let ids = moving.iter().map(|payment| payment.id);
        Entity::update_many()
            .col_expr(Column::OrderId, Expr::value(opened))
            .col_expr(Column::OrderNumber, Expr::value(number))
            .col_expr(Column::UpdatedAt, Expr::value(now))
            .filter(Column::Id.is_in(ids))
            .exec(tx.conn())
            .await?;
    }
    moving.retain(|payment| payment.state == PaymentState::Succeeded);
    Ok(moving)
}

/// The filter of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub order: Option<OrderId>,
    pub customer: Option<UserId>,
    /// Any of these; empty for all.
    pub states: Vec<PaymentState>,
}

fn filtered(filter: Filter) -> Select<Entity> {
    let mut query = Entity::find();
    if let Some(order) = filter.order {
        query = query.filter(Column::OrderId.eq(order));
    }
    if let Some(customer) = filter.customer {
        query = query.filter(Column::CustomerId.eq(customer));
    }
    if !filter.states.is_empty() {
        query = query.filter(Column::State.is_in(filter.states));
    }
    query
}

/// Newest first (ids are UUIDv7).
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    query: &PageQuery,
) -> Result<Page<Payment>, PageError> {
    let order = Keyset::desc("payments", Column::Id);
    page::fetch(connection, filtered(filter), order, query).await
}
