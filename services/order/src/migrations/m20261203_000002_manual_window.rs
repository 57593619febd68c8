//! How long an order waits for a payment by bank transfer or in cash.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::add_columns;

use crate::shop::settings::domain::MANUAL_PAYMENT_WINDOW;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let window = big_integer("manual_payment_window")
            .default(MANUAL_PAYMENT_WINDOW)
            .to_owned();
        add_columns(manager, "shop_settings", vec![window]).await
    }
}
