//! Shared by the slices' stores: writing rows, text search.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, EntityTrait, IntoActiveModel,
    IntoSimpleExpr as _, Iterable as _, ModelTrait, PrimaryKeyToColumn as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _, IntoCondition, LikeExpr},
};
use waybill_store::{StoreError, Tx, rows};

use crate::base::fields::contains_pattern;

/// The columns that a statement writes.
pub type ActiveModel<M> = <<M as ModelTrait>::Entity as EntityTrait>::ActiveModel;
type Column<M> = <<M as ModelTrait>::Entity as EntityTrait>::Column;
type PrimaryKey<M> = <<M as ModelTrait>::Entity as EntityTrait>::PrimaryKey;

/// A row as declared by its entity.
pub trait Row: ModelTrait + IntoActiveModel<ActiveModel<Self>> + Sync {}

impl<M: ModelTrait + IntoActiveModel<ActiveModel<M>> + Sync> Row for M {}

/// Writes a new row.
pub async fn insert<M: Row>(tx: &Tx, row: &M) -> Result<(), StoreError> {
    rows::insert(tx.conn(), row.clone()).await
}

/// Writes new rows by as few statements as possible.
pub async fn insert_all<M: Row>(tx: &Tx, rows: &[M]) -> Result<(), StoreError> {
    rows::insert_all(tx.conn(), rows.to_vec()).await
}

/// Overwrites all columns of a row if it still satisfies the condition. False if it does not, or was deleted.
pub async fn update<M: Row>(
    tx: &Tx,
    row: &M,
    condition: impl IntoCondition,
) -> Result<bool, StoreError> {
    let columns =
        Column::<M>::iter().filter(|column| PrimaryKey::<M>::from_column(*column).is_none());
    update_columns(tx, row, columns, condition).await
}

/// As [`update`], only these columns.
pub async fn update_columns<M: Row>(
    tx: &Tx,
    row: &M,
    columns: impl IntoIterator<Item = Column<M>>,
    condition: impl IntoCondition,
) -> Result<bool, StoreError> {
    let mut values = row.clone().into_active_model();
    for column in columns {
        values.reset(column);
    }
    let mut update = M::Entity::update_many()
        .set(values)
        .filter(condition.into_condition());
    for key in PrimaryKey::<M>::iter() {
        let column = key.into_column();
        update = update.filter(column.eq(row.get(column)));
    }
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// Rows whose search column has every word.
pub fn has_words<C: ColumnTrait>(column: C, words: &[String]) -> Condition {
    words.iter().fold(Condition::all(), |all, word| {
        all.add(like(column, contains_pattern(word)))
    })
}

/// `LIKE` with `!` as the escape.
pub fn like<C: ColumnTrait>(column: C, pattern: String) -> Expr {
    column
        .into_simple_expr()
        .like(LikeExpr::new(pattern).escape('!'))
}
