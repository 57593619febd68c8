//! Rows of workers, and how many orders they have.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    sea_query::{Expr, Query},
};
use uuid::Uuid;
use waybill_primitives::{CategoryId, OrderId, Role, Timestamp, UserId};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{Account, Load, Worker},
    entity::{skill, worker},
};
use crate::{
    catalogue::entity as product,
    categories::store as categories,
    orders::{
        domain::OrderStatus,
        entity::{item, order},
    },
    parts::{Page, PageQuery},
    store::{after, has_words, spelled},
    wire,
};

/// What an order that is somebody's to do may be.
const OPEN: [&str; 2] = [
    OrderStatus::InProgress.as_str(),
    OrderStatus::OnHold.as_str(),
];

fn read(row: worker::Model, categories: Vec<CategoryId>) -> Result<Worker, StoreError> {
    Ok(Worker {
        id: UserId::from_uuid(row.id),
        name: row.name,
        email: row.email,
        role: spelled("role", &row.role, wire::role)?,
        suspended: row.suspended,
        categories,
        max_open_orders: row.max_open_orders,
        version: row.version,
    })
}

/// Adds the categories of all rows by one query.
async fn with_categories(
    connection: &impl ConnectionTrait,
    rows: Vec<worker::Model>,
) -> Result<Vec<Worker>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let skills = skill::Entity::find()
        .filter(skill::Column::WorkerId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(skill::Column::WorkerId)
        .order_by_asc(skill::Column::CategoryId)
        .all(connection)
        .await?;
    let mut categories: HashMap<Uuid, Vec<CategoryId>> = HashMap::new();
    for row in skills {
        let of = categories.entry(row.worker_id).or_default();
        of.push(CategoryId::from_uuid(row.category_id));
    }
    let rows = rows.into_iter().map(|row| {
        let categories = categories.remove(&row.id).unwrap_or_default();
        read(row, categories)
    });
    rows.collect()
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Worker>, StoreError> {
    let row = worker::Entity::find_by_id(id.uuid())
        .one(connection)
        .await?;
    let rows = with_categories(connection, row.into_iter().collect()).await?;
    Ok(rows.into_iter().next())
}

/// As [`find`], and nobody else gives this worker an order until the transaction ends. Comes before anything else that the
/// transaction reads or locks: what it reads afterwards is then no older than the lock.
pub async fn find_locked(tx: &Tx, id: UserId) -> Result<Option<Worker>, StoreError> {
    let row = worker::Entity::find_by_id(id.uuid())
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    let rows = with_categories(tx.conn(), row.into_iter().collect()).await?;
    Ok(rows.into_iter().next())
}

/// Notes somebody of whom auth's events have not told yet.
pub async fn insert_if_absent(
    tx: &Tx,
    account: &Account,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = worker::ActiveModel {
        id: Set(account.id.uuid()),
        name: Set(account.name.clone()),
        name_key: Set(account.name.to_lowercase()),
        email: Set(account.email.clone()),
        role: Set(account.role.as_str().to_owned()),
        suspended: Set(account.suspended),
        auth_version: Set(account.version),
        max_open_orders: Set(None),
        version: Set(0),
        created_at: Set(now.micros()),
        updated_at: Set(now.micros()),
    };
    worker::Entity::insert(row)
        .on_conflict_do_nothing_on([worker::Column::Id])
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Takes over what is newer than what is known of an account; older versions change nothing.
pub async fn follow(tx: &Tx, account: &Account, now: Timestamp) -> Result<(), StoreError> {
    use worker::Column;
    let update = worker::Entity::update_many()
        .col_expr(Column::Name, Expr::value(account.name.clone()))
        .col_expr(Column::NameKey, Expr::value(account.name.to_lowercase()))
        .col_expr(Column::Email, Expr::value(account.email.clone()))
        .col_expr(Column::Role, Expr::value(account.role.as_str()))
        .col_expr(Column::Suspended, Expr::value(account.suspended))
        .col_expr(Column::AuthVersion, Expr::value(account.version))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(account.id.uuid()))
        .filter(Column::AuthVersion.lt(account.version));
    update.exec(tx.conn()).await?;
    Ok(())
}

/// Writes the next version of what a worker may take. False if the version before it is not the current one any more.
pub async fn update(tx: &Tx, next: &Worker, now: Timestamp) -> Result<bool, StoreError> {
    use worker::Column;
    let update = worker::Entity::update_many()
        .col_expr(Column::MaxOpenOrders, Expr::value(next.max_open_orders))
        .col_expr(Column::Version, Expr::value(next.version))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(next.id.uuid()))
        .filter(Column::Version.eq(next.version - 1));
    if update.exec(tx.conn()).await?.rows_affected == 0 {
        return Ok(false);
    }
    skill::Entity::delete_many()
        .filter(skill::Column::WorkerId.eq(next.id.uuid()))
        .exec(tx.conn())
        .await?;
    if next.categories.is_empty() {
        return Ok(true);
    }
    let rows = next.categories.iter().map(|category| skill::ActiveModel {
        worker_id: Set(next.id.uuid()),
        category_id: Set(category.uuid()),
    });
    skill::Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(true)
}

