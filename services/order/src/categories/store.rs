//! Rows of categories. Whoever changes the tree locks all of it; whoever puts a product in locks the one row against deletion.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, Set, prelude::Expr, sea_query::ExprTrait as _,
};
use uuid::Uuid;
use waybill_primitives::{CategoryId, Timestamp};
use waybill_store::{StoreError, Tx};

use super::{
    domain::{Category, Tree},
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::catalogue::entity as product;

fn read(row: Model) -> Category {
    Category {
        id: CategoryId::from_uuid(row.id),
        slug: row.slug,
        name: row.name,
        description: row.description,
        parent: row.parent_id.map(CategoryId::from_uuid),
        position: row.position,
        active: row.active,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    }
}

/// All categories: a shop has at most a few hundred.
pub async fn tree(connection: &impl ConnectionTrait) -> Result<Tree, StoreError> {
    let rows = Entity::find().all(connection).await?;
    Ok(Tree::new(rows.into_iter().map(read).collect()))
}

/// All categories, so that nobody else changes them until the transaction ends.
pub async fn locked_tree(tx: &Tx) -> Result<Tree, StoreError> {
    let rows = Entity::find().lock_exclusive().all(tx.conn()).await?;
    Ok(Tree::new(rows.into_iter().map(read).collect()))
}

/// Keeps a category from being deleted until the transaction ends. False if it is gone.
pub async fn hold(tx: &Tx, id: CategoryId) -> Result<bool, StoreError> {
    let found = Entity::find_by_id(id.uuid())
        .lock_shared()
        .one(tx.conn())
        .await?;
    Ok(found.is_some())
}

/// The names of these categories.
pub async fn names(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, StoreError> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Active products by category.
pub async fn counts(
    connection: &impl ConnectionTrait,
) -> Result<HashMap<CategoryId, i64>, StoreError> {
    let rows: Vec<(Option<Uuid>, i64)> = product::Entity::find()
        .select_only()
        .column(product::Column::CategoryId)
        .column_as(Expr::col(product::Column::Id).count(), "products")
        .filter(product::Column::CategoryId.is_not_null())
        .filter(product::Column::Active.eq(true))
        .group_by(product::Column::CategoryId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, count)| Some((CategoryId::from_uuid(id?), count)))
        .collect())
}

/// Active products of one category.
pub async fn count(connection: &impl ConnectionTrait, id: CategoryId) -> Result<i64, StoreError> {
    let found = product::Entity::find()
        .filter(product::Column::CategoryId.eq(id.uuid()))
        .filter(product::Column::Active.eq(true))
        .count(connection)
        .await?;
    Ok(i64::try_from(found).unwrap_or(i64::MAX))
}

/// Whether any product is in it, archived ones included.
pub async fn is_used(tx: &Tx, id: CategoryId) -> Result<bool, StoreError> {
    let found: Option<Uuid> = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .filter(product::Column::CategoryId.eq(id.uuid()))
        .limit(1)
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(found.is_some())
}

/// Writes a new category. [`StoreError::Unique`]: the slug is taken.
pub async fn insert(tx: &Tx, category: &Category) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(category.id.uuid()),
        created_at: Set(category.created_at.micros()),
        ..changeable(category)
    };
    Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// As [`insert`], for a category that is made by the way: if somebody else was faster, the whole transaction is tried again.
pub async fn insert_or_retry(tx: &Tx, category: &Category) -> Result<(), StoreError> {
    match insert(tx, category).await {
        Err(StoreError::Unique { constraint }) => {
            Err(StoreError::Retryable(DbErr::Custom(constraint)))
        }
        outcome => outcome,
    }
}

/// Writes the next version. False if the version before is not the current one. [`StoreError::Unique`]: the slug is taken.
pub async fn update(tx: &Tx, category: &Category) -> Result<bool, StoreError> {
    let update = Entity::update_many()
        .set(changeable(category))
        .filter(Column::Id.eq(category.id.uuid()))
        .filter(Column::Version.eq(category.version - 1));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

pub async fn delete(tx: &Tx, id: CategoryId) -> Result<(), StoreError> {
    Entity::delete_by_id(id.uuid()).exec(tx.conn()).await?;
    Ok(())
}

fn changeable(category: &Category) -> ActiveModel {
    ActiveModel {
        slug: Set(category.slug.clone()),
        name: Set(category.name.clone()),
        description: Set(category.description.clone()),
        parent_id: Set(category.parent.map(CategoryId::uuid)),
        position: Set(category.position),
        active: Set(category.active),
        version: Set(category.version),
        updated_at: Set(category.updated_at.micros()),
        ..ActiveModel::default()
    }
}
