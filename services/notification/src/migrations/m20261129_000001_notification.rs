//! Recipients, notifications, deliveries, mailbox, the name of the shop.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table, create_unique_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        recipients(manager).await?;
        notifications(manager).await?;
        deliveries(manager).await?;
        mails(manager).await?;
        create_table(
            manager,
            Table::create()
                .table("shop")
                // One row.
                .col(integer("id").primary_key())
                .col(string_len("name", 100))
                .col(big_integer("version")),
        )
        .await
    }
}

async fn recipients(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("recipients")
            .col(uuid("id").primary_key())
            .col(string_len("email", 320))
            .col(string_len("name", 255))
            .col(string_len("role", 16))
            .col(boolean("suspended"))
            .col(big_integer("version")),
    )
    .await?;
    let role = &["role", "id"];
    create_indexes(manager, "recipients", &[("recipients_by_role", role)]).await
}

async fn notifications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "notifications";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("event_id"))
            .col(uuid("user_id"))
            .col(string_len("kind", 32))
            .col(string_len("title", 255))
            .col(string_len("body", 1000))
            .col(uuid_null("order_id"))
            .col(big_integer("created_at"))
            .col(big_integer_null("read_at"))
            .col(big_integer("version")),
    )
    .await?;
    let event = &["event_id", "user_id"];
    create_unique_indexes(manager, table, &[("notifications_by_event", event)]).await?;
    create_indexes(
        manager,
        table,
        &[
            ("notifications_by_user", &["user_id", "created_at", "id"]),
            ("notifications_unread", &["user_id", "read_at"]),
            ("notifications_by_age", &["created_at"]),
        ],
    )
    .await
}

async fn deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "deliveries";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("event_id"))
            .col(uuid("user_id"))
            .col(string_len("template", 32))
            .col(string_len_null("address", 320))
            .col(string_len("name", 255))
            .col(string_len("subject", 255))
            .col(text("text"))
            .col(text("html"))
            .col(string_len("state", 16))
            .col(integer("attempts"))
            .col(big_integer("due_at"))
            .col(string_len_null("last_error", 1000))
            .col(big_integer("created_at"))
            .col(big_integer_null("sent_at")),
    )
    .await?;
    let event = &["event_id", "user_id", "template"];
    create_unique_indexes(manager, table, &[("deliveries_by_event", event)]).await?;
    let due = &["state", "due_at"];
    create_indexes(manager, table, &[("deliveries_due", due)]).await
}

async fn mails(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("mails")
            .col(uuid("id").primary_key())
            .col(string_len("address", 320))
            .col(string_len("subject", 255))
            .col(text("text"))
            .col(text("html"))
            .col(big_integer("at")),
    )
    .await?;
    create_indexes(
        manager,
        "mails",
        &[
            ("mails_by_time", &["at", "id"]),
            ("mails_by_address", &["address", "at", "id"]),
        ],
    )
    .await
}
