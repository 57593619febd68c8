//! Rows of refunds. Replicas distribute the open ones by conditional updates.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
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
use crate::entity::refund::{Column, Entity};

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

/// The refund with this id at its provider.
pub async fn by_reference(
    connection: &impl ConnectionTrait,
    reference: &str,
) -> Result<Option<Refund>, StoreError> {
    let found = Entity::find().filter(Column::ProviderReference.eq(reference));
    Ok(found.one(connection).await?)
}

/// The filter of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub payment: Option<PaymentId>,
    /// Any of these; empty for all.
    pub states: Vec<RefundState>,
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
    let order = Keyset::desc("refunds", Column::Id);
    page::fetch(connection, select, order, query).await
}

/// Open refunds that are due, the longest waiting first.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Refund>, StoreError> {
    let due = Entity::find()
        .filter(Column::Completed.eq(false))
        .filter(Column::NextAttemptAt.lte(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(limit);
    Ok(due.all(connection).await?)
}

/// Takes a refund until the lease ends. False if another replica was faster.
pub async fn lease(
    tx: &Tx,
    refund: &Refund,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(
            Column::Attempts,
            Expr::value(refund.attempts.saturating_add(1)),
        )
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .filter(Column::NextAttemptAt.eq(refund.next_attempt_at))
        .exec(tx.conn())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Records a failed attempt and the time of the next one.
pub async fn postpone(
    tx: &Tx,
    refund: &Refund,
    error: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(Column::LastError, Expr::value(error))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The provider has accepted the refund under this id, and is asked again at `until`. False if it was closed before.
pub async fn accepted(
    tx: &Tx,
    refund: &Refund,
    provider_reference: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let open = Entity::update_many()
        .col_expr(Column::ProviderReference, Expr::value(provider_reference))
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(Column::LastError, Expr::value(None::<String>))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(open.rows_affected == 1)
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
