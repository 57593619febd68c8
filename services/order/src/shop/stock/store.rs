//! Rows of stock. Every change is one statement, which its condition or the check constraint of the table refuses where too little is in
//! stock: nothing is read, computed and written back.

pub mod low;
pub mod offers;

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use waybill_primitives::{ProductId, Timestamp};
use waybill_store::{
    Addition, StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::one_of,
};

use super::{
    domain::{Level, Movement, MovementKind},
    entity::{level, movement},
};
use crate::base::fields::MAX_UNITS;

/// The levels of these products, locked in the order of product ids until the transaction ends.
pub async fn lock(
    tx: &Tx,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<BTreeMap<ProductId, Level>, StoreError> {
    let rows = level::Entity::find()
        .filter(one_of(level::Column::ProductId, products))
        .order_by_asc(level::Column::ProductId)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row)).collect())
}

/// Moves units of one product for an order. False if there is not enough stock.
pub async fn shift(
    tx: &Tx,
    kind: MovementKind,
    product_id: ProductId,
    units: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (on_hand, reserved) = kind.deltas(units);
    let mut update = level::Entity::update_many()
        .col_expr(level::Column::UpdatedAt, Expr::value(now))
        .filter(level::Column::ProductId.eq(product_id));
    if on_hand != 0 {
        let next = Expr::col(level::Column::OnHand).add(on_hand);
        update = update.col_expr(level::Column::OnHand, next);
    }
    if reserved != 0 {
        let next = Expr::col(level::Column::Reserved).add(reserved);
        update = update.col_expr(level::Column::Reserved, next);
    }
    let update = match kind {
        MovementKind::Reserved => {
            let available =
                Expr::col(level::Column::OnHand).sub(Expr::col(level::Column::Reserved));
            update.filter(available.gte(units))
        }
        MovementKind::Released | MovementKind::Sold => {
            update.filter(level::Column::Reserved.gte(units))
        }
        MovementKind::Returned | MovementKind::Opening | MovementKind::Adjusted => update,
    };
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// As [`shift`], with the commit, together with all other units of the product: [`StoreError::Check`] if there is not enough stock.
pub fn defer_shift(tx: &Tx, kind: MovementKind, product_id: ProductId, units: i64, now: Timestamp) {
    let (on_hand, reserved) = kind.deltas(units);
    tx.defer_addition(Addition {
        key: level::Column::ProductId,
        id: product_id.uuid(),
        amounts: [
            (level::Column::OnHand, on_hand),
            (level::Column::Reserved, reserved),
        ],
        stamp: (level::Column::UpdatedAt, now.into()),
    });
}

/// Changes the units on hand. False if they would fall below the reserved units or exceed the limit.
pub async fn adjust(
    tx: &Tx,
    product_id: ProductId,
    delta: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let next = || Expr::col(level::Column::OnHand).add(delta);
    let update = level::Entity::update_many()
        .col_expr(level::Column::OnHand, next())
        .col_expr(
            level::Column::Version,
            Expr::col(level::Column::Version).add(1_i64),
        )
        .col_expr(level::Column::UpdatedAt, Expr::value(now))
        .filter(level::Column::ProductId.eq(product_id))
        .filter(next().gte(Expr::col(level::Column::Reserved)))
        .filter(next().lte(MAX_UNITS));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// The levels of those of these products that have stock.
pub async fn levels(
    connection: &impl ConnectionTrait,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Level>, StoreError> {
    let rows = level::Entity::find()
        .filter(one_of(level::Column::ProductId, products))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row)).collect())
}

/// The ledger of a product, newest first.
pub async fn movements(
    connection: &impl ConnectionTrait,
    product_id: ProductId,
    query: &PageQuery,
) -> Result<Page<Movement>, PageError> {
    use movement::Column;
    let all = movement::Entity::find().filter(Column::ProductId.eq(product_id));
    let order = Keyset::desc("movements", Column::At).then(Column::Id);
    page::fetch(connection, all, order, query).await
}
