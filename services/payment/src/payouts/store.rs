//! Rows of payouts.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{Currency, Money, PayoutId, Timestamp, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::{self, one_of},
};

use super::{
    balances::{self, Balance},
    domain::{IN_FLIGHT, Payout, PayoutState},
};
use crate::{
    entity::{
        payment::Provider,
        payout::{Column, Entity},
    },
    ledger::store as ledger,
    transfers::{Columns, Row},
};

impl Row for Payout {
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
            .add(Column::State.is_in([PayoutState::Approved, PayoutState::Sent]))
            .add(Column::Method.ne(Provider::Manual))
    }

    fn id(&self) -> Uuid {
        self.id.uuid()
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

/// The balances of these payees, by currency.
pub async fn balances(
    connection: &impl ConnectionTrait,
    payees: &[UserId],
) -> Result<HashMap<UserId, Vec<Balance>>, StoreError> {
    if payees.is_empty() {
        return Ok(HashMap::new());
    }
    let accounts = balances::owners(payees).into_keys();
    let booked = ledger::sums(connection, accounts).await?;
    let in_flight = in_flight(connection, payees.iter().copied()).await?;
    Ok(balances::sum_up(payees, &booked, &in_flight))
}

/// What is on its way to these payees, per currency.
async fn in_flight(
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
