//! Rows of refunds.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{PaymentId, Timestamp};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows,
};

use super::domain::{Refund, RefundState};
use crate::{
    entity::refund::{Column, Entity},
    transfers::{Columns, Row},
};

impl Row for Refund {
    type Table = Entity;

    const COLUMNS: Columns<Column> = Columns {
        id: Column::Id,
        attempts: Column::Attempts,
        next_attempt_at: Column::NextAttemptAt,
        last_error: Column::LastError,
        provider_reference: Column::ProviderReference,
        updated_at: Column::UpdatedAt,
    };

    fn open() -> Condition {
        Condition::all()
            .add(Column::Completed.eq(false))
            .add(Column::ByHand.eq(false))
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn attempts(&self) -> i32 {
        self.attempts
    }

    fn next_attempt_at(&self) -> Timestamp {
        self.next_attempt_at
    }

    fn since(&self) -> Timestamp {
        self.created_at
    }
}

/// Writes a new refund.
pub async fn insert(tx: &Tx, refund: Refund) -> Result<(), StoreError> {
    rows::insert(tx.conn(), refund).await
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<Refund>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// All refunds of a payment, as they are committed, also within a transaction that began before.
pub async fn of_payment(
    connection: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Vec<Refund>, StoreError> {
    let of_payment = Entity::find().filter(Column::PaymentId.eq(payment));
    Ok(of_payment.lock_shared().all(connection).await?)
}

/// The filter of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub payment: Option<PaymentId>,
    /// Any of these; empty for all.
    pub states: Vec<RefundState>,
    pub by_hand: Option<bool>,
}

/// Newest first (ids are UUIDv7).
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    query: &PageQuery,
) -> Result<Page<Refund>, PageError> {
    let mut select = Entity::find();
    if let Some(payment) = filter.payment {
        select = select.filter(Column::PaymentId.eq(payment));
    }
    if !filter.states.is_empty() {
        select = select.filter(Column::State.is_in(filter.states));
    }
    if let Some(by_hand) = filter.by_hand {
        select = select.filter(Column::ByHand.eq(by_hand));
    }
    let order = Keyset::desc("refunds", Column::Id);
    page::fetch(connection, select, order, query).await
}

/// Closes the refund. False if it was closed before.
pub async fn close(
    tx: &Tx,
    refund: &Refund,
    outcome: Outcome<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let update = Entity::update_many();
    let update = match outcome {
        Outcome::Succeeded { reference } => update
            .col_expr(Column::State, Expr::value(RefundState::Succeeded))
            .col_expr(Column::ProviderReference, Expr::value(reference)),
        Outcome::Failed { error } => update
            .col_expr(Column::State, Expr::value(RefundState::Failed))
            .col_expr(Column::LastError, Expr::value(error)),
    };
    let closed = update
        .col_expr(Column::Completed, Expr::value(true))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(closed.rows_affected == 1)
}

/// How a refund ends.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// With its id at the provider.
    Succeeded {
        reference: &'a str,
    },
    Failed {
        error: &'a str,
    },
}
