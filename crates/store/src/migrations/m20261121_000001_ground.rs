//! Outbox, inbox, dead letters, idempotency keys, stream marks.

use sea_orm_migration::{prelude::*, schema::*};

use super::create_index as index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("outbox")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("subject", 120))
                    .col(string_len("aggregate", 40))
                    .col(uuid("aggregate_id"))
                    .col(big_integer("aggregate_version"))
                    .col(big_integer("at"))
                    .col(string_len_null("traceparent", 64))
                    .col(string_len_null("request_id", 128))
                    .col(string_len_null("actor", 64))
                    .col(ColumnDef::new("payload").blob().not_null())
                    .col(big_integer_null("sequence"))
                    .to_owned(),
            )
            .await?;
        // The relay reads `sequence IS NULL ORDER BY id`; repairs read by sequence.
        index(
            manager,
            "outbox",
            "outbox_by_sequence",
            &["sequence", "id"],
            false,
        )
        .await?;
        let version = ["aggregate", "aggregate_id", "aggregate_version"];
        index(manager, "outbox", "outbox_by_version", &version, true).await?;

        manager
            .create_table(
                Table::create()
                    .table("inbox")
                    .if_not_exists()
                    .col(string_len("consumer", 64))
                    .col(uuid("event_id"))
                    .col(uuid("aggregate_id"))
                    .col(big_integer("aggregate_version"))
                    .col(big_integer("at"))
                    .primary_key(Index::create().col("consumer").col("event_id"))
                    .to_owned(),
            )
            .await?;
        let aggregate = ["consumer", "aggregate_id", "aggregate_version"];
        index(manager, "inbox", "inbox_by_aggregate", &aggregate, false).await?;
        index(manager, "inbox", "inbox_by_time", &["at"], false).await?;

        manager
            .create_table(
                Table::create()
                    .table("dead_letters")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("consumer", 64))
                    .col(uuid("event_id"))
                    .col(string_len("source", 40))
                    .col(string_len("subject", 120))
                    .col(uuid("aggregate_id"))
                    .col(big_integer("aggregate_version"))
                    .col(big_integer("event_at"))
                    .col(string_len_null("traceparent", 64))
                    .col(string_len_null("request_id", 128))
                    .col(string_len_null("actor", 64))
                    .col(ColumnDef::new("payload").blob().not_null())
                    .col(text("error"))
                    .col(integer("attempts"))
                    .col(big_integer("at"))
                    .col(boolean("retry_requested"))
                    .to_owned(),
            )
            .await?;
        let event = ["consumer", "event_id"];
        index(
            manager,
            "dead_letters",
            "dead_letters_by_event",
            &event,
            true,
        )
        .await?;

        manager
            .create_table(
                Table::create()
                    .table("idempotency_keys")
                    .if_not_exists()
                    .col(string_len("scope", 120))
                    .col(string_len("idempotency_key", 255))
                    .col(string_len("request_hash", 64))
                    .col(ColumnDef::new("answer").blob().not_null())
                    .col(big_integer("at"))
                    .primary_key(Index::create().col("scope").col("idempotency_key"))
                    .to_owned(),
            )
            .await?;
        index(
            manager,
            "idempotency_keys",
            "idempotency_keys_by_time",
            &["at"],
            false,
        )
        .await?;

        manager
            .create_table(
                Table::create()
                    .table("stream_marks")
                    .if_not_exists()
                    .col(string_len("service", 40).primary_key())
                    .col(big_integer("created"))
                    .to_owned(),
            )
            .await
    }
}
