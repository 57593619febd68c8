//! Rows of payouts.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::Expr,
};
use waybill_primitives::{Currency, Money, PayoutId, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::{self, one_of},
};

use super::domain::{IN_FLIGHT, Payout, PayoutState};
use crate::entity::payout::{Column, Entity};

pub async fn insert(tx: &Tx, payout: Payout) -> Result<(), StoreError> {
    rows::insert(tx.conn(), payout).await
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: PayoutId,
) -> Result<Option<Payout>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Reads and locks a payout.
pub async fn lock(tx: &Tx, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    let found = Entity::find_by_id(id).lock_exclusive();
    Ok(found.one(tx.conn()).await?)
}

/// Writes a payout that the transaction has locked.
pub async fn save(tx: &Tx, payout: &Payout) -> Result<(), StoreError> {
    let reference = payout.provider_reference.clone();
    Entity::update_many()
        .col_expr(Column::State, Expr::value(payout.state))
        .col_expr(Column::ProviderReference, Expr::value(reference))
        .col_expr(Column::NextAttemptAt, Expr::value(payout.next_attempt_at))
        .col_expr(Column::LastError, Expr::value(payout.last_error.clone()))
        .col_expr(Column::Version, Expr::value(payout.version))
        .col_expr(Column::PaidAt, Expr::value(payout.paid_at))
        .col_expr(Column::UpdatedAt, Expr::value(payout.updated_at))
        .filter(Column::Id.eq(payout.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What is on its way to these payees, per currency.
pub async fn in_flight(
    connection: &impl ConnectionTrait,
    payees: impl IntoIterator<Item = UserId>,
) -> Result<Vec<(UserId, Money)>, StoreError> {
    let sum = rows::sum(Expr::col(Column::Amount), connection);
    let found: Vec<(UserId, Currency, i64)> = Entity::find()
        .select_only()
        .column(Column::PayeeId)
        .column(Column::Currency)
        .column_as(sum, "sum")
        .filter(one_of(Column::PayeeId, payees))
        .filter(Column::State.is_in(IN_FLIGHT))
        .group_by(Column::PayeeId)
        .group_by(Column::Currency)
        .into_tuple()
        .all(connection)
        .await?;
    let sums = found.into_iter();
    Ok(sums
        .map(|(payee, currency, sum)| (payee, Money::new(sum, currency)))
        .collect())
}

/// The filter of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub payee: Option<UserId>,
    /// Any of these; empty for all.
    pub states: Vec<PayoutState>,
}

/// Newest first (ids are UUIDv7).
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    query: &PageQuery,
) -> Result<Page<Payout>, PageError> {
    let mut select = Entity::find();
    if let Some(payee) = filter.payee {
        select = select.filter(Column::PayeeId.eq(payee));
    }
    if !filter.states.is_empty() {
        select = select.filter(Column::State.is_in(filter.states));
    }
    let order = Keyset::desc("payouts", Column::Id);
    page::fetch(connection, select, order, query).await
}
