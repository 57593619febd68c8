//! Requests to change orders.

use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("change_requests")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid("order_id"))
                    .col(string_len("kind", 16))
                    .col(string_len("state", 16))
                    .col(text("reason"))
                    .col(uuid("requester_id"))
                    .col(string_len("requester_name", 200))
                    .col(string_len("requester_role", 16))
                    .col(uuid_null("decider_id"))
                    .col(string_len_null("decider_name", 200))
                    .col(string_len_null("decider_role", 16))
                    .col(text("note"))
                    // Order and kind while pending, else null: two pending ones of a kind cannot be.
                    .col(string_len_null("pending_key", 64))
                    .col(big_integer("version"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("decided_at"))
                    .to_owned(),
            )
            .await?;
        let table = "change_requests";
        index(
            manager,
            table,
            "change_requests_pending",
            &["pending_key"],
            true,
        )
        .await?;
        for (name, columns) in [
            (
                "change_requests_by_order",
                &["order_id", "created_at", "id"][..],
            ),
            ("change_requests_by_state", &["state", "created_at", "id"]),
            ("change_requests_by_time", &["created_at", "id"]),
        ] {
            index(manager, table, name, columns, false).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop()
            .table("change_requests")
            .if_exists()
            .to_owned();
        manager.drop_table(table).await
    }
}
