//! Reading orders: single ones, lists, the pool, the history.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, Order as Direction,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, Query},
};
use serde::Serialize;
use uuid::Uuid;
use waybill_primitives::{CategoryId, OrderId, ProductId, Timestamp, UserId};
use waybill_store::{StoreError, Tx, page};

use super::{
    search::{Position, listed, position, sorted, within},
    visible_to,
};
use crate::{
    catalogue::{domain::ProductKind, entity as product},
    orders::{
        domain::{
            Assignee, Customer, Filter, HistoryEntry, Holding, Item, Order, OrderKind, OrderStatus,
            PaymentStatus, Person, Sort, Viewer,
        },
        entity::{history as history_row, item, order},
    },
    parts::{Page, PageQuery},
    store::{after, count, money, spelled, unreadable},
    wire,
};

fn read(row: order::Model, items: Vec<Item>) -> Result<Order, StoreError> {
    let address = row
        .shipping_address
        .as_deref()
        .map(serde_json::from_str)
        .transpose();
    let held_from = row.held_from.as_deref();
    let held_from = held_from.map(|status| spelled("status", status, OrderStatus::parse));
    let assignee = row.assignee_id.map(|id| Assignee {
        id: UserId::from_uuid(id),
        name: row.assignee_name.unwrap_or_default(),
    });
    Ok(Order {
        id: OrderId::from_uuid(row.id),
        status: spelled("status", &row.status, OrderStatus::parse)?,
        payment_status: spelled("payment status", &row.payment_status, PaymentStatus::parse)?,
        kind: spelled("order kind", &row.kind, OrderKind::parse)?,
        holding: spelled("holding", &row.holding, Holding::parse)?,
        total: money(row.total, &row.currency)?,
        shipping_address: address.map_err(|error| unreadable("address", &error.to_string()))?,
        held_from: held_from.transpose()?,
        number: row.number,
        customer: Customer {
            id: UserId::from_uuid(row.customer_id),
            name: row.customer_name,
            email: row.customer_email,
        },
        assignee,
        title: row.title,
        description: row.description,
        special_instructions: row.special_instructions,
        estimated_completion: row.estimated_completion.map(Timestamp::from_micros),
        items,
        guest: row.guest,
        replaces: row.replaces_id.map(OrderId::from_uuid),
        replaced_by: row.replaced_by_id.map(OrderId::from_uuid),
        payment_id: row.payment_id,
        available_since: row.available_since.map(Timestamp::from_micros),
        expires_at: row.expires_at.map(Timestamp::from_micros),
        completed_at: row.completed_at.map(Timestamp::from_micros),
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

/// Adds the items of all rows by one query.
pub(super) async fn with_items(
    connection: &impl ConnectionTrait,
    rows: Vec<order::Model>,
) -> Result<Vec<Order>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let currencies: HashMap<Uuid, String> = rows
        .iter()
        .map(|row| (row.id, row.currency.clone()))
        .collect();
    let lines = item::Entity::find()
        .filter(item::Column::OrderId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(item::Column::OrderId)
        .order_by_asc(item::Column::Position)
        .all(connection)
        .await?;
    let mut items: HashMap<Uuid, Vec<Item>> = HashMap::new();
    for line in lines {
        let currency = currencies.get(&line.order_id).map_or("", String::as_str);
        items.entry(line.order_id).or_default().push(Item {
            product_id: ProductId::from_uuid(line.product_id),
            name: line.name,
            kind: spelled("product kind", &line.kind, ProductKind::parse)?,
            unit_price: money(line.unit_price, currency)?,
            quantity: line.quantity,
            line_total: money(line.line_total, currency)?,
        });
    }
    rows.into_iter()
        .map(|row| {
            let items = items.remove(&row.id).unwrap_or_default();
            read(row, items)
        })
        .collect()
}

async fn one(
    connection: &impl ConnectionTrait,
    select: Select<order::Entity>,
) -> Result<Option<Order>, StoreError> {
    let row = select.one(connection).await?;
    Ok(with_items(connection, row.into_iter().collect())
        .await?
        .pop())
}

/// An order that the viewer may know of.
pub async fn find(
    connection: &impl ConnectionTrait,
    viewer: Viewer,
    id: OrderId,
) -> Result<Option<Order>, StoreError> {
    one(
        connection,
        visible_to(viewer).filter(order::Column::Id.eq(id.uuid())),
    )
    .await
}

/// As [`find`], as it is now and until the transaction ends: nobody else changes it meanwhile.
pub async fn find_locked(
    tx: &Tx,
    viewer: Viewer,
    id: OrderId,
) -> Result<Option<Order>, StoreError> {
    let select = visible_to(viewer)
        .filter(order::Column::Id.eq(id.uuid()))
        .lock_exclusive();
    one(tx.conn(), select).await
}

/// Whether an order exists and has a worker, whoever asks: a worker who lost a claim may know that much.
pub async fn claimable_state(
    connection: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Option<Option<UserId>>, StoreError> {
    let found: Option<Option<Uuid>> = visible_to(Viewer::Everything)
        .select_only()
        .column(order::Column::AssigneeId)
        .filter(order::Column::Id.eq(id.uuid()))
        .filter(order::Column::Kind.ne(OrderKind::Goods.as_str()))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(found.map(|assignee| assignee.map(UserId::from_uuid)))
}

/// A page of orders.
pub async fn page(
    connection: &impl ConnectionTrait,
    viewer: Viewer,
    filter: &Filter,
    sort: Sort,
    query: &PageQuery,
    cursor: Option<Position>,
) -> Result<Page<Order>, StoreError> {
    let Some(all) = listed(connection, viewer, filter, sort).await? else {
        return Ok(Page {
            rows: Vec::new(),
            next_cursor: None,
            total: query.total.then_some(0),
        });
    };
    let total = if query.total {
        Some(count(connection, all.clone()).await?)
    } else {
        None
    };
    let select = sorted(all, sort, cursor).limit(query.limit.fetch());
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |row| position(sort, row));
    Ok(Page {
        rows: with_items(connection, rows).await?,
        next_cursor,
        total,
    })
}

/// What of the pool somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    pub filter: Filter,
    pub kind: Option<OrderKind>,
    /// At least one of its products is in one of these.
    pub within: Option<Vec<CategoryId>>,
    /// None of its products is in another one than these.
    pub only_from: Option<Vec<CategoryId>>,
}

/// Products of the order of the row that is looked at, as far as they are in a category, which satisfies the condition.
fn ordered_in(condition: Expr) -> Expr {
    let products = Query::select()
        .expr(Expr::value(1))
        .from(item::Entity)
        .inner_join(
            product::Entity,
            Expr::col((product::Entity, product::Column::Id))
                .equals((item::Entity, item::Column::ProductId)),
        )
        .and_where(
            Expr::col((item::Entity, item::Column::OrderId))
                .equals((order::Entity, order::Column::Id)),
        )
        .and_where(condition)
        .to_owned();
    Expr::exists(products)
}

/// The pool: whoever has waited longest comes first.
pub async fn available(
    connection: &impl ConnectionTrait,
    pool: &Pool,
    query: &PageQuery,
    cursor: Option<(i64, Uuid)>,
) -> Result<Page<Order>, StoreError> {
    use order::Column::AvailableSince;
    let mut all = visible_to(Viewer::Everything)
        .filter(AvailableSince.is_not_null())
        .filter(within(connection, &pool.filter));
    if let Some(kind) = pool.kind {
        all = all.filter(order::Column::Kind.eq(kind.as_str()));
    }
    let category = || Expr::col((product::Entity, product::Column::CategoryId));
    let ids = |categories: &[CategoryId]| -> Vec<Uuid> {
        categories.iter().map(|id| id.uuid()).collect()
    };
    if let Some(within) = &pool.within {
        all = all.filter(ordered_in(category().is_in(ids(within))));
    }
    if let Some(only) = &pool.only_from {
        let others = category()
            .is_not_null()
            .and(category().is_not_in(ids(only)));
        all = all.filter(ordered_in(others).not());
    }
    let position = |row: &order::Model| (row.available_since.unwrap_or_default(), row.id);
    keyset(
        connection,
        all,
        AvailableSince,
        false,
        query,
        cursor,
        position,
    )
    .await
}

/// Where a page of the pool begins.
pub fn pool_cursor(text: &str) -> Result<Option<(i64, Uuid)>, page::BadCursor> {
    page::decode(text)
}

async fn keyset<P: Serialize>(
    connection: &impl ConnectionTrait,
    all: Select<order::Entity>,
    key: order::Column,
    descending: bool,
    query: &PageQuery,
    cursor: Option<(i64, Uuid)>,
    position: impl Fn(&order::Model) -> P,
) -> Result<Page<Order>, StoreError> {
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let direction = if descending {
        Direction::Desc
    } else {
        Direction::Asc
    };
    let mut select = all
        .order_by(key, direction.clone())
        .order_by(order::Column::Id, direction)
        .limit(query.limit.fetch());
    if let Some((value, id)) = cursor {
        select = select.filter(after(key, order::Column::Id, descending, value, id));
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, position);
    Ok(Page {
        rows: with_items(connection, rows).await?,
        next_cursor,
        total,
    })
}

/// Unpaid orders whose time is over, the longest overdue first, and when the next one after `now` is due.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    past: Option<(Timestamp, OrderId)>,
    limit: u64,
) -> Result<(Vec<Order>, Option<Timestamp>), StoreError> {
    use order::Column::{ExpiresAt, Id};
    let mut select = visible_to(Viewer::Everything)
        .filter(ExpiresAt.lte(now.micros()))
        .order_by_asc(ExpiresAt)
        .order_by_asc(Id)
        .limit(limit);
    if let Some((at, id)) = past {
        select = select.filter(after(ExpiresAt, Id, false, at.micros(), id.uuid()));
    }
    let rows = select.all(connection).await?;
    let next: Option<Option<i64>> = visible_to(Viewer::Everything)
        .select_only()
        .column(ExpiresAt)
        .filter(ExpiresAt.gt(now.micros()))
        .order_by_asc(ExpiresAt)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok((
        with_items(connection, rows).await?,
        next.flatten().map(Timestamp::from_micros),
    ))
}

/// The history of an order after a version of it, oldest first.
pub async fn history(
    connection: &impl ConnectionTrait,
    id: OrderId,
    after_version: i64,
    limit: u64,
) -> Result<Vec<HistoryEntry>, StoreError> {
    use history_row::Column;
    let rows = history_row::Entity::find()
        .filter(Column::OrderId.eq(id.uuid()))
        .filter(Column::Version.gt(after_version))
        .order_by_asc(Column::Version)
        .limit(limit)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(entry).collect())
}

pub(super) fn entry(row: history_row::Model) -> HistoryEntry {
    let role = row.actor_role.as_deref().and_then(wire::role);
    let actor = row.actor_id.zip(role).map(|(id, role)| Person {
        id: UserId::from_uuid(id),
        name: row.actor_name.unwrap_or_default(),
        role,
    });
    HistoryEntry {
        version: row.version,
        at: Timestamp::from_micros(row.at),
        actor,
        event: row.event,
        from: row.from_value,
        to: row.to_value,
        note: row.note,
    }
}
