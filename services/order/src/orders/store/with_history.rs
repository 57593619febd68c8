//! Reads orders in bulk: with their histories, or in large batches.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};
use waybill_primitives::OrderId;
use waybill_store::{StoreError, Tx, rows::one_of};

use super::{read::with_items, visible_to};
use crate::orders::{
    domain::{HistoryEntry, Order, Viewer},
    entity::{history, order},
};

/// Orders with their histories up to the version read.
pub async fn with_history(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, (Order, Vec<HistoryEntry>)>, StoreError> {
    let ids = || ids.iter().copied();
    let rows = visible_to(Viewer::Everything)
        .filter(one_of(order::Column::Id, ids()))
        .all(connection)
        .await?;
    let mut all: HashMap<_, _> = with_items(connection, rows)
        .await?
        .into_iter()
        .map(|order| (order.id, (order, Vec::new())))
        .collect();
    let lines = history::Entity::find()
        .filter(one_of(history::Column::OrderId, ids()))
        .order_by_asc(history::Column::OrderId)
        .order_by_asc(history::Column::Version)
        .all(connection)
        .await?;
    for line in lines {
        if let Some((order, history)) = all.get_mut(&line.order_id)
            && line.version <= order.version
        {
            history.push(line);
        }
    }
    Ok(all)
}

/// Ids after this one, in order.
pub async fn ids_after(
    connection: &impl ConnectionTrait,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<OrderId>, StoreError> {
    let mut select = visible_to(Viewer::Everything)
        .select_only()
        .column(order::Column::Id)
        .order_by_asc(order::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(order::Column::Id.gt(after));
    }
    Ok(select.into_tuple().all(connection).await?)
}

/// The search texts of these orders.
pub async fn searched(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, String>, StoreError> {
    let rows: Vec<(OrderId, String)> = visible_to(Viewer::Everything)
        .select_only()
        .column(order::Column::Id)
        .column(order::Column::Search)
        .filter(one_of(order::Column::Id, ids.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Writes the search text of an order, if the order has not changed since it was read: a later edit has written its own. Not a change
/// of the order: the version stays.
pub async fn set_search(tx: &Tx, id: OrderId, version: i64, text: &str) -> Result<(), StoreError> {
    order::Entity::update_many()
        .col_expr(order::Column::Search, Expr::value(text))
        .filter(order::Column::Id.eq(id))
        .filter(order::Column::Version.eq(version))
        .exec(tx.conn())
        .await?;
    Ok(())
}