/// Orders that are a worker's to do.
pub async fn open_orders(connection: &impl ConnectionTrait, id: UserId) -> Result<i64, StoreError> {
    let count = order::Entity::find()
        .filter(order::Column::AssigneeId.eq(id.uuid()))
        .filter(order::Column::Status.is_in(OPEN))
        .count(connection)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The categories that the products of an order are in now.
pub async fn categories_of(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<HashSet<CategoryId>, StoreError> {
    let ordered = Query::select()
        .column(item::Column::ProductId)
        .from(item::Entity)
        .and_where(item::Column::OrderId.eq(order.uuid()))
        .to_owned();
    let rows: Vec<Option<Uuid>> = product::Entity::find()
        .select_only()
        .column(product::Column::CategoryId)
        .distinct()
        .filter(product::Column::Id.in_subquery(ordered))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .flatten()
        .map(CategoryId::from_uuid)
        .collect())
}

/// Every category that a worker may take orders from, with those below; none: all of them.
pub async fn skills(
    connection: &impl ConnectionTrait,
    worker: &Worker,
) -> Result<Option<HashSet<CategoryId>>, StoreError> {
    if worker.categories.is_empty() {
        return Ok(None);
    }
    let tree = categories::tree(connection).await?;
    let skills = worker.categories.iter();
    Ok(Some(
        skills.flat_map(|id| tree.with_descendants(*id)).collect(),
    ))
}

/// How many orders each of them has, by one query.
pub async fn loads(
    connection: &impl ConnectionTrait,
    workers: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, Load>, StoreError> {
    let rows: Vec<(Uuid, String, i64)> = order::Entity::find()
        .select_only()
        .column(order::Column::AssigneeId)
        .column(order::Column::Status)
        .column_as(order::Column::Id.count(), "orders")
        .filter(order::Column::AssigneeId.is_in(workers.into_iter().map(UserId::uuid)))
        .group_by(order::Column::AssigneeId)
        .group_by(order::Column::Status)
        .into_tuple()
        .all(connection)
        .await?;
    let mut loads: HashMap<UserId, Load> = HashMap::new();
    for (id, status, orders) in rows {
        let load = loads.entry(UserId::from_uuid(id)).or_default();
        match spelled("status", &status, OrderStatus::parse)? {
            OrderStatus::InProgress => load.open += orders,
            OrderStatus::OnHold => {
                load.open += orders;
                load.on_hold += orders;
            }
            OrderStatus::Completed => load.completed += orders,
            OrderStatus::Pending | OrderStatus::Cancelled => {}
        }
    }
    Ok(loads)
}

/// Where a page of workers begins: name and id of the one before.
pub fn cursor(text: &str) -> Result<Option<(String, Uuid)>, page::BadCursor> {
    page::decode(text)
}

/// Workers by name: everybody of role STAFF, and whoever else still has open orders.
pub async fn list(
    connection: &impl ConnectionTrait,
    words: &[String],
    query: &PageQuery,
    cursor: Option<(String, Uuid)>,
) -> Result<Page<Worker>, StoreError> {
    use worker::Column;
    let busy = Query::select()
        .expr(Expr::value(1))
        .from(order::Entity)
        .and_where(
            Expr::col((order::Entity, order::Column::AssigneeId))
                .equals((worker::Entity, Column::Id)),
        )
        .and_where(Expr::col((order::Entity, order::Column::Status)).is_in(OPEN))
        .to_owned();
    let all = worker::Entity::find()
        .filter(
            Condition::any()
                .add(Column::Role.eq(Role::Staff.as_str()))
                .add(Expr::exists(busy)),
        )
        .filter(has_words(Column::NameKey, words));
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let mut select = all
        .order_by_asc(Column::NameKey)
        .order_by_asc(Column::Id)
        .limit(query.limit.fetch());
    if let Some((name, id)) = cursor {
        select = select.filter(after(Column::NameKey, Column::Id, false, name, id));
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |row| (row.name_key.clone(), row.id));
    Ok(Page {
        rows: with_categories(connection, rows).await?,
        next_cursor,
        total,
    })
}
