//! The table that health checks write to.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("write_checks")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(ColumnDef::new("filler").blob().not_null())
                    .to_owned(),
            )
            .await
    }
}
