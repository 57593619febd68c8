//! Inserts rows as their entities hold them, finds them by their keys, sums them up, and deletes some of many.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait,
    IntoActiveModel, Iterable as _, QueryFilter as _, QuerySelect as _, TryGetable, Value,
    sea_query::{ExprTrait as _, Func, SimpleExpr},
};

use crate::StoreError;

/// Upper limit of the parameters of one statement; SQLite takes 32,766, the others more.
const MAX_PARAMETERS: usize = 30_000;

/// Inserts a row. [`StoreError::Unique`] if another one has one of its unique values.
pub async fn insert<M, A>(db: &impl ConnectionTrait, row: M) -> Result<(), StoreError>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    let insert = A::Entity::insert(row.into_active_model());
    insert.exec_without_returning(db).await?;
    Ok(())
}

/// Inserts rows with as few statements as databases allow; with none if there are no rows.
pub async fn insert_all<M, A>(db: &impl ConnectionTrait, rows: Vec<M>) -> Result<(), StoreError>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    let mut rows = rows.into_iter().map(M::into_active_model).peekable();
    while rows.peek().is_some() {
        A::Entity::insert_many(rows.by_ref().take(at_once::<A>()))
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Inserts the rows whose primary keys do not exist yet.
pub async fn insert_absent<M, A>(db: &impl ConnectionTrait, rows: Vec<M>) -> Result<(), StoreError>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    let mut rows = rows.into_iter().map(M::into_active_model).peekable();
    while rows.peek().is_some() {
        A::Entity::insert_many(rows.by_ref().take(at_once::<A>()))
            .on_conflict_do_nothing()
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// As [`ColumnTrait::is_in`], with the last value repeated up to a power of two: few different statements, which drivers and databases
/// keep prepared.
pub fn one_of<C, V>(column: C, values: impl IntoIterator<Item = V>) -> SimpleExpr
where
    C: ColumnTrait,
    V: Into<Value> + Clone,
{
    let mut values: Vec<V> = values.into_iter().collect();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    column.is_in(values)
}

/// A sum of whole numbers, as a whole number on every database.
pub fn sum(of: SimpleExpr, db: &impl ConnectionTrait) -> SimpleExpr {
    let kind = match db.get_database_backend() {
        DbBackend::MySql => "SIGNED",
        _ => "BIGINT",
    };
    Func::sum(of).cast_as(kind)
}

/// Deletes at most `limit` of these rows, by their key. Returns how many. One statement over all of them could hold its locks for minutes.
pub async fn delete_some<C, K>(
    db: &impl ConnectionTrait,
    key: C,
    which: Condition,
    limit: u64,
) -> Result<u64, StoreError>
where
    C: ColumnTrait,
    K: TryGetable + Into<Value> + Clone,
    C::EntityName: EntityTrait<Column = C>,
{
    let some: Vec<K> = C::EntityName::find()
        .select_only()
        .column(key)
        .filter(which.clone())
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    if some.is_empty() {
        return Ok(0);
    }
    let deleted = C::EntityName::delete_many()
        .filter(one_of(key, some))
        // Not what has changed between the two statements.
        .filter(which)
        .exec(db)
        .await?;
    Ok(deleted.rows_affected)
}

/// Rows of one statement.
fn at_once<A: ActiveModelTrait>() -> usize {
    MAX_PARAMETERS / <A::Entity as EntityTrait>::Column::iter().count().max(1)
}
