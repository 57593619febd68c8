//! Rows of payments. Every change of state is one conditional update, so that of concurrent ones exactly one happens.

mod successions;

use std::fmt::Display;

pub use successions::{holder, note_successor};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Set,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;
use waybill_primitives::{Money, OrderId, PaymentId, Timestamp, UserId};
use waybill_store::{StoreError, Tx};

use super::domain::{Payment, PaymentState, Provider, Step};
use crate::entities::payment::{ActiveModel, Column, Entity, Model};

/// A row holds what this version of the program does not know.
pub(crate) fn corrupt(problem: impl Display) -> StoreError {
    StoreError::Other(DbErr::Type(problem.to_string()))
}

fn to_domain(row: Model) -> Result<Payment, StoreError> {
    let currency = row.currency.parse().map_err(corrupt)?;
    Ok(Payment {
        id: PaymentId::from_uuid(row.id),
        order_id: OrderId::from_uuid(row.order_id),
        order_number: row.order_number,
        customer_id: UserId::from_uuid(row.customer_id),
        provider: row.provider.parse().map_err(corrupt)?,
        provider_reference: row.provider_reference,
        amount: Money::new(row.amount, currency),
        state: row.state.parse().map_err(corrupt)?,
        redirect_url: row.redirect_url,
        success_url: row.success_url,
        cancel_url: row.cancel_url,
        failure_reason: row.failure_reason,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

fn all_to_domain(rows: Vec<Model>) -> Result<Vec<Payment>, StoreError> {
    rows.into_iter().map(to_domain).collect()
}

pub async fn insert(tx: &Tx, payment: &Payment) -> Result<(), StoreError> {
    let payment = payment.clone();
    let row = ActiveModel {
        id: Set(payment.id.uuid()),
        order_id: Set(payment.order_id.uuid()),
        order_number: Set(payment.order_number),
        customer_id: Set(payment.customer_id.uuid()),
        provider: Set(payment.provider.to_string()),
        provider_reference: Set(payment.provider_reference),
        amount: Set(payment.amount.amount),
        currency: Set(payment.amount.currency.to_string()),
        state: Set(payment.state.to_string()),
        redirect_url: Set(payment.redirect_url),
        success_url: Set(payment.success_url),
        cancel_url: Set(payment.cancel_url),
        failure_reason: Set(payment.failure_reason),
        version: Set(payment.version),
        created_at: Set(payment.created_at.micros()),
        updated_at: Set(payment.updated_at.micros()),
    };
    Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: PaymentId,
) -> Result<Option<Payment>, StoreError> {
    let row = Entity::find_by_id(id.uuid()).one(connection).await?;
    row.map(to_domain).transpose()
}

pub async fn find_by_reference(
    connection: &impl ConnectionTrait,
    provider: Provider,
    reference: &str,
) -> Result<Option<Payment>, StoreError> {
    let row = Entity::find()
        .filter(Column::Provider.eq(provider.as_str()))
        .filter(Column::ProviderReference.eq(reference))
        .one(connection)
        .await?;
    row.map(to_domain).transpose()
}

/// The payments of an order that are in this state.
pub async fn of_order_in(
    connection: &impl ConnectionTrait,
    order: OrderId,
    state: PaymentState,
) -> Result<Vec<Payment>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order.uuid()))
        .filter(Column::State.eq(state.as_str()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    all_to_domain(rows)
}

/// Takes a step if the payment is where the step begins; the payment afterwards, or none if it was elsewhere.
/// A step that is published counts the version up; the way into REFUNDING is not.
pub async fn advance(
    tx: &Tx,
    id: PaymentId,
    step: Step,
    failure_reason: Option<&str>,
    now: Timestamp,
) -> Result<Option<Payment>, StoreError> {
    let (from, to) = step.transition();
    let mut update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::State.eq(from.as_str()));
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

/// Moves the payments of an order that can still count for it to the one in its place; those that were paid. What is going
/// back already, or has gone, stays where it was booked.
pub async fn move_to(
    tx: &Tx,
    closed: OrderId,
    opened: OrderId,
    number: &str,
    now: Timestamp,
) -> Result<Vec<Payment>, StoreError> {
    // Locked, so that none becomes another's while it moves.
    let rows = Entity::find()
        .filter(Column::OrderId.eq(closed.uuid()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    let mut moving = all_to_domain(rows)?;
    moving.retain(|payment| {
        matches!(
            payment.state,
            PaymentState::Pending | PaymentState::Succeeded | PaymentState::Failed
        )
    });
    if !moving.is_empty() {
        let ids = moving.iter().map(|payment| payment.id.uuid());
        Entity::update_many()
            .col_expr(Column::OrderId, Expr::value(opened.uuid()))
            .col_expr(Column::OrderNumber, Expr::value(number))
            .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
            .filter(Column::Id.is_in(ids))
            .exec(tx.conn())
            .await?;
    }
    moving.retain(|payment| payment.state == PaymentState::Succeeded);
    Ok(moving)
}

/// Which payments a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    pub order: Option<OrderId>,
    pub customer: Option<UserId>,
    pub state: Option<PaymentState>,
}

fn filtered(filter: Filter) -> Select<Entity> {
    let mut query = Entity::find();
    if let Some(order) = filter.order {
        query = query.filter(Column::OrderId.eq(order.uuid()));
    }
    if let Some(customer) = filter.customer {
        query = query.filter(Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = filter.state {
        query = query.filter(Column::State.eq(state.as_str()));
    }
    query
}

/// Newest first (ids are UUIDv7), those before `before`.
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Payment>, StoreError> {
    let mut query = filtered(filter);
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before));
    }
    let rows = query
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(connection)
        .await?;
    all_to_domain(rows)
}

pub async fn count(connection: &impl ConnectionTrait, filter: Filter) -> Result<u64, StoreError> {
    Ok(filtered(filter).count(connection).await?)
}
