//! Rows of the ledger. They are only added.

use std::num::TryFromIntError;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _, SimpleExpr},
};
use uuid::Uuid;
use waybill_primitives::{Currency, Money, OrderId, Timestamp};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::{self, one_of},
};

use super::domain::{Account, BookedLine, Entry, EntryKind, OrderBooks, Transfer};
use crate::entity::{commission, ledger_entry, ledger_line};

/// The sum of all workers' accounts.
const WORKERS: &str = "workers";

/// Books an entry with the commit. The unique index refuses a second one of the same kind for the same source.
pub fn defer(tx: &Tx, entry: &Entry, at: Timestamp) {
    let entry_id = Uuid::now_v7();
    let row = ledger_entry::Model {
        id: entry_id,
        kind: entry.kind(),
        source_id: entry.source(),
        order_id: entry.order_id(),
        payment_id: entry.payment_id(),
        at,
    };
    let lines = entry.lines().map(|(account, amount)| BookedLine {
        id: Uuid::now_v7(),
        entry_id,
        kind: entry.kind(),
        account,
        amount,
        currency: entry.currency(),
        order_id: entry.order_id(),
        payment_id: entry.payment_id(),
        at,
    });
    tx.defer([row]);
    tx.defer(lines);
}

/// Books with the commit that money paid for one order belongs to another. The unique index refuses a second one for the same closed
/// order.
pub fn defer_transfer(tx: &Tx, transfer: &Transfer, at: Timestamp) {
    let entry_id = Uuid::now_v7();
    let row = ledger_entry::Model {
        id: entry_id,
        kind: EntryKind::Transfer,
        source_id: transfer.from().uuid(),
        order_id: transfer.from(),
        payment_id: None,
        at,
    };
    let lines = transfer.lines().map(|(order, payment, money)| BookedLine {
        id: Uuid::now_v7(),
        entry_id,
        kind: EntryKind::Transfer,
        account: Account::Orders,
        amount: money.amount,
        currency: money.currency,
        order_id: order,
        payment_id: Some(payment),
        at,
    });
    tx.defer([row]);
    tx.defer(lines);
}

/// What was booked for an order so far.
pub async fn books_of(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<OrderBooks, StoreError> {
    let lines = ledger_line::Entity::find()
        .filter(ledger_line::Column::OrderId.eq(order))
        .all(connection)
        .await?;
    Ok(OrderBooks::of(&lines))
}

/// What was booked on an account in one currency, by entries of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booked {
    pub account: Account,
    pub kind: EntryKind,
    /// Debit positive, credit negative.
    pub sum: Money,
}

/// What was booked on these accounts so far.
pub async fn sums(
    connection: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = Account>,
) -> Result<Vec<Booked>, StoreError> {
    let sum = rows::sum(Expr::col(ledger_line::Column::Amount), connection);
    let found: Vec<(Account, EntryKind, Currency, i64)> = ledger_line::Entity::find()
        .select_only()
        .column(ledger_line::Column::Account)
        .column(ledger_line::Column::Kind)
        .column(ledger_line::Column::Currency)
        .column_as(sum, "sum")
        .filter(one_of(ledger_line::Column::Account, accounts))
        .group_by(ledger_line::Column::Account)
        .group_by(ledger_line::Column::Kind)
        .group_by(ledger_line::Column::Currency)
        .into_tuple()
        .all(connection)
        .await?;
    let booked = found
        .into_iter()
        .map(|(account, kind, currency, sum)| Booked {
            account,
            kind,
            sum: Money::new(sum, currency),
        });
    Ok(booked.collect())
}

/// The balance of each account and currency by the bookings before a time; the workers' accounts are summed up. Reads the whole ledger.
pub async fn balances(
    connection: &impl ConnectionTrait,
    before: Option<Timestamp>,
) -> Result<Vec<(String, Money)>, StoreError> {
    let account = Expr::col(ledger_line::Column::Account);
    let named: SimpleExpr = Expr::case(account.clone().like("worker:%"), WORKERS)
        .finally(account)
        .into();
    let sum = rows::sum(Expr::col(ledger_line::Column::Amount), connection);
    let mut booked = ledger_line::Entity::find()
        .select_only()
        .column_as(named, "named")
        .column(ledger_line::Column::Currency)
        .column_as(sum, "sum")
        .group_by(Expr::cust("named"))
        .group_by(ledger_line::Column::Currency)
        .order_by_asc(Expr::cust("named"))
        .order_by_asc(ledger_line::Column::Currency);
    if let Some(before) = before {
        booked = booked.filter(ledger_line::Column::At.lt(before));
    }
    let booked: Vec<(String, Currency, i64)> = booked.into_tuple().all(connection).await?;
    let balances = booked.into_iter();
    Ok(balances
        .map(|(account, currency, sum)| (account, Money::new(sum, currency)))
        .collect())
}

/// Stores the commission of a version of the shop's settings.
pub async fn insert_commission(
    tx: &Tx,
    version: i64,
    basis_points: u32,
    since: Timestamp,
) -> Result<(), StoreError> {
    let row = commission::Model {
        version,
        basis_points: basis_points.into(),
        since,
    };
    rows::insert_absent(tx.conn(), vec![row]).await
}

/// The commission in force at a time; none before the first known one.
pub async fn commission_at(
    connection: &impl ConnectionTrait,
    at: Timestamp,
) -> Result<Option<u32>, StoreError> {
    let row = commission::Entity::find()
        .filter(commission::Column::Since.lte(at))
        .order_by_desc(commission::Column::Version)
        .limit(1)
        .one(connection)
        .await?;
    let unreadable = |error: TryFromIntError| DbErr::Type(error.to_string());
    let read = row.map(|row| u32::try_from(row.basis_points).map_err(unreadable));
    Ok(read.transpose()?)
}

/// The filter of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    pub order: Option<OrderId>,
    pub account: Option<Account>,
}

fn filtered(filter: Filter) -> Select<ledger_line::Entity> {
    let mut query = ledger_line::Entity::find();
    if let Some(order) = filter.order {
        query = query.filter(ledger_line::Column::OrderId.eq(order));
    }
    if let Some(account) = filter.account {
        query = query.filter(ledger_line::Column::Account.eq(account));
    }
    query
}

/// Newest first (ids are UUIDv7).
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    query: &PageQuery,
) -> Result<Page<BookedLine>, PageError> {
    let order = Keyset::desc("ledger", ledger_line::Column::Id);
    page::fetch(connection, filtered(filter), order, query).await
}
