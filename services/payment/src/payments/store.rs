//! Rows of payments. Every change of state is one conditional update, so that exactly one of several concurrent ones happens.

mod replacements;

pub use replacements::{current_orders, note_replacement};

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait},
};
use waybill_primitives::{OrderId, PaymentId, Timestamp, UserId};
use waybill_store::{
    Existing, StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::one_of,
};

use super::domain::{Payment, PaymentState, Step};
use crate::entity::payment::{Column, Entity};

pub async fn find(
    connection: &impl ConnectionTrait,
    id: PaymentId,
) -> Result<Option<Payment>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The payments of an order that are in this state.
pub async fn of_order_in(
    connection: &impl ConnectionTrait,
    order: OrderId,
    state: PaymentState,
) -> Result<Vec<Payment>, StoreError> {
    // An order has few payments, so the state is compared here. With the state in the query, PostgreSQL may keep a plan from when no
    // payment had that state, and later read all that have it.
    let mut payments = Entity::find()
        .filter(Column::OrderId.eq(order))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    payments.retain(|payment| payment.state == state);
    Ok(payments)
}

/// Takes a step if the payment is in the step's initial state. Returns the changed payment, or none if it was in another state. A
/// published step increments the version; the transition to REFUNDING does not.
pub async fn advance(
    tx: &Tx,
    id: PaymentId,
    step: Step,
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
    if update.exec(tx.conn()).await?.rows_affected == 0 {
        return Ok(None);
    }
    find(tx.conn(), id).await
}

/// Reads and locks these payments, in the order of their ids.
pub async fn locked(
    tx: &Tx,
    ids: impl IntoIterator<Item = PaymentId>,
) -> Result<HashMap<PaymentId, Payment>, StoreError> {
    let rows = Entity::find()
        .filter(one_of(Column::Id, ids))
        .order_by_asc(Column::Id)
        .lock_exclusive();
    let rows = rows.all(tx.conn()).await?.into_iter();
    Ok(rows.map(|payment| (payment.id, payment)).collect())
}

/// Writes the states of payments that the transaction has locked, with the commit.
pub fn defer_state(tx: &Tx, payments: impl IntoIterator<Item = Payment>) {
    let columns = vec![
        Column::State,
        Column::FailureReason,
        Column::Version,
        Column::UpdatedAt,
    ];
    tx.defer_upsert(payments, Existing::Replaced(columns));
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
