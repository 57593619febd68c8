//! Rows of notes and of progress. They are only ever added.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use waybill_primitives::{NoteId, OrderId, Timestamp};
use waybill_store::{StoreError, page};

use super::{
    domain::{Note, Progress, Visibility},
    entity::{note, progress},
};
use crate::{
    parts::{Page, PageQuery},
    store::after,
};

/// Where a page of either list begins: time and id of the row before.
pub fn cursor(text: &str) -> Result<Option<(Timestamp, NoteId)>, page::BadCursor> {
    page::decode(text)
}

/// The notes of an order, or only those of one visibility; newest first.
pub async fn notes(
    connection: &impl ConnectionTrait,
    order: OrderId,
    visibility: Option<Visibility>,
    query: &PageQuery,
    cursor: Option<(Timestamp, NoteId)>,
) -> Result<Page<Note>, StoreError> {
    use note::Column;
    let mut all = note::Entity::find().filter(Column::OrderId.eq(order));
    if let Some(visibility) = visibility {
        all = all.filter(Column::Visibility.eq(visibility));
    }
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let mut select = all
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(query.limit.fetch());
    if let Some((at, id)) = cursor {
        select = select.filter(after(Column::CreatedAt, Column::Id, true, at, id));
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |row| (row.created_at, row.id));
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}

/// The steps of an order, newest first.
pub async fn steps(
    connection: &impl ConnectionTrait,
    order: OrderId,
    query: &PageQuery,
    cursor: Option<(Timestamp, NoteId)>,
) -> Result<Page<Progress>, StoreError> {
    use progress::Column;
    let all = progress::Entity::find().filter(Column::OrderId.eq(order));
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let mut select = all
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(query.limit.fetch());
    if let Some((at, id)) = cursor {
        select = select.filter(after(Column::CreatedAt, Column::Id, true, at, id));
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |row| (row.created_at, row.id));
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}
