//! Rows of rollups, projections and words.

mod figures;
mod rebuild;
mod report;

pub use figures::{Mismatch, mismatches, unreached};
pub use rebuild::{begin, drop_others, finish};
pub use report::{
    ProductFigures, WorkerFigures, days, product_names, products, statuses, totals, worker_names,
    workers,
};

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use waybill_primitives::OrderId;
use waybill_store::{StoreError, Tx};

pub use super::entity::{projection::Model as Projection, state::Model as State};
use super::{
    domain::Figures,
    entity::{daily, projection, state},
};
pub use crate::orders::entity::word::Model as WordRow;
use crate::{
    base::store::{ActiveModel, Row, insert_all},
    orders::entity::word,
};

/// Rows per statement: the number of parameters is limited (SQLite 32,766).
const ROWS: usize = 1_000;

/// The one row of `projection_state`.
pub const STATE: i32 = 1;

/// Reads and locks the contributions of these orders.
pub async fn locked(
    tx: &Tx,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<HashMap<OrderId, Projection>, StoreError> {
    let rows = projection::Entity::find()
        .filter(projection::Column::OrderId.is_in(ids))
        .order_by_asc(projection::Column::OrderId)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row)).collect())
}

pub async fn state(connection: &impl ConnectionTrait) -> Result<State, StoreError> {
    let row = state::Entity::find_by_id(STATE).one(connection).await?;
    row.ok_or_else(no_state)
}

fn no_state() -> StoreError {
    DbErr::RecordNotFound("the state of the rollups".to_owned()).into()
}

/// Writes the contributions of orders. If another transaction has inserted a new row in the meantime, the error asks for a retry of
/// the whole transaction.
pub async fn keep(tx: &Tx, new: Vec<Projection>, known: Vec<Projection>) -> Result<(), StoreError> {
    for some in new.chunks(ROWS) {
        match insert_all(tx, some).await {
            Err(StoreError::Unique { constraint }) => {
                return Err(StoreError::Retryable(DbErr::Custom(constraint)));
            }
            outcome => outcome?,
        }
    }
    for some in known.chunks(ROWS) {
        use projection::Column::{Contribution, Generation, OrderId, Version, Words};
        let replace = OnConflict::column(OrderId)
            .update_columns([Version, Generation, Contribution, Words])
            .to_owned();
        projection::Entity::insert_many(active(some))
            .on_conflict(replace)
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// Rows for a statement with a conflict clause for existing rows.
fn active<M: Row>(rows: &[M]) -> impl Iterator<Item = ActiveModel<M>> {
    rows.iter().map(|row| row.clone().into_active_model())
}

/// Adds to the rollups of each generation, always in the same order, so that replicas do not deadlock.
pub async fn add(tx: &Tx, all: &BTreeMap<i64, Figures>) -> Result<(), StoreError> {
    use daily::Column::{Amount, Currency, Day, Dimension, Generation, Metric, Quantity};
    let rows: Vec<_> = all
        .iter()
        .flat_map(|(generation, figures)| figures.iter().map(|figure| (*generation, figure)))
        .filter(|(_, (_, figure))| !figure.is_zero())
        .map(|(generation, (cell, figure))| daily::Model {
            generation,
            metric: cell.metric.clone(),
            day: cell.day,
            dimension: cell.dimension.clone(),
            currency: cell.currency.clone(),
            quantity: figure.quantity,
            amount: figure.amount,
        })
        .collect();
    let sum = |column: &str| {
        let text = if tx.conn().get_database_backend() == DbBackend::MySql {
            format!("{column} + VALUES({column})")
        } else {
            format!("analytics_daily.{column} + excluded.{column}")
        };
        Expr::cust(text)
    };
    for some in rows.chunks(ROWS) {
        let plus = OnConflict::columns([Generation, Metric, Day, Dimension, Currency])
            .value(Quantity, sum("quantity"))
            .value(Amount, sum("amount"))
            .to_owned();
        daily::Entity::insert_many(active(some))
            .on_conflict(plus)
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// Adds words, sorted; existing ones stay.
pub async fn add_words(tx: &Tx, mut words: Vec<WordRow>) -> Result<(), StoreError> {
    use word::Column::{CreatedAt, OrderId, Word};
    words.sort_unstable();
    words.dedup();
    for some in words.chunks(ROWS) {
        word::Entity::insert_many(active(some))
            .on_conflict(
                OnConflict::columns([Word, CreatedAt, OrderId])
                    .do_nothing_on([Word])
                    .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

pub async fn remove_words(tx: &Tx, mut words: Vec<WordRow>) -> Result<(), StoreError> {
    use word::Column::{CreatedAt, OrderId, Word};
    words.sort_unstable();
    for some in words.chunks(100) {
        let any = some.iter().fold(Condition::any(), |any, row| {
            any.add(
                Word.eq(row.word.as_str())
                    .and(CreatedAt.eq(row.created_at))
                    .and(OrderId.eq(row.order_id)),
            )
        });
        word::Entity::delete_many()
            .filter(any)
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}
