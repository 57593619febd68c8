//! The columns that refunds and payouts share. Replicas distribute the open rows by conditional updates.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{StoreError, Tx};

/// A row of a table of money to be moved.
pub trait Row: FromQueryResult + Clone + Send + Sync + 'static {
    type Table: EntityTrait<Model = Self>;

    const COLUMNS: Columns<<Self::Table as EntityTrait>::Column>;

    /// The rows that the job works on.
    fn open() -> Condition;

    fn id(&self) -> Uuid;
    /// How often the provider was asked.
    fn attempts(&self) -> i32;
    /// No attempt before this time.
    fn next_attempt_at(&self) -> Timestamp;
    /// Since when it waits for the provider.
    fn since(&self) -> Timestamp;
}

/// The columns of such a table.
#[derive(Debug, Clone, Copy)]
pub struct Columns<C> {
    pub id: C,
    pub attempts: C,
    pub next_attempt_at: C,
    pub last_error: C,
    pub provider_reference: C,
    pub updated_at: C,
}

pub async fn find<R: Row>(
    connection: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<R>, StoreError> {
    let found = R::Table::find().filter(R::COLUMNS.id.eq(id));
    Ok(found.one(connection).await?)
}

/// The row with this id at its provider.
pub async fn by_reference<R: Row>(
    connection: &impl ConnectionTrait,
    reference: &str,
) -> Result<Option<R>, StoreError> {
    let found = R::Table::find().filter(R::COLUMNS.provider_reference.eq(reference));
    Ok(found.one(connection).await?)
}

/// Open rows that are due, the longest waiting first.
pub async fn due<R: Row>(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<R>, StoreError> {
    let due = R::Table::find()
        .filter(R::open())
        .filter(R::COLUMNS.next_attempt_at.lte(now))
        .order_by_asc(R::COLUMNS.next_attempt_at)
        .limit(limit);
    Ok(due.all(connection).await?)
}

/// Takes a row until the lease ends. False if another replica was faster.
pub async fn lease<R: Row>(
    tx: &Tx,
    row: &R,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let attempts = row.attempts().saturating_add(1);
    let taken = R::Table::update_many()
        .col_expr(R::COLUMNS.next_attempt_at, Expr::value(until))
        .col_expr(R::COLUMNS.attempts, Expr::value(attempts))
        .col_expr(R::COLUMNS.updated_at, Expr::value(now))
        .filter(R::COLUMNS.id.eq(row.id()))
        .filter(R::open())
        .filter(R::COLUMNS.next_attempt_at.eq(row.next_attempt_at()))
        .exec(tx.conn())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Records a failed attempt and the time of the next one.
pub async fn postpone<R: Row>(
    tx: &Tx,
    row: &R,
    error: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    R::Table::update_many()
        .col_expr(R::COLUMNS.next_attempt_at, Expr::value(until))
        .col_expr(R::COLUMNS.last_error, Expr::value(error))
        .col_expr(R::COLUMNS.updated_at, Expr::value(now))
        .filter(R::COLUMNS.id.eq(row.id()))
        .filter(R::open())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The provider has accepted it under this id, and is asked again at `until`.
pub async fn accepted<R: Row>(
    tx: &Tx,
    row: &R,
    reference: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    R::Table::update_many()
        .col_expr(R::COLUMNS.provider_reference, Expr::value(reference))
        .col_expr(R::COLUMNS.next_attempt_at, Expr::value(until))
        .col_expr(R::COLUMNS.last_error, Expr::value(None::<String>))
        .col_expr(R::COLUMNS.updated_at, Expr::value(now))
        .filter(R::COLUMNS.id.eq(row.id()))
        .filter(R::open())
        .exec(tx.conn())
        .await?;
    Ok(())
}
