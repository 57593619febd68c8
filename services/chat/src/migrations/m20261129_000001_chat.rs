//! Conversations, messages, read markers.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table, create_unique_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        conversations(manager).await?;
        messages(manager).await?;
        create_table(
            manager,
            Table::create()
                .table("read_markers")
                .col(uuid("order_id"))
                .col(uuid("user_id"))
                .col(big_integer("up_to_seq"))
                .col(big_integer("at"))
                .primary_key(Index::create().col("order_id").col("user_id")),
        )
        .await
    }
}

async fn conversations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("conversations")
            .col(uuid("order_id").primary_key())
            .col(string_len("order_number", 32))
            .col(string_len("title", 255))
            .col(uuid("customer_id"))
            .col(string_len("customer_name", 255))
            .col(uuid_null("assignee_id"))
            .col(string_len_null("assignee_name", 255))
            .col(string_len("status", 16))
            .col(big_integer("order_version"))
            .col(big_integer("version"))
            .col(big_integer("last_seq"))
            .col(big_integer("updated_at")),
    )
    .await?;
    // For the lists of conversations, newest first.
    create_indexes(
        manager,
        "conversations",
        &[
            (
                "conversations_of_customer",
                &["customer_id", "updated_at", "order_id"],
            ),
            (
                "conversations_of_assignee",
                &["assignee_id", "updated_at", "order_id"],
            ),
            ("conversations_by_time", &["updated_at", "order_id"]),
        ],
    )
    .await
}

async fn messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("messages")
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(big_integer("seq"))
            .col(uuid_null("author_id"))
            .col(string_len_null("author_name", 255))
            .col(string_len_null("author_role", 16))
            .col(text("body"))
            .col(string_len_null("client_id", 255))
            .col(uuid_null("event_id"))
            .col(big_integer("created_at")),
    )
    .await?;
    create_unique_indexes(
        manager,
        "messages",
        &[
            ("messages_by_seq", &["order_id", "seq"]),
            (
                "messages_by_client_id",
                &["order_id", "author_id", "client_id"],
            ),
            ("messages_by_event", &["event_id"]),
        ],
    )
    .await
}
