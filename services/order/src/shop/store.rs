//! The one row of the shop's settings.

use std::time::Duration;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _, Set,
};
use waybill_primitives::Timestamp;
use waybill_store::{StoreError, Tx};

use super::{
    domain::ShopSettings,
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::{catalogue::entity as product, orders::entity::order, store::unreadable};

/// The id of the only row.
const ID: i32 = 1;

fn read(row: Model) -> Result<ShopSettings, StoreError> {
    let seconds = |column, value: i64| {
        let value = u64::try_from(value).map_err(|_| unreadable(column, &value.to_string()))?;
        Ok::<_, StoreError>(Duration::from_secs(value))
    };
    let number = |column, value: i64| {
        u32::try_from(value).map_err(|_| unreadable(column, &value.to_string()))
    };
    let currency = row.currency.parse();
    Ok(ShopSettings {
        currency: currency.map_err(|_| unreadable("currency", &row.currency))?,
        shop_name: row.shop_name,
        goods_expiry: seconds("goods_expiry", row.goods_expiry)?,
        service_expiry: seconds("service_expiry", row.service_expiry)?,
        mixed_expiry: seconds("mixed_expiry", row.mixed_expiry)?,
        payment_window: seconds("payment_window", row.payment_window)?,
        commission_basis_points: number("commission", row.commission_basis_points)?,
        max_open_orders_per_worker: number("max_open_orders", row.max_open_orders_per_worker)?,
        max_order_lines: number("max_order_lines", row.max_order_lines)?,
        max_file_bytes: seconds("max_file_bytes", row.max_file_bytes)?.as_secs(),
        max_files_per_order: number("max_files_per_order", row.max_files_per_order)?,
        cart_lifetime: seconds("cart_lifetime", row.cart_lifetime)?,
        low_stock_threshold: row.low_stock_threshold,
        version: row.version,
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

fn columns(settings: &ShopSettings) -> ActiveModel {
    let seconds = |time: Duration| Set(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
    ActiveModel {
        shop_name: Set(settings.shop_name.clone()),
        currency: Set(settings.currency.as_str().to_owned()),
        goods_expiry: seconds(settings.goods_expiry),
        service_expiry: seconds(settings.service_expiry),
        mixed_expiry: seconds(settings.mixed_expiry),
        payment_window: seconds(settings.payment_window),
        commission_basis_points: Set(settings.commission_basis_points.into()),
        max_open_orders_per_worker: Set(settings.max_open_orders_per_worker.into()),
        max_order_lines: Set(settings.max_order_lines.into()),
        max_file_bytes: Set(i64::try_from(settings.max_file_bytes).unwrap_or(i64::MAX)),
        max_files_per_order: Set(settings.max_files_per_order.into()),
        cart_lifetime: seconds(settings.cart_lifetime),
        low_stock_threshold: Set(settings.low_stock_threshold),
        version: Set(settings.version),
        updated_at: Set(settings.updated_at.micros()),
        ..ActiveModel::default()
    }
}

/// None before the first start has written them.
pub async fn find(connection: &impl ConnectionTrait) -> Result<Option<ShopSettings>, StoreError> {
    let row = Entity::find_by_id(ID).one(connection).await?;
    row.map(read).transpose()
}

/// The settings if they are newer than this version.
pub async fn newer(
    connection: &impl ConnectionTrait,
    version: i64,
) -> Result<Option<ShopSettings>, StoreError> {
    let row = Entity::find_by_id(ID)
        .filter(Column::Version.gt(version))
        .one(connection)
        .await?;
    row.map(read).transpose()
}

/// As they are now and until the transaction ends.
pub async fn find_locked(tx: &Tx) -> Result<Option<ShopSettings>, StoreError> {
    let row = Entity::find_by_id(ID)
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    row.map(read).transpose()
}

/// Writes those of a new shop. [`StoreError::Unique`]: another replica was faster.
pub async fn insert(tx: &Tx, settings: &ShopSettings) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(ID),
        ..columns(settings)
    };
    Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Writes the next version. False if the one before it is not the current one any more.
pub async fn update(tx: &Tx, settings: &ShopSettings) -> Result<bool, StoreError> {
    let update = Entity::update_many()
        .set(columns(settings))
        .filter(Column::Id.eq(ID))
        .filter(Column::Version.eq(settings.version - 1));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// Whether anything has a price already.
pub async fn has_prices(tx: &Tx) -> Result<bool, StoreError> {
    let product: Option<String> = product::Entity::find()
        .select_only()
        .column(product::Column::Currency)
        .limit(1)
        .into_tuple()
        .one(tx.conn())
        .await?;
    if product.is_some() {
        return Ok(true);
    }
    let order: Option<String> = order::Entity::find()
        .select_only()
        .column(order::Column::Currency)
        .limit(1)
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(order.is_some())
}
