//! Conversations, messages, read markers.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("conversations")
                    .if_not_exists()
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
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("messages")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid("order_id"))
                    .col(big_integer("seq"))
                    .col(uuid_null("author_id"))
                    .col(string_len_null("author_name", 255))
                    .col(string_len_null("author_role", 16))
                    .col(text("body"))
                    .col(string_len_null("client_id", 255))
                    .col(uuid_null("event_id"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("read_markers")
                    .if_not_exists()
                    .col(uuid("order_id"))
                    .col(uuid("user_id"))
                    .col(big_integer("up_to_seq"))
                    .col(big_integer("at"))
                    .primary_key(Index::create().col("order_id").col("user_id"))
                    .to_owned(),
            )
            .await?;
        for (table, name, columns, unique) in INDEXES {
            // MySQL commits each statement for itself, so an attempt that broke off may have made some already.
            if manager.has_index(*table, *name).await? {
                continue;
            }
            let mut index = Index::create();
            index.table(*table).name(*name);
            for column in *columns {
                index.col(*column);
            }
            if *unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

type IndexInfo = (&'static str, &'static str, &'static [&'static str], bool);

const INDEXES: &[IndexInfo] = &[
    // The lists of conversations, newest first.
    (
        "conversations",
        "conversations_of_customer",
        &["customer_id", "updated_at", "order_id"],
        false,
    ),
    (
        "conversations",
        "conversations_of_assignee",
        &["assignee_id", "updated_at", "order_id"],
        false,
    ),
    (
        "conversations",
        "conversations_by_time",
        &["updated_at", "order_id"],
        false,
    ),
    ("messages", "messages_by_seq", &["order_id", "seq"], true),
    (
        "messages",
        "messages_by_client_id",
        &["order_id", "author_id", "client_id"],
        true,
    ),
    ("messages", "messages_by_event", &["event_id"], true),
];
