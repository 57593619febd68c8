//! Rows of files, and of what is to be removed from the storage.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{FileId, OrderId, ProductId, Timestamp, UserId};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{Home, Purpose, StoredFile, Thumbnail},
    entity::{file, removal},
};
use crate::{
    orders::domain::Person,
    parts::{Page, PageQuery},
    store::{after, spelled, unreadable},
    wire,
};

fn read(row: file::Model) -> Result<StoredFile, StoreError> {
    let home = match (row.order_id, row.product_id) {
        (Some(id), None) => Home::Order(OrderId::from_uuid(id)),
        (None, Some(id)) => Home::Product(ProductId::from_uuid(id)),
        _ => return Err(unreadable("home of file", &row.id.to_string())),
    };
    let size = |size: i64| u64::try_from(size).map_err(|_| unreadable("size", &size.to_string()));
    let side = |side: i32| u32::try_from(side).ok();
    let thumbnail_size = row.thumbnail_size.map(size).transpose()?;
    Ok(StoredFile {
        id: FileId::from_uuid(row.id),
        home,
        key: row.object_key,
        purpose: spelled("purpose", &row.purpose, Purpose::parse)?,
        name: row.name,
        content_type: row.content_type,
        size: size(row.size)?,
        sha256: row.sha256,
        pixels: row.width.and_then(side).zip(row.height.and_then(side)),
        thumbnail: row
            .thumbnail_type
            .zip(thumbnail_size)
            .map(|(content_type, size)| Thumbnail { content_type, size }),
        uploaded_by: Person {
            id: UserId::from_uuid(row.uploader_id),
            name: row.uploader_name,
            role: spelled("role", &row.uploader_role, wire::role)?,
        },
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// A number that the column can hold; sizes are far smaller.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub async fn insert(tx: &Tx, file: &StoredFile) -> Result<(), StoreError> {
    let (order_id, product_id) = match file.home {
        Home::Order(id) => (Some(id.uuid()), None),
        Home::Product(id) => (None, Some(id.uuid())),
    };
    let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    let row = file::ActiveModel {
        id: Set(file.id.uuid()),
        order_id: Set(order_id),
        product_id: Set(product_id),
        object_key: Set(file.key.clone()),
        purpose: Set(file.purpose.as_str().to_owned()),
        name: Set(file.name.clone()),
        content_type: Set(file.content_type.clone()),
        size: Set(signed(file.size)),
        sha256: Set(file.sha256.clone()),
        width: Set(file.pixels.map(|(width, _)| side(width))),
        height: Set(file.pixels.map(|(_, height)| side(height))),
        thumbnail_type: Set(file.thumbnail.as_ref().map(|t| t.content_type.clone())),
        thumbnail_size: Set(file.thumbnail.as_ref().map(|t| signed(t.size))),
        uploader_id: Set(file.uploaded_by.id.uuid()),
        uploader_name: Set(file.uploaded_by.name.clone()),
        uploader_role: Set(file.uploaded_by.role.as_str().to_owned()),
        created_at: Set(file.created_at.micros()),
    };
    file::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// One file, whoever asks: the use cases look at who may see it.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: FileId,
) -> Result<Option<StoredFile>, StoreError> {
    let row = file::Entity::find_by_id(id.uuid()).one(connection).await?;
    row.map(read).transpose()
}

/// How many files an order has.
pub async fn count(connection: &impl ConnectionTrait, id: OrderId) -> Result<u64, StoreError> {
    let all = file::Entity::find().filter(file::Column::OrderId.eq(id.uuid()));
    Ok(all.count(connection).await?)
}

/// Gives the customer's files of one order to another.
pub async fn move_references(tx: &Tx, from: OrderId, to: OrderId) -> Result<(), StoreError> {
    file::Entity::update_many()
        .col_expr(file::Column::OrderId, Expr::value(to.uuid()))
        .filter(file::Column::OrderId.eq(from.uuid()))
        .filter(file::Column::Purpose.eq(Purpose::Reference.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Where a page of files begins.
pub fn cursor(text: &str) -> Result<Option<(i64, Uuid)>, page::BadCursor> {
    page::decode(text)
}

/// Files of an order for these purposes, newest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    id: OrderId,
    purposes: &[Purpose],
    query: &PageQuery,
    cursor: Option<(i64, Uuid)>,
) -> Result<Page<StoredFile>, StoreError> {
    use file::Column::{CreatedAt, Id, OrderId};
    let purposes = purposes.iter().map(|purpose| purpose.as_str());
    let all = file::Entity::find()
        .filter(OrderId.eq(id.uuid()))
        .filter(file::Column::Purpose.is_in(purposes));
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let mut select = all
        .order_by_desc(CreatedAt)
        .order_by_desc(Id)
        .limit(query.limit.fetch());
    if let Some((at, id)) = cursor {
        select = select.filter(after(CreatedAt, Id, true, at, id));
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |row| (row.created_at, row.id));
    let rows = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}

/// Forgets a file. False if somebody else did.
pub async fn delete(tx: &Tx, id: FileId) -> Result<bool, StoreError> {
    let deleted = file::Entity::delete_by_id(id.uuid())
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// Notes that these objects are to be removed at this time.
pub async fn remove_at(tx: &Tx, keys: &[String], due: Timestamp) -> Result<(), StoreError> {
    let rows = keys.iter().map(|key| removal::ActiveModel {
        object_key: Set(key.clone()),
        due_at: Set(due.micros()),
        attempts: Set(0),
    });
    removal::Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Takes the notes back. False if one is not as it was: the objects may be gone already.
pub async fn keep(tx: &Tx, keys: &[String], due: Timestamp) -> Result<bool, StoreError> {
    let deleted = removal::Entity::delete_many()
        .filter(removal::Column::ObjectKey.is_in(keys))
        .filter(removal::Column::DueAt.eq(due.micros()))
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected == keys.len() as u64)
}

/// Brings noted removals forward.
pub async fn hasten(
    tx: &Tx,
    keys: &[String],
    due: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    removal::Entity::update_many()
        .set(removal::ActiveModel {
            due_at: Set(now.micros()),
            ..Default::default()
        })
        .filter(removal::Column::ObjectKey.is_in(keys))
        .filter(removal::Column::DueAt.eq(due.micros()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// An object that is to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    pub key: String,
    pub due: Timestamp,
    pub attempts: u32,
}

/// The removals that are due, longest waiting first.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Removal>, StoreError> {
    let rows = removal::Entity::find()
        .filter(removal::Column::DueAt.lte(now.micros()))
        .order_by_asc(removal::Column::DueAt)
        .limit(limit)
        .all(connection)
        .await?;
    let removal = |row: removal::Model| Removal {
        key: row.object_key,
        due: Timestamp::from_micros(row.due_at),
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(removal).collect())
}

/// Takes a removal on and says when others may try it. False if it is not as it was.
pub async fn take_on(tx: &Tx, removal: &Removal, again: Timestamp) -> Result<bool, StoreError> {
    let attempts = i32::try_from(removal.attempts).unwrap_or(i32::MAX);
    let update = removal::Entity::update_many()
        .set(removal::ActiveModel {
            due_at: Set(again.micros()),
            attempts: Set(attempts.saturating_add(1)),
            ..Default::default()
        })
        .filter(removal::Column::ObjectKey.eq(removal.key.as_str()))
        .filter(removal::Column::DueAt.eq(removal.due.micros()));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// The object is gone.
pub async fn removed(tx: &Tx, key: &str) -> Result<(), StoreError> {
    removal::Entity::delete_by_id(key).exec(tx.conn()).await?;
    Ok(())
}
