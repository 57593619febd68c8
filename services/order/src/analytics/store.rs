//! Rows of rollups, projections and words.

mod figures;
mod rebuild;
mod report;

pub use figures::{Mismatch, mismatches, unreached};
pub use rebuild::{begin, drop_others, finish, is_complete};
pub use report::{
    ProductFigures, WorkerFigures, days, product_names, products, statuses, totals, worker_names,
    workers,
};

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;
use waybill_store::{StoreError, Tx};

use super::{
    domain::{Contribution, Figures, Words},
    entity::{daily, projection, state, word},
};
use crate::store::unreadable;

/// Rows of one statement: the parameters of a statement are limited (SQLite 32,766).
const ROWS: usize = 1_000;

/// The one row of `projection_state`.
pub const STATE: i32 = 1;

/// What an order has added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    pub version: i64,
    pub generation: i64,
    pub contribution: Contribution,
    pub words: Words,
}

/// Which rollups are shown, and which a rebuild is filling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub generation: i64,
    pub building: Option<i64>,
}

fn read(row: projection::Model) -> Result<(Uuid, Projection), StoreError> {
    let contribution = serde_json::from_str(&row.contribution);
    let contribution =
        contribution.map_err(|error| unreadable("contribution", &error.to_string()))?;
    let projection = Projection {
        version: row.version,
        generation: row.generation,
        contribution,
        words: Words::read(&row.words),
    };
    Ok((row.order_id, projection))
}

fn read_all(rows: Vec<projection::Model>) -> Result<Vec<(Uuid, Projection)>, StoreError> {
    rows.into_iter().map(read).collect()
}

/// What these orders have added so far; nobody else changes it until the transaction ends.
pub async fn locked(
    tx: &Tx,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Projection>, StoreError> {
    let rows = projection::Entity::find()
        .filter(projection::Column::OrderId.is_in(ids))
        .order_by_asc(projection::Column::OrderId)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    rows.into_iter().map(read).collect()
}

pub async fn state(connection: &impl ConnectionTrait) -> Result<State, StoreError> {
    let row = state::Entity::find_by_id(STATE).one(connection).await?;
    let row = row.ok_or_else(|| unreadable("state of the rollups", "none"))?;
    Ok(State {
        generation: row.generation,
        building: row.building,
    })
}

/// Keeps what orders have added now. Of an order that had none before, another transaction may have written one since:
/// then the whole transaction is worth another try.
pub async fn keep(
    tx: &Tx,
    new: Vec<(Uuid, Projection)>,
    known: Vec<(Uuid, Projection)>,
) -> Result<(), StoreError> {
    for some in new.chunks(ROWS) {
        let written = projection::Entity::insert_many(rows(some)?)
            .exec_without_returning(tx.conn())
            .await
            .map_err(StoreError::from);
        match written {
            Err(StoreError::Unique { constraint }) => {
                return Err(StoreError::Retryable(DbErr::Custom(constraint)));
            }
            outcome => outcome?,
        };
    }
    for some in known.chunks(ROWS) {
        use projection::Column::{Contribution, Generation, OrderId, Version, Words};
        let replace = OnConflict::column(OrderId)
            .update_columns([Version, Generation, Contribution, Words])
            .to_owned();
        projection::Entity::insert_many(rows(some)?)
            .on_conflict(replace)
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

fn rows(projections: &[(Uuid, Projection)]) -> Result<Vec<projection::ActiveModel>, StoreError> {
    projections
        .iter()
        .map(|(order_id, projection)| {
            let contribution = serde_json::to_string(&projection.contribution);
            let contribution = contribution.map_err(|error| DbErr::Json(error.to_string()))?;
            Ok(projection::ActiveModel {
                order_id: Set(*order_id),
                version: Set(projection.version),
                generation: Set(projection.generation),
                contribution: Set(contribution),
                words: Set(projection.words.text()),
            })
        })
        .collect()
}

/// Adds to the rollups of each generation; in one order everywhere, so that replicas do not lock each other out.
pub async fn add(tx: &Tx, all: &BTreeMap<i64, Figures>) -> Result<(), StoreError> {
    use daily::Column::{Amount, Currency, Day, Dimension, Generation, Metric, Quantity};
    let rows: Vec<_> = all
        .iter()
        .flat_map(|(generation, figures)| figures.iter().map(|figure| (*generation, figure)))
        .filter(|(_, (_, figure))| !figure.is_zero())
        .map(|(generation, (cell, figure))| daily::ActiveModel {
            generation: Set(generation),
            metric: Set(cell.metric.clone()),
            day: Set(cell.day),
            dimension: Set(cell.dimension.clone()),
            currency: Set(cell.currency.clone()),
            quantity: Set(figure.quantity),
            amount: Set(figure.amount),
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
        daily::Entity::insert_many(some.to_vec())
            .on_conflict(plus)
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// A word of an order with the time at which the order was placed.
pub type WordRow = (String, i64, Uuid);

/// Adds words, sorted; those that are there already stay.
pub async fn add_words(tx: &Tx, mut words: Vec<WordRow>) -> Result<(), StoreError> {
    use word::Column::{CreatedAt, OrderId, Word};
    words.sort_unstable();
    words.dedup();
    for some in words.chunks(ROWS) {
        let rows = some
            .iter()
            .map(|(word, created_at, order_id)| word::ActiveModel {
                word: Set(word.clone()),
                created_at: Set(*created_at),
                order_id: Set(*order_id),
            });
        word::Entity::insert_many(rows)
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
        let any = some.iter().fold(Condition::any(), |any, (word, at, id)| {
            any.add(
                Word.eq(word.as_str())
                    .and(CreatedAt.eq(*at))
                    .and(OrderId.eq(*id)),
            )
        });
        word::Entity::delete_many()
            .filter(any)
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}
