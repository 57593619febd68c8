//! What the relay remembers of its stream, to notice that events were taken out of it.

use sea_orm_migration::{prelude::*, schema::*};

const TABLE: &str = "stream_marks";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["settled", "holes"] {
            // MySQL commits each of them by itself, so a run that was cut off may have made the first one.
            if manager.has_column(TABLE, column).await? {
                continue;
            }
            let mut table = Table::alter();
            table.table(TABLE).add_column(big_integer_null(column));
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
