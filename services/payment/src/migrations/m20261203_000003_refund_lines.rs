//! What of an order a refund is for.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::add_columns;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "refunds", vec![text_null("lines")]).await
    }
}
