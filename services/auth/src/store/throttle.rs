//! Statements on the counters of failed logins.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, sea_query::Expr,
};
use waybill_primitives::Timestamp;
use waybill_store::{StoreError, rows};

use crate::entity::login_failures::{Column, Entity, Model as Failures};

/// The failures of a counter in a window that began at `cutoff` or later.
pub async fn failures(
    db: &impl ConnectionTrait,
    counter: &str,
    cutoff: Timestamp,
) -> Result<Option<Failures>, StoreError> {
    let found = Entity::find_by_id(counter).filter(Column::WindowStart.gte(cutoff));
    Ok(found.one(db).await?)
}

/// Counts one more in the window that began at `cutoff` or later; `false` if there is none.
pub async fn count_more(
    db: &impl ConnectionTrait,
    counter: &str,
    cutoff: Timestamp,
) -> Result<bool, StoreError> {
    let outcome = Entity::update_many()
        .col_expr(Column::Failures, Expr::col(Column::Failures).add(1))
        .filter(Column::Account.eq(counter))
        .filter(Column::WindowStart.gte(cutoff))
        .exec(db)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Begins a window at `at` with one failure, replacing one that began before `cutoff`. [`StoreError::Unique`] if somebody else
/// began one concurrently.
pub async fn begin_window(
    db: &impl ConnectionTrait,
    counter: &str,
    cutoff: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::Account.eq(counter))
        .filter(Column::WindowStart.lt(cutoff))
        .exec(db)
        .await?;
    let first = Failures {
        account: counter.to_owned(),
        window_start: at,
        failures: 1,
    };
    rows::insert(db, first).await
}

/// Resets a counter, after a successful login.
pub async fn clear(db: &impl ConnectionTrait, counter: &str) -> Result<(), StoreError> {
    Entity::delete_by_id(counter).exec(db).await?;
    Ok(())
}

/// Deletes up to `limit` counters of windows that began before `cutoff`.
pub async fn prune(
    db: &impl ConnectionTrait,
    cutoff: Timestamp,
    limit: u64,
) -> Result<u64, StoreError> {
    let old = Condition::all().add(Column::WindowStart.lt(cutoff));
    rows::delete_some::<_, String>(db, Column::Account, old, limit).await
}
