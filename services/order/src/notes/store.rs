//! Rows of notes and of progress. They are only ever added.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};
use uuid::Uuid;
use waybill_primitives::{NoteId, OrderId, Timestamp, UserId};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{Note, Progress, Visibility},
    entity::{note, progress},
};
use crate::{
    orders::domain::Person,
    parts::{Page, PageQuery},
    store::{after, spelled},
    wire,
};

fn author(id: Uuid, name: String, role: &str) -> Result<Person, StoreError> {
    Ok(Person {
        id: UserId::from_uuid(id),
        name,
        role: spelled("role", role, wire::role)?,
    })
}

fn read_note(row: note::Model) -> Result<Note, StoreError> {
    Ok(Note {
        id: NoteId::from_uuid(row.id),
        order_id: OrderId::from_uuid(row.order_id),
        author: author(row.author_id, row.author_name, &row.author_role)?,
        body: row.body,
        visibility: spelled("visibility", &row.visibility, Visibility::parse)?,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

fn read_progress(row: progress::Model) -> Result<Progress, StoreError> {
    Ok(Progress {
        id: NoteId::from_uuid(row.id),
        order_id: OrderId::from_uuid(row.order_id),
        author: author(row.author_id, row.author_name, &row.author_role)?,
        step: row.step,
        percent: row.percent,
        note: row.note,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

pub async fn insert_note(tx: &Tx, added: &Note) -> Result<(), StoreError> {
    let row = note::ActiveModel {
        id: Set(added.id.uuid()),
        order_id: Set(added.order_id.uuid()),
        author_id: Set(added.author.id.uuid()),
        author_name: Set(added.author.name.clone()),
        author_role: Set(added.author.role.as_str().to_owned()),
        body: Set(added.body.clone()),
        visibility: Set(added.visibility.as_str().to_owned()),
        created_at: Set(added.created_at.micros()),
    };
    note::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

pub async fn insert_progress(tx: &Tx, added: &Progress) -> Result<(), StoreError> {
    let row = progress::ActiveModel {
        id: Set(added.id.uuid()),
        order_id: Set(added.order_id.uuid()),
        author_id: Set(added.author.id.uuid()),
        author_name: Set(added.author.name.clone()),
        author_role: Set(added.author.role.as_str().to_owned()),
        step: Set(added.step.clone()),
        percent: Set(added.percent),
        note: Set(added.note.clone()),
        created_at: Set(added.created_at.micros()),
    };
    progress::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Where a page of either list begins: time and id of the row before.
pub fn cursor(text: &str) -> Result<Option<(i64, Uuid)>, page::BadCursor> {
    page::decode(text)
}

/// The notes of an order, or only those of one visibility; newest first.
pub async fn notes(
    connection: &impl ConnectionTrait,
    order: OrderId,
    visibility: Option<Visibility>,
    query: &PageQuery,
    cursor: Option<(i64, Uuid)>,
) -> Result<Page<Note>, StoreError> {
    use note::Column;
    let mut all = note::Entity::find().filter(Column::OrderId.eq(order.uuid()));
    if let Some(visibility) = visibility {
        all = all.filter(Column::Visibility.eq(visibility.as_str()));
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
    let rows = rows.into_iter().map(read_note).collect::<Result<_, _>>()?;
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
    cursor: Option<(i64, Uuid)>,
) -> Result<Page<Progress>, StoreError> {
    use progress::Column;
    let all = progress::Entity::find().filter(Column::OrderId.eq(order.uuid()));
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
    let rows = rows.into_iter().map(read_progress);
    Ok(Page {
        rows: rows.collect::<Result<_, _>>()?,
        next_cursor,
        total,
    })
}
