//! The commissions that the shop has had. Rows are only ever added.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("commissions")
                    .if_not_exists()
                    // Of the shop's settings.
                    .col(big_integer("version").primary_key())
                    .col(big_integer("basis_points"))
                    .col(big_integer("since"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("commissions").if_exists().to_owned())
            .await
    }
}
