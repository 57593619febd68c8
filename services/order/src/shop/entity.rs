//! The row of `shop_settings`. Amounts of time in seconds.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shop_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub shop_name: String,
    pub currency: String,
    pub goods_expiry: i64,
    pub service_expiry: i64,
    pub mixed_expiry: i64,
    pub payment_window: i64,
    pub commission_basis_points: i64,
    pub max_open_orders_per_worker: i64,
    pub max_order_lines: i64,
    pub max_file_bytes: i64,
    pub max_files_per_order: i64,
    pub cart_lifetime: i64,
    pub low_stock_threshold: i64,
    pub version: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
