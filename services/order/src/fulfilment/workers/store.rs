//! Rows of workers, and their numbers of orders.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query},
};
use waybill_primitives::{CategoryId, OrderId, Role, Timestamp, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
};

use super::{
    domain::{Load, Worker},
    entity::{skill, worker},
};
use crate::{
    base::store::{self, has_words},
    orders::{
        domain::OrderStatus,
        entity::{item, order},
    },
    shop::{categories::store as categories, products::entity as product},
};

/// The statuses of an open order of a worker.
const OPEN: [OrderStatus; 2] = [OrderStatus::InProgress, OrderStatus::OnHold];

/// Adds the categories of all rows by one query.
async fn with_categories(
    connection: &impl ConnectionTrait,
    mut workers: Vec<Worker>,
) -> Result<Vec<Worker>, StoreError> {
    if workers.is_empty() {
        return Ok(workers);
    }
    let skills = skill::Entity::find()
        .filter(skill::Column::WorkerId.is_in(workers.iter().map(|worker| worker.id)))
        .order_by_asc(skill::Column::WorkerId)
        .order_by_asc(skill::Column::CategoryId)
        .all(connection)
        .await?;
    let mut categories: HashMap<UserId, Vec<CategoryId>> = HashMap::new();
    for skill in skills {
        let of = categories.entry(skill.worker_id).or_default();
        of.push(skill.category_id);
    }
    for worker in &mut workers {
        worker.categories = categories.remove(&worker.id).unwrap_or_default();
    }
    Ok(workers)
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Worker>, StoreError> {
    let row = worker::Entity::find_by_id(id).one(connection).await?;
    let rows = with_categories(connection, row.into_iter().collect()).await?;
    Ok(rows.into_iter().next())
}

/// As [`find`], and locks the row, so that nobody else assigns orders to this worker. Must come before any other read or lock of the
/// transaction, so that later reads are not older than the lock.
pub async fn find_locked(tx: &Tx, id: UserId) -> Result<Option<Worker>, StoreError> {
    let row = worker::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    let rows = with_categories(tx.conn(), row.into_iter().collect()).await?;
    Ok(rows.into_iter().next())
}

/// Inserts a worker for whom no event of auth has arrived yet.
pub async fn insert_if_absent(tx: &Tx, worker: &Worker) -> Result<(), StoreError> {
    worker::Entity::insert(worker.clone().into_active_model())
        .on_conflict_do_nothing_on([worker::Column::Id])
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Updates the account if the version is newer; older versions are ignored.
pub async fn follow(tx: &Tx, worker: &Worker) -> Result<(), StoreError> {
    use worker::Column::{AuthVersion, Email, Name, NameKey, Role, Suspended, UpdatedAt};
    let columns = [
        Name,
        NameKey,
        Email,
        Role,
        Suspended,
        AuthVersion,
        UpdatedAt,
    ];
    let older = AuthVersion.lt(worker.auth_version);
    store::update_columns(tx, worker, columns, older).await?;
    Ok(())
}

/// Writes the next version of a worker. False if the version before is not the current one.
pub async fn update(tx: &Tx, next: &Worker, now: Timestamp) -> Result<bool, StoreError> {
    use worker::Column::{MaxOpenOrders, UpdatedAt, Version};
    let next = Worker {
        updated_at: now,
        ..next.clone()
    };
    let columns = [MaxOpenOrders, Version, UpdatedAt];
    if !store::update_columns(tx, &next, columns, Version.eq(next.version - 1)).await? {
        return Ok(false);
    }
    skill::Entity::delete_many()
        .filter(skill::Column::WorkerId.eq(next.id))
        .exec(tx.conn())
        .await?;
    let skills = next.categories.iter().map(|category| skill::Model {
        worker_id: next.id,
        category_id: *category,
    });
    store::insert_all(tx, &skills.collect::<Vec<_>>()).await?;
    Ok(true)
}

/// Open orders of workers.
pub async fn open_orders(connection: &impl ConnectionTrait, id: UserId) -> Result<i64, StoreError> {
    let count = order::Entity::find()
        .filter(order::Column::AssigneeId.eq(id))
        .filter(order::Column::Status.is_in(OPEN))
        .count(connection)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The current categories of an order's products.
pub async fn categories_of(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<HashSet<CategoryId>, StoreError> {
    let ordered = Query::select()
        .column(item::Column::ProductId)
        .from(item::Entity)
        .and_where(item::Column::OrderId.eq(order))
        .to_owned();
    let rows: Vec<Option<CategoryId>> = product::Entity::find()
        .select_only()
        .column(product::Column::CategoryId)
        .distinct()
        .filter(product::Column::Id.in_subquery(ordered))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// The worker's categories with all subcategories; none: all categories.
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

/// The workload of several workers, by one query.
pub async fn loads(
    connection: &impl ConnectionTrait,
    workers: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, Load>, StoreError> {
    let rows: Vec<(UserId, OrderStatus, i64)> = order::Entity::find()
        .select_only()
        .column(order::Column::AssigneeId)
        .column(order::Column::Status)
        .column_as(order::Column::Id.count(), "orders")
        .filter(order::Column::AssigneeId.is_in(workers))
        .group_by(order::Column::AssigneeId)
        .group_by(order::Column::Status)
        .into_tuple()
        .all(connection)
        .await?;
    let mut loads: HashMap<UserId, Load> = HashMap::new();
    for (id, status, orders) in rows {
        let load = loads.entry(id).or_default();
        match status {
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

/// Workers by name: all accounts with the role STAFF, and others who still have open orders.
pub async fn list(
    connection: &impl ConnectionTrait,
    words: &[String],
    query: &PageQuery,
) -> Result<Page<Worker>, PageError> {
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
                .add(Column::Role.eq(Role::Staff))
                .add(Expr::exists(busy)),
        )
        .filter(has_words(Column::NameKey, words));
    let order = Keyset::asc("workers", Column::NameKey).then(Column::Id);
    let page = page::fetch(connection, all, order, query).await?;
    Ok(page
        .try_map_all(|rows| with_categories(connection, rows))
        .await?)
}
