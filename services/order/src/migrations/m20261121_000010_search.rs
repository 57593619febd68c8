//! Words of orders: searched by their beginnings.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut word = string_len("word", 64);
        if manager.get_connection().get_database_backend() == DbBackend::Postgres {
            // Bytes, not a language: else words with one beginning need not lie side by side.
            word.extra("COLLATE \"C\"");
        }
        manager
            .create_table(
                Table::create()
                    .table("order_words")
                    .if_not_exists()
                    .col(word)
                    .col(big_integer("created_at"))
                    .col(uuid("order_id"))
                    .primary_key(
                        Index::create()
                            .col("word")
                            .col("created_at")
                            .col("order_id"),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop().table("order_words").if_exists().to_owned();
        manager.drop_table(table).await
    }
}
