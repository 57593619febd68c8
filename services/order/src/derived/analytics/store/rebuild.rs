//! Generations of the rollups for a rebuild.

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::Expr,
};
use waybill_store::{StoreError, Tx};

use super::{STATE, State, no_state};
use crate::derived::analytics::entity::{daily, state};

/// Opens a new generation; drops an unfinished one of an earlier rebuild.
pub async fn begin(tx: &Tx) -> Result<State, StoreError> {
    let row = state::Entity::find_by_id(STATE)
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    let row = row.ok_or_else(no_state)?;
    let building = row.building.unwrap_or(0).max(row.generation) + 1;
    state::Entity::update_many()
        .col_expr(state::Column::Building, Expr::value(building))
        .filter(state::Column::Id.eq(STATE))
        .exec(tx.conn())
        .await?;
    daily::Entity::delete_many()
        .filter(daily::Column::Generation.ne(row.generation))
        .exec(tx.conn())
        .await?;
    Ok(State {
        building: Some(building),
        ..row
    })
}

/// Makes the new generation visible. False if another rebuild was started in the meantime.
pub async fn finish(tx: &Tx, built: i64) -> Result<bool, StoreError> {
    let none: Option<i64> = None;
    let shown = state::Entity::update_many()
        .col_expr(state::Column::Generation, Expr::value(built))
        .col_expr(state::Column::Building, Expr::value(none))
        .filter(
            Condition::all()
                .add(state::Column::Id.eq(STATE))
                .add(state::Column::Building.eq(built)),
        )
        .exec(tx.conn())
        .await?;
    Ok(shown.rows_affected == 1)
}

/// Drops generations that are not visible any more.
pub async fn drop_others(tx: &Tx, shown: i64) -> Result<(), StoreError> {
    daily::Entity::delete_many()
        .filter(daily::Column::Generation.lt(shown))
        .exec(tx.conn())
        .await?;
    Ok(())
}
