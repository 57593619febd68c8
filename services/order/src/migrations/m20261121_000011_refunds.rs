//! How much of a payment went back, where that is heard of before the order took it.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "payment_attempts";
const COLUMN: &str = "refunded";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.has_column(TABLE, COLUMN).await? {
            return Ok(());
        }
        let mut table = Table::alter();
        table.table(TABLE).add_column(big_integer_null(COLUMN));
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.has_column(TABLE, COLUMN).await? {
            return Ok(());
        }
        let mut table = Table::alter();
        table.table(TABLE).drop_column(COLUMN);
        manager.alter_table(table).await
    }
}
