//! Checking the rollups against the orders.

use sea_orm::{
    AccessMode, ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _,
    ExprTrait as _, FromQueryResult, IsolationLevel, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Statement, TransactionTrait as _,
};
use waybill_primitives::OrderId;
use waybill_store::{Db, StoreError};

use super::state;
use crate::{
    derived::analytics::{
        domain::{Cell, Contribution, Counted, Figure, Figures, Times},
        entity::{daily, projection},
    },
    orders::store as orders,
};

/// Orders read at a time.
const PAGE: u64 = 500;

/// Inconsistencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// The stored contribution of an order is wrong for its version.
    Order { id: OrderId, version: i64 },
    /// A figure is not the sum of the contributions.
    Figure {
        cell: Cell,
        shown: Figure,
        counted: Figure,
    },
}

/// Starts a snapshot of the database, for checks that read page by page.
async fn moment(db: &Db) -> Result<DatabaseTransaction, StoreError> {
    let level = Some(IsolationLevel::RepeatableRead);
    let mode = Some(AccessMode::ReadOnly);
    Ok(match db.backend() {
        // Its read transactions are snapshots already.
        sea_orm::DbBackend::Sqlite => db.reader().begin().await?,
        _ => db.reader().begin_with_config(level, mode).await?,
    })
}

/// Recounts all orders that were consumed up to their current version; at most `most` findings. Memory: the figures of the rollups,
/// whose number grows with days, products and workers, not with orders.
pub async fn mismatches(db: &Db, most: usize) -> Result<Vec<Mismatch>, StoreError> {
    let moment = moment(db).await?;
    let generation = state(&moment).await?.generation;
    let mut found = Vec::new();
    let mut counted = Figures::new();
    let mut after = None;
    loop {
        let mut page = projection::Entity::find()
            .order_by_asc(projection::Column::OrderId)
            .limit(PAGE);
        if let Some(after) = after {
            page = page.filter(projection::Column::OrderId.gt(after));
        }
        let page = page.all(&moment).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.order_id);
        let ids: Vec<_> = page.iter().map(|row| row.order_id).collect();
        let mut orders = orders::with_history(&moment, &ids).await?;
        for row in page {
            let id = row.order_id;
            row.contribution.add_to(&mut counted, 1);
            let Some((order, history)) = orders.remove(&id) else {
                found.push(Mismatch::Order { id, version: 0 });
                continue;
            };
            let order = Counted::from(&order);
            let right = Contribution::new(&order, Times::of(&history));
            let same = right == *row.contribution && order.words.text() == row.words;
            if order.version == row.version && !same {
                found.push(Mismatch::Order {
                    id,
                    version: order.version,
                });
            }
        }
        found.truncate(most);
    }
    let mut rows = daily::Entity::find().filter(daily::Column::Generation.eq(generation));
    rows = rows.filter(
        daily::Column::Quantity
            .ne(0)
            .or(daily::Column::Amount.ne(0)),
    );
    for row in rows.all(&moment).await? {
        let cell = Cell {
            metric: row.metric,
            day: row.day,
            dimension: row.dimension,
            currency: row.currency,
        };
        let shown = Figure {
            quantity: row.quantity,
            amount: row.amount,
        };
        let counted = counted.remove(&cell).unwrap_or_default();
        if shown != counted {
            found.push(Mismatch::Figure {
                cell,
                shown,
                counted,
            });
        }
    }
    for (cell, counted) in counted.into_iter().filter(|(_, figure)| !figure.is_zero()) {
        let shown = Figure::default();
        found.push(Mismatch::Figure {
            cell,
            shown,
            counted,
        });
    }
    moment.rollback().await?;
    found.truncate(most);
    Ok(found)
}

#[derive(FromQueryResult)]
struct Unreached {
    number: String,
}

/// Numbers of orders whose current version was never consumed, although none of their events is waiting to be published.
pub async fn unreached(db: &Db, most: u64) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT o.number FROM orders o LEFT JOIN order_projections p ON p.order_id = o.id
         WHERE (p.order_id IS NULL OR p.version <> o.version)
           AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.aggregate = 'order' AND e.aggregate_id = o.id
                           AND e.sequence IS NULL)
         LIMIT {most}"
    );
    let statement = Statement::from_string(db.backend(), sql);
    let rows = db.reader().query_all_raw(statement).await?;
    let read = rows.iter().map(|row| Unreached::from_query_result(row, ""));
    let read = read.collect::<Result<Vec<_>, _>>()?;
    Ok(read.into_iter().map(|row| row.number).collect())
}
