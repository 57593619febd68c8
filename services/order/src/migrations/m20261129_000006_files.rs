//! The key that signs links to files, and the types of files that the shop takes.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(
            manager,
            Table::create()
                .table("link_keys")
                .col(integer("id").primary_key())
                // Random, as text.
                .col(string_len("secret", 64))
                .col(big_integer("created_at")),
        )
        .await?;
        // By name, separated by commas. An existing shop takes all that there are.
        let mut types = string_len("allowed_file_types", 100);
        types.default("JPEG,PNG,GIF,WEBP,MP4,PDF");
        let table = Table::alter()
            .table("shop_settings")
            .add_column(types)
            .to_owned();
        manager.alter_table(table).await
    }
}
