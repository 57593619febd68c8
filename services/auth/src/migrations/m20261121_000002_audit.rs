//! The audit log. Rows are only ever added.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::create_index as index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_log")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(big_integer("at"))
                    .col(uuid_null("actor_id"))
                    .col(string_len("actor_name", 200))
                    .col(string_len("actor_role", 16))
                    .col(string_len("client_address", 64))
                    .col(string_len("request_id", 128))
                    .col(string_len("action", 64))
                    .col(string_len("target_kind", 32))
                    .col(string_len("target_id", 64))
                    // JSON; empty where there is none.
                    .col(text("before_state"))
                    .col(text("after_state"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("audit_log_by_time", &["at", "id"][..]),
            ("audit_log_by_actor", &["actor_id", "at", "id"]),
            ("audit_log_by_action", &["action", "at", "id"]),
            ("audit_log_by_target", &["target_id", "at", "id"]),
        ] {
            index(manager, "audit_log", name, columns, false).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("audit_log").if_exists().take())
            .await
    }
}
