//! Low stock, and the mark that it was reported.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Func, SimpleExpr},
};
use uuid::Uuid;
use waybill_primitives::ProductId;
use waybill_store::{StoreError, Tx, rows::one_of};

use crate::shop::{
    products::entity as product,
    stock::entity::{level, movement},
};

/// A stock whose mark does not match its level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub product_id: ProductId,
    pub sku: String,
    pub name: String,
    pub threshold: i64,
    /// It was reported; now there is enough again.
    pub marked: bool,
}

fn available() -> SimpleExpr {
    Expr::col((level::Entity, level::Column::OnHand))
        .sub(Expr::col((level::Entity, level::Column::Reserved)))
}

/// Those of these products whose mark does not match their level. `default` is the threshold of products without their own. Archived
/// products are never low.
pub async fn mismatches(
    connection: &impl ConnectionTrait,
    products: &[ProductId],
    default: i64,
) -> Result<Vec<Mismatch>, StoreError> {
    type Row = (ProductId, String, String, Option<i64>, bool);
    let own = Expr::col((product::Entity, product::Column::LowStockThreshold));
    let threshold = || SimpleExpr::from(Func::coalesce([own.clone(), Expr::value(default)]));
    let low = || Expr::col((level::Entity, level::Column::Low));
    let active = Expr::col((product::Entity, product::Column::Active));
    let fell = Condition::all()
        .add(low().eq(false))
        .add(active.eq(true))
        .add(available().lt(threshold()));
    let filled = Condition::all()
        .add(low().eq(true))
        .add(available().gte(threshold()));
    let rows: Vec<Row> = level::Entity::find()
        .inner_join(product::Entity)
        .select_only()
        .column(level::Column::ProductId)
        .column(product::Column::Sku)
        .column(product::Column::Name)
        .column(product::Column::LowStockThreshold)
        .column(level::Column::Low)
        .filter(one_of(level::Column::ProductId, products.iter().copied()))
        .filter(Condition::any().add(fell).add(filled))
        .order_by_asc(level::Column::ProductId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, sku, name, own, marked)| Mismatch {
            product_id: id,
            sku,
            name,
            threshold: own.unwrap_or(default),
            marked,
        })
        .collect())
}

/// Marks a stock as low if it is low and not marked. Returns the new version and the available units, if so.
pub async fn mark(
    tx: &Tx,
    product_id: ProductId,
    threshold: i64,
) -> Result<Option<(i64, i64)>, StoreError> {
    let update = level::Entity::update_many()
        .col_expr(level::Column::Low, Expr::value(true))
        .col_expr(
            level::Column::Version,
            Expr::col(level::Column::Version).add(1_i64),
        )
        .filter(level::Column::ProductId.eq(product_id))
        .filter(level::Column::Low.eq(false))
        .filter(available().lt(threshold));
    if update.exec(tx.conn()).await?.rows_affected != 1 {
        return Ok(None);
    }
    let row = level::Entity::find_by_id(product_id).one(tx.conn()).await?;
    Ok(row.map(|row| (row.version, row.available())))
}

/// Clears the mark of a stock that has enough.
pub async fn clear(tx: &Tx, product_id: ProductId, threshold: i64) -> Result<(), StoreError> {
    level::Entity::update_many()
        .col_expr(level::Column::Low, Expr::value(false))
        .filter(level::Column::ProductId.eq(product_id))
        .filter(level::Column::Low.eq(true))
        .filter(available().gte(threshold))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Ledger lines after this one, in the order of ids, which is approximately that of their times.
pub async fn moved(
    connection: &impl ConnectionTrait,
    after: Uuid,
    limit: u64,
) -> Result<Vec<(Uuid, ProductId)>, StoreError> {
    Ok(movement::Entity::find()
        .select_only()
        .columns([movement::Column::Id, movement::Column::ProductId])
        .filter(movement::Column::Id.gt(after))
        .order_by_asc(movement::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?)
}

/// The next products that have stock, in the order of their ids.
pub async fn stocked(
    connection: &impl ConnectionTrait,
    after: Option<ProductId>,
    limit: u64,
) -> Result<Vec<ProductId>, StoreError> {
    let mut select = level::Entity::find()
        .select_only()
        .column(level::Column::ProductId)
        .order_by_asc(level::Column::ProductId)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(level::Column::ProductId.gt(after));
    }
    Ok(select.into_tuple().all(connection).await?)
}
