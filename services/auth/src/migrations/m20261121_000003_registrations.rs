//! Accounts by day of registration and role.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("registrations_daily")
                    .if_not_exists()
                    // Since 1970-01-01, UTC.
                    .col(integer("day"))
                    .col(string_len("role", 16))
                    .col(big_integer("accounts"))
                    .primary_key(Index::create().col("day").col("role"))
                    .to_owned(),
            )
            .await?;
        let connection = manager.get_connection();
        let backend = connection.get_database_backend();
        let day = match backend {
            DbBackend::MySql => "created_at DIV 86400000000",
            _ => "created_at / 86400000000",
        };
        // Again from nothing, should an attempt have broken off.
        for sql in [
            "DELETE FROM registrations_daily".to_owned(),
            format!(
                "INSERT INTO registrations_daily (day, role, accounts)
                 SELECT {day}, role, COUNT(*) FROM users GROUP BY {day}, role"
            ),
        ] {
            let statement = Statement::from_string(backend, sql);
            connection.execute_raw(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop()
            .table("registrations_daily")
            .if_exists()
            .take();
        manager.drop_table(table).await
    }
}
