//! Rows of stock. Every change is one conditional statement: nothing is read, computed and written back.

pub mod low;

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{OrderId, ProductId, Timestamp, UserId};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{Level, MAX_UNITS, Movement, MovementKind},
    entity::{level, movement},
};
use crate::{
    parts::{Page, PageQuery},
    store::{after, spelled},
};

impl From<&level::Model> for Level {
    fn from(row: &level::Model) -> Self {
        Self {
            on_hand: row.on_hand,
            reserved: row.reserved,
            version: row.version,
        }
    }
}

/// Opens the stock of new products: what is on hand, and whether that is too little from the start.
pub async fn open(
    tx: &Tx,
    stocks: &[(ProductId, i64, bool)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if stocks.is_empty() {
        return Ok(());
    }
    let rows = stocks
        .iter()
        .map(|(product_id, on_hand, low)| level::ActiveModel {
            product_id: Set(product_id.uuid()),
            on_hand: Set(*on_hand),
            reserved: Set(0),
            version: Set(0),
            updated_at: Set(now.micros()),
            low: Set(*low),
        });
    level::Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The levels of these products, which nobody else changes until the transaction ends; locked in the order of product ids.
pub async fn lock(
    tx: &Tx,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<BTreeMap<ProductId, Level>, StoreError> {
    let ids = products.into_iter().map(ProductId::uuid);
    let rows = level::Entity::find()
        .filter(level::Column::ProductId.is_in(ids))
        .order_by_asc(level::Column::ProductId)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    Ok(rows
        .iter()
        .map(|row| (ProductId::from_uuid(row.product_id), row.into()))
        .collect())
}

/// Moves units of one product for an order. False if that would take more than there is.
pub async fn shift(
    tx: &Tx,
    kind: MovementKind,
    product_id: ProductId,
    units: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (on_hand, reserved) = kind.deltas(units);
    let mut update = level::Entity::update_many()
        .col_expr(level::Column::UpdatedAt, Expr::value(now.micros()))
        .filter(level::Column::ProductId.eq(product_id.uuid()));
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

/// Changes what is on hand. False if it would fall below what is reserved, or exceed the limit.
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
        .col_expr(level::Column::UpdatedAt, Expr::value(now.micros()))
        .filter(level::Column::ProductId.eq(product_id.uuid()))
        .filter(next().gte(Expr::col(level::Column::Reserved)))
        .filter(next().lte(MAX_UNITS));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// Writes lines of the ledger.
pub async fn record(tx: &Tx, movements: Vec<Movement>) -> Result<(), StoreError> {
    if movements.is_empty() {
        return Ok(());
    }
    let rows = movements.into_iter().map(|line| movement::ActiveModel {
        id: Set(line.id),
        product_id: Set(line.product_id.uuid()),
        kind: Set(line.kind.as_str().to_owned()),
        on_hand_delta: Set(line.on_hand_delta),
        reserved_delta: Set(line.reserved_delta),
        reason: Set(line.reason),
        order_id: Set(line.order_id.map(OrderId::uuid)),
        actor_id: Set(line.actor_id.map(UserId::uuid)),
        at: Set(line.at.micros()),
    });
    movement::Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The levels of these products, as far as they have stock.
pub async fn levels(
    connection: &impl ConnectionTrait,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Level>, StoreError> {
    let ids = products.into_iter().map(ProductId::uuid);
    let rows = level::Entity::find()
        .filter(level::Column::ProductId.is_in(ids))
        .all(connection)
        .await?;
    Ok(rows
        .iter()
        .map(|row| (ProductId::from_uuid(row.product_id), row.into()))
        .collect())
}

/// The ledger of a product, newest first.
pub async fn movements(
    connection: &impl ConnectionTrait,
    product_id: ProductId,
    query: &PageQuery,
    cursor: Option<(i64, Uuid)>,
) -> Result<Page<Movement>, StoreError> {
    use movement::Column;
    let all = movement::Entity::find().filter(Column::ProductId.eq(product_id.uuid()));
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let mut select = all
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(query.limit.fetch());
    if let Some((at, id)) = cursor {
        select = select.filter(after(Column::At, Column::Id, true, at, id));
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |row| (row.at, row.id));
    let rows = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}

/// Where a page of the ledger begins.
pub fn cursor(text: &str) -> Result<Option<(i64, Uuid)>, page::BadCursor> {
    page::decode(text)
}

fn read(row: movement::Model) -> Result<Movement, StoreError> {
    Ok(Movement {
        id: row.id,
        product_id: ProductId::from_uuid(row.product_id),
        kind: spelled("movement", &row.kind, MovementKind::parse)?,
        on_hand_delta: row.on_hand_delta,
        reserved_delta: row.reserved_delta,
        reason: row.reason,
        order_id: row.order_id.map(OrderId::from_uuid),
        actor_id: row.actor_id.map(UserId::from_uuid),
        at: Timestamp::from_micros(row.at),
    })
}
