//! Recipients, notifications, deliveries, mailbox.

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
                    .table("recipients")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("email", 320))
                    .col(string_len("name", 255))
                    .col(string_len("role", 16))
                    .col(boolean("suspended"))
                    .col(big_integer("version"))
                    .to_owned(),
            )
            .await?;
        let by_role = ["role", "id"];
        index(manager, "recipients", "recipients_by_role", &by_role, false).await?;

        manager
            .create_table(
                Table::create()
                    .table("notifications")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid("event_id"))
                    .col(uuid("user_id"))
                    .col(string_len("kind", 32))
                    .col(string_len("title", 255))
                    .col(string_len("body", 1000))
                    .col(uuid_null("order_id"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("read_at"))
                    .col(big_integer("version"))
                    .to_owned(),
            )
            .await?;
        let event = ["event_id", "user_id"];
        index(
            manager,
            "notifications",
            "notifications_by_event",
            &event,
            true,
        )
        .await?;
        let user = ["user_id", "created_at", "id"];
        index(
            manager,
            "notifications",
            "notifications_by_user",
            &user,
            false,
        )
        .await?;
        let unread = ["user_id", "read_at"];
        index(
            manager,
            "notifications",
            "notifications_unread",
            &unread,
            false,
        )
        .await?;
        let age = ["created_at"];
        index(
            manager,
            "notifications",
            "notifications_by_age",
            &age,
            false,
        )
        .await?;

        manager
            .create_table(
                Table::create()
                    .table("deliveries")
                    .if_not_exists()
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
                    .col(big_integer_null("sent_at"))
                    .to_owned(),
            )
            .await?;
        let event = ["event_id", "user_id", "template"];
        index(manager, "deliveries", "deliveries_by_event", &event, true).await?;
        let due = ["state", "due_at"];
        index(manager, "deliveries", "deliveries_due", &due, false).await?;

        manager
            .create_table(
                Table::create()
                    .table("mails")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("address", 320))
                    .col(string_len("subject", 255))
                    .col(text("text"))
                    .col(text("html"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "mails", "mails_by_time", &["at", "id"], false).await?;
        let address = ["address", "at", "id"];
        index(manager, "mails", "mails_by_address", &address, false).await
    }
}
