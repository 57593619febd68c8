//! Rows of payments. Every change of state is one conditional update, so that exactly one of several concurrent ones happens.

mod replacements;

pub use replacements::{current_orders, note_replacement};

use std::{collections::HashMap, time::Duration};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait},
};
use waybill_primitives::{OrderId, PaymentId, Timestamp, UserId};
use waybill_store::{
    Existing, StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::one_of,
};

use super::domain::{Payment, PaymentState, Provider};
use crate::{
    entity::payment::{Column, Entity},
    providers::PaymentKey,
};

pub async fn find(
    connection: &impl ConnectionTrait,
    id: PaymentId,
) -> Result<Option<Payment>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// These payments, in any order.
pub async fn find_all(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = PaymentId>,
) -> Result<Vec<Payment>, StoreError> {
    let found = Entity::find().filter(one_of(Column::Id, ids));
    Ok(found.all(connection).await?)
}

/// The payment that a message of its provider is about.
pub async fn by_key(
    connection: &impl ConnectionTrait,
    provider: Provider,
    key: &PaymentKey,
) -> Result<Option<Payment>, StoreError> {
    let of_provider = Entity::find().filter(Column::Provider.eq(provider));
    let found = match key {
        PaymentKey::Id(id) => of_provider.filter(Column::Id.eq(*id)),
        PaymentKey::Reference(text) => of_provider.filter(Column::ProviderReference.eq(text)),
        PaymentKey::Capture(text) => of_provider.filter(Column::CaptureReference.eq(text)),
    };
    Ok(found.one(connection).await?)
}

/// The payments of an order that took money, as far as some of it can still be refunded.
pub async fn refundable_of(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<Payment>, StoreError> {
    // An order has few payments, so the state is compared here. With the state in the query, PostgreSQL may keep a plan from when no
    // payment had that state, and later read all that have it.
    let mut payments = Entity::find()
        .filter(Column::OrderId.eq(order))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    payments.retain(|payment| payment.refundable() > 0);
    Ok(payments)
}

/// Which payments without an outcome to ask about: those that began `first_check` ago, then each after a pause that is as long as the
/// payment was old when it was last asked about, and at most `longest_pause`.
#[derive(Debug, Clone, Copy)]
pub struct DueChecks {
    pub now: Timestamp,
    pub first_check: Duration,
    pub longest_pause: Duration,
    /// The last payment of the page before.
    pub past: Option<PaymentId>,
}

/// Payments to ask their providers about, the oldest first.
pub async fn due_checks(
    connection: &impl ConnectionTrait,
    which: DueChecks,
    limit: u64,
) -> Result<Vec<Payment>, StoreError> {
    let age_then = ExprTrait::sub(Expr::col(Column::CheckedAt), Expr::col(Column::CreatedAt));
    let next = ExprTrait::add(Expr::col(Column::CheckedAt), age_then);
    let due = Condition::any()
        .add(Column::CheckedAt.is_null())
        .add(Column::CheckedAt.lte(which.now.minus(which.longest_pause)))
        .add(ExprTrait::lte(next, which.now));
    let open = PaymentState::ALL.into_iter().filter(|it| it.is_open());
    let mut found = Entity::find()
        .filter(Column::State.is_in(open))
        // Nobody can be asked about those, and they wait as long as their orders do.
        .filter(Column::Provider.ne(Provider::Manual))
        .filter(Column::CreatedAt.lte(which.now.minus(which.first_check)))
        .filter(due);
    if let Some(past) = which.past {
        found = found.filter(Column::Id.gt(past));
    }
    let found = found.order_by_asc(Column::Id).limit(limit);
    Ok(found.all(connection).await?)
}

/// Reads and locks a payment.
pub async fn lock(tx: &Tx, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    Ok(locked(tx, [id]).await?.remove(&id))
}

/// Writes a payment that the transaction has locked.
pub async fn save(tx: &Tx, payment: &Payment) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(payment.state))
        .col_expr(
            Column::ProviderReference,
            Expr::value(payment.provider_reference.as_str()),
        )
        .col_expr(
            Column::CaptureReference,
            Expr::value(payment.capture_reference.clone()),
        )
        .col_expr(
            Column::RedirectUrl,
            Expr::value(payment.redirect_url.as_str()),
        )
        .col_expr(Column::Received, Expr::value(payment.received))
        .col_expr(Column::Refunded, Expr::value(payment.refunded))
        .col_expr(Column::Refunding, Expr::value(payment.refunding))
        .col_expr(
            Column::FailureReason,
            Expr::value(payment.failure_reason.clone()),
        )
        .col_expr(Column::Version, Expr::value(payment.version))
        .col_expr(Column::CheckedAt, Expr::value(payment.checked_at))
        .col_expr(Column::UpdatedAt, Expr::value(payment.updated_at))
        .filter(Column::Id.eq(payment.id))
        .exec(tx.conn())
        .await?;
    Ok(())
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

/// Reads and locks the open payments by hand of these orders, in the order of their ids.
pub async fn locked_manual(
    tx: &Tx,
    orders: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<Payment>, StoreError> {
    // As in `refundable_of`, the rest is compared here.
    let mut payments = Entity::find()
        .filter(one_of(Column::OrderId, orders))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    payments.retain(|it| it.provider == Provider::Manual && it.state.is_open());
    Ok(payments)
}

/// Writes the states of payments that the transaction has locked, with the commit.
pub fn defer_state(tx: &Tx, payments: impl IntoIterator<Item = Payment>) {
    let columns = vec![
        Column::State,
        Column::CaptureReference,
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
        !matches!(
            payment.state,
            PaymentState::Refunding | PaymentState::Refunded
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
