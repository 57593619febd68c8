//! Which order took the place of which. A row without a successor is there to be locked by whoever begins a payment.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("order_successions")
                    .if_not_exists()
                    .col(uuid("order_id").primary_key())
                    .col(uuid_null("successor_id"))
                    .col(string_len_null("successor_number", 32))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop()
            .table("order_successions")
            .if_exists()
            .to_owned();
        manager.drop_table(table).await
    }
}
