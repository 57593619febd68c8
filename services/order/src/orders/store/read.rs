//! Reading orders: single ones, lists, the pool, the history.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, LockBehavior, LockType, Query},
};
use waybill_primitives::{CategoryId, OrderId, Timestamp, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::one_of,
};

use super::{
    search::{keyset, listed, within},
    visible_to,
};
use crate::{
    orders::{
        domain::{Filter, HistoryEntry, Item, Order, OrderKind, Sort, Viewer},
        entity::{history as history_row, item, order},
    },
    shop::products::entity as product,
};

/// Adds the items of all rows by one query.
pub(super) async fn with_items(
    connection: &impl ConnectionTrait,
    mut orders: Vec<Order>,
) -> Result<Vec<Order>, StoreError> {
    if orders.is_empty() {
        return Ok(orders);
    }
    let found = item::Entity::find()
        .filter(one_of(
            item::Column::OrderId,
            orders.iter().map(|order| order.id),
        ))
        .order_by_asc(item::Column::OrderId)
        .order_by_asc(item::Column::Position)
        .all(connection)
        .await?;
    let mut items: HashMap<OrderId, Vec<Item>> = HashMap::new();
    for item in found {
        items.entry(item.order_id).or_default().push(item);
    }
    for order in &mut orders {
        order.items = items.remove(&order.id).unwrap_or_default();
    }
    Ok(orders)
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

/// An order that the viewer may read.
pub async fn find(
    connection: &impl ConnectionTrait,
    viewer: Viewer,
    id: OrderId,
) -> Result<Option<Order>, StoreError> {
    one(
        connection,
        visible_to(viewer).filter(order::Column::Id.eq(id)),
    )
    .await
}

/// Those of the orders that the viewer may read.
pub async fn find_some(
    connection: &impl ConnectionTrait,
    viewer: Viewer,
    ids: &[OrderId],
) -> Result<Vec<Order>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let select = visible_to(viewer).filter(one_of(order::Column::Id, ids.iter().copied()));
    with_items(connection, select.all(connection).await?).await
}

/// The orders that this one replaces, the latest one first.
pub async fn replaced_by(
    connection: &impl ConnectionTrait,
    order: &Order,
) -> Result<Vec<OrderId>, StoreError> {
    let (mut ids, mut next) = (Vec::new(), order.replaces_id);
    while let Some(id) = next {
        ids.push(id);
        let before: Option<Option<OrderId>> = visible_to(Viewer::Everything)
            .select_only()
            .column(order::Column::ReplacesId)
            .filter(order::Column::Id.eq(id))
            .into_tuple()
            .one(connection)
            .await?;
        next = before.flatten();
    }
    Ok(ids)
}

/// As [`find`], and locks the row until the transaction ends.
pub async fn find_locked(
    tx: &Tx,
    viewer: Viewer,
    id: OrderId,
) -> Result<Option<Order>, StoreError> {
    let select = visible_to(viewer)
        .filter(order::Column::Id.eq(id))
        .lock_exclusive();
    one(tx.conn(), select).await
}

/// These orders, locked in the order of their ids, except those that others have locked, and those with a replacement.
pub async fn lock_free(
    tx: &Tx,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<Order>, StoreError> {
    let locked = order::Entity::find()
        .filter(one_of(order::Column::Id, ids))
        .filter(order::Column::ReplacedById.is_null())
        .order_by_asc(order::Column::Id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    with_items(tx.conn(), locked).await
}

/// Whether an order exists and has a worker, for any caller: a worker who lost a claim may know this.
pub async fn claimable_state(
    connection: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Option<Option<UserId>>, StoreError> {
    Ok(visible_to(Viewer::Everything)
        .select_only()
        .column(order::Column::AssigneeId)
        .filter(order::Column::Id.eq(id))
        .filter(order::Column::Kind.ne(OrderKind::Goods))
        .into_tuple()
        .one(connection)
        .await?)
}

/// A page of orders.
pub async fn page(
    connection: &impl ConnectionTrait,
    viewer: Viewer,
    filter: &Filter,
    sort: Sort,
    query: &PageQuery,
) -> Result<Page<Order>, PageError> {
    let Some(all) = listed(connection, viewer, filter, sort).await? else {
        return Ok(Page::empty(query));
    };
    let page = page::fetch(connection, all, keyset(sort), query).await?;
    Ok(page
        .try_map_all(|rows| with_items(connection, rows))
        .await?)
}

/// Filter of the pool.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    pub filter: Filter,
    /// Any of these; none for all.
    pub kinds: Vec<OrderKind>,
    /// At least one of its products is in one of these.
    pub within: Option<Vec<CategoryId>>,
    /// All of its products are in these.
    pub only_from: Option<Vec<CategoryId>>,
}

/// Subquery: products of the row's order whose category satisfies the condition.
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

/// The pool, longest waiting first.
pub async fn available(
    connection: &impl ConnectionTrait,
    pool: &Pool,
    query: &PageQuery,
) -> Result<Page<Order>, PageError> {
    use order::Column::AvailableSince;
    let mut all = visible_to(Viewer::Everything)
        .filter(AvailableSince.is_not_null())
        .filter(within(connection, &pool.filter));
    if !pool.kinds.is_empty() {
        all = all.filter(order::Column::Kind.is_in(pool.kinds.iter().copied()));
    }
    let category = || Expr::col((product::Entity, product::Column::CategoryId));
    if let Some(within) = &pool.within {
        all = all.filter(ordered_in(category().is_in(within.iter().copied())));
    }
    if let Some(only) = &pool.only_from {
        let others = category()
            .is_not_null()
            .and(category().is_not_in(only.iter().copied()));
        all = all.filter(ordered_in(others).not());
    }
    let order = Keyset::asc("pool", AvailableSince).then(order::Column::Id);
    let page = page::fetch(connection, all, order, query).await?;
    Ok(page
        .try_map_all(|rows| with_items(connection, rows))
        .await?)
}

/// Unpaid orders that are due, longest overdue first, and the time when the next one after `now` is due.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    past: Option<(Timestamp, OrderId)>,
    limit: u64,
) -> Result<(Vec<Order>, Option<Timestamp>), StoreError> {
    use order::Column::{ExpiresAt, Id};
    let mut select = visible_to(Viewer::Everything)
        .filter(ExpiresAt.lte(now))
        .order_by_asc(ExpiresAt)
        .order_by_asc(Id)
        .limit(limit);
    if let Some((at, id)) = past {
        let later = Condition::any().add(ExpiresAt.gt(at)).add(Id.gt(id));
        select = select.filter(ExpiresAt.gte(at)).filter(later);
    }
    let rows = select.all(connection).await?;
    let next: Option<Option<Timestamp>> = visible_to(Viewer::Everything)
        .select_only()
        .column(ExpiresAt)
        .filter(ExpiresAt.gt(now))
        .order_by_asc(ExpiresAt)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok((with_items(connection, rows).await?, next.flatten()))
}

/// The history of an order after a version of it, oldest first.
pub async fn history(
    connection: &impl ConnectionTrait,
    id: OrderId,
    after_version: i64,
    limit: u64,
) -> Result<Vec<HistoryEntry>, StoreError> {
    use history_row::Column;
    Ok(history_row::Entity::find()
        .filter(Column::OrderId.eq(id))
        .filter(Column::Version.gt(after_version))
        .order_by_asc(Column::Version)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Whether there is any order, which then has prices.
pub async fn any(tx: &Tx) -> Result<bool, StoreError> {
    let found: Option<OrderId> = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .limit(1)
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(found.is_some())
}
