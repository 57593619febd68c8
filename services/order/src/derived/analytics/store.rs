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
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use waybill_primitives::OrderId;
use waybill_store::{Existing, StoreError, Tx, rows::one_of};

pub use super::entity::{projection::Model as Projection, state::Model as State};
use super::{
    domain::Figures,
    entity::{daily, projection, state},
};
use crate::orders::entity::word;
pub use crate::orders::entity::word::Model as WordRow;

/// The one row of `projection_state`.
pub const STATE: i32 = 1;

/// Reads and locks the contributions of these orders.
pub async fn locked(
    tx: &Tx,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<HashMap<OrderId, Projection>, StoreError> {
    let rows = projection::Entity::find()
        .filter(one_of(projection::Column::OrderId, ids))
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

/// Writes the contributions of orders with the commit, which fails with [`StoreError::Unique`] if another transaction has inserted one of
/// the new rows in the meantime.
pub fn keep(tx: &Tx, new: Vec<Projection>, known: Vec<Projection>) {
    use projection::Column::{Contribution, Generation, Version, Words};
    tx.defer(new);
    let columns = vec![Version, Generation, Contribution, Words];
    tx.defer_upsert(known, Existing::Replaced(columns));
}

/// Adds to the rollups of each generation with the commit, always in the same order, so that replicas do not deadlock.
pub fn add(tx: &Tx, all: &BTreeMap<i64, Figures>) {
    use daily::Column::{Amount, Quantity};
    let rows = all
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
        });
    tx.defer_upsert(rows, Existing::Summed(vec![Quantity, Amount]));
}

/// Adds words with the commit, sorted; existing ones stay.
pub fn add_words(tx: &Tx, mut words: Vec<WordRow>) {
    words.sort_unstable();
    words.dedup();
    tx.defer_upsert(words, Existing::Kept);
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
