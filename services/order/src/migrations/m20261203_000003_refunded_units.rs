//! Units of an order that were refunded.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::add_columns;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let refunded = big_integer("refunded_quantity").default(0).to_owned();
        add_columns(manager, "order_items", vec![refunded]).await
    }
}
