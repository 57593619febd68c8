//! Rows of the ledger. They are only ever added.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
};
use uuid::Uuid;
use waybill_primitives::{Money, OrderId, PaymentId, Timestamp};
use waybill_store::{StoreError, Tx};

use super::domain::{Account, Entry, EntryKind, Transfer};
use crate::{
    entities::{commission, ledger_entry, ledger_line},
    payments::store::corrupt,
};

/// A line as it was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedLine {
    pub id: Uuid,
    pub entry_id: Uuid,
    pub kind: EntryKind,
    pub account: Account,
    /// Debit positive, credit negative.
    pub amount: Money,
    pub order_id: OrderId,
    pub payment_id: Option<PaymentId>,
    pub at: Timestamp,
}

fn to_domain(row: ledger_line::Model) -> Result<BookedLine, StoreError> {
    let currency = row.currency.parse().map_err(corrupt)?;
    Ok(BookedLine {
        id: row.id,
        entry_id: row.entry_id,
        kind: row.kind.parse().map_err(corrupt)?,
        account: row.account.parse().map_err(corrupt)?,
        amount: Money::new(row.amount, currency),
        order_id: OrderId::from_uuid(row.order_id),
        payment_id: row.payment_id.map(PaymentId::from_uuid),
        at: Timestamp::from_micros(row.at),
    })
}

/// What an entry was booked for: once per kind.
fn source(entry: &Entry) -> Uuid {
    entry
        .payment_id()
        .map_or_else(|| entry.order_id().uuid(), PaymentId::uuid)
}

/// Books an entry. The unique index refuses a second one of the same kind for the same source.
pub async fn insert(tx: &Tx, entry: &Entry, at: Timestamp) -> Result<(), StoreError> {
    let entry_id = Uuid::now_v7();
    let order_id = entry.order_id().uuid();
    let payment_id = entry.payment_id().map(PaymentId::uuid);
    let row = ledger_entry::ActiveModel {
        id: Set(entry_id),
        kind: Set(entry.kind().to_string()),
        source_id: Set(source(entry)),
        order_id: Set(order_id),
        payment_id: Set(payment_id),
        at: Set(at.micros()),
    };
    ledger_entry::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    let lines = entry
        .lines()
        .map(|(account, amount)| ledger_line::ActiveModel {
            id: Set(Uuid::now_v7()),
            entry_id: Set(entry_id),
            kind: Set(entry.kind().to_string()),
            account: Set(account.to_string()),
            amount: Set(amount),
            currency: Set(entry.currency().to_string()),
            order_id: Set(order_id),
            payment_id: Set(payment_id),
            at: Set(at.micros()),
        });
    ledger_line::Entity::insert_many(lines)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Books that money paid for one order is another's. The unique index refuses a second one for the same closed order.
pub async fn insert_transfer(
    tx: &Tx,
    transfer: &Transfer,
    at: Timestamp,
) -> Result<(), StoreError> {
    let entry_id = Uuid::now_v7();
    let kind = EntryKind::Transfer.to_string();
    let row = ledger_entry::ActiveModel {
        id: Set(entry_id),
        kind: Set(kind.clone()),
        source_id: Set(transfer.from().uuid()),
        order_id: Set(transfer.from().uuid()),
        payment_id: Set(None),
        at: Set(at.micros()),
    };
    ledger_entry::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    let lines = transfer
        .lines()
        .map(|(order, payment, amount)| ledger_line::ActiveModel {
            id: Set(Uuid::now_v7()),
            entry_id: Set(entry_id),
            kind: Set(kind.clone()),
            account: Set(Account::Orders.to_string()),
            amount: Set(amount.amount),
            currency: Set(amount.currency.to_string()),
            order_id: Set(order.uuid()),
            payment_id: Set(Some(payment.uuid())),
            at: Set(at.micros()),
        });
    ledger_line::Entity::insert_many(lines)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Whether an order's money was shared already.
pub async fn has_accrual(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<bool, StoreError> {
    let found = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::Kind.eq(EntryKind::Accrual.as_str()))
        .filter(ledger_entry::Column::SourceId.eq(order.uuid()))
        .one(connection)
        .await?;
    Ok(found.is_some())
}

/// Notes the commission of a version of the shop's settings.
pub async fn insert_commission(
    tx: &Tx,
    version: i64,
    basis_points: u32,
    since: Timestamp,
) -> Result<(), StoreError> {
    let row = commission::ActiveModel {
        version: Set(version),
        basis_points: Set(basis_points.into()),
        since: Set(since.micros()),
    };
    commission::Entity::insert(row)
        .on_conflict_do_nothing_on([commission::Column::Version])
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The commission that was in force at a moment; none before the first one that is known.
pub async fn commission_at(
    connection: &impl ConnectionTrait,
    at: Timestamp,
) -> Result<Option<u32>, StoreError> {
    let row = commission::Entity::find()
        .filter(commission::Column::Since.lte(at.micros()))
        .order_by_desc(commission::Column::Version)
        .limit(1)
        .one(connection)
        .await?;
    let read = row.map(|row| u32::try_from(row.basis_points).map_err(corrupt));
    read.transpose()
}

/// Which lines a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    pub order: Option<OrderId>,
    pub account: Option<Account>,
}

fn filtered(filter: Filter) -> Select<ledger_line::Entity> {
    let mut query = ledger_line::Entity::find();
    if let Some(order) = filter.order {
        query = query.filter(ledger_line::Column::OrderId.eq(order.uuid()));
    }
    if let Some(account) = filter.account {
        query = query.filter(ledger_line::Column::Account.eq(account.to_string()));
    }
    query
}

/// Newest first (ids are UUIDv7), those before `before`.
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<BookedLine>, StoreError> {
    let mut query = filtered(filter);
    if let Some(before) = before {
        query = query.filter(ledger_line::Column::Id.lt(before));
    }
    let rows = query
        .order_by_desc(ledger_line::Column::Id)
        .limit(limit)
        .all(connection)
        .await?;
    rows.into_iter().map(to_domain).collect()
}

pub async fn count(connection: &impl ConnectionTrait, filter: Filter) -> Result<u64, StoreError> {
    Ok(filtered(filter).count(connection).await?)
}
