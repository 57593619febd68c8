//! Rows of notes and progress. Append-only.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use waybill_primitives::OrderId;
use waybill_store::page::{self, Keyset, Page, PageError, PageQuery};

use super::{
    domain::{Note, Progress, Visibility},
    entity::{note, progress},
};

/// The notes of an order, or only those of one visibility; newest first.
pub async fn notes(
    connection: &impl ConnectionTrait,
    order: OrderId,
    visibility: Option<Visibility>,
    query: &PageQuery,
) -> Result<Page<Note>, PageError> {
    use note::Column;
    let mut all = note::Entity::find().filter(Column::OrderId.eq(order));
    if let Some(visibility) = visibility {
        all = all.filter(Column::Visibility.eq(visibility));
    }
    let order = Keyset::desc("notes", Column::CreatedAt).then(Column::Id);
    page::fetch(connection, all, order, query).await
}

/// The steps of an order, newest first.
pub async fn steps(
    connection: &impl ConnectionTrait,
    order: OrderId,
    query: &PageQuery,
) -> Result<Page<Progress>, PageError> {
    use progress::Column;
    let all = progress::Entity::find().filter(Column::OrderId.eq(order));
    let order = Keyset::desc("progress", Column::CreatedAt).then(Column::Id);
    page::fetch(connection, all, order, query).await
}
