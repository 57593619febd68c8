//! Outbox, inbox, dead letters, stream marks, idempotency keys, write checks.

use sea_orm_migration::{prelude::*, schema::*};

use super::{create_indexes, create_table, create_unique_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox(manager).await?;
        inbox(manager).await?;
        dead_letters(manager).await?;
        idempotency_keys(manager).await?;
        // What the relay knows about its stream.
        create_table(
            manager,
            Table::create()
                .table("stream_marks")
                .col(string_len("service", 40).primary_key())
                .col(big_integer("created"))
                .col(big_integer_null("settled"))
                .col(big_integer_null("holes")),
        )
        .await?;
        // Health checks write to it.
        create_table(
            manager,
            Table::create()
                .table("write_checks")
                .col(uuid("id").primary_key())
                .col(blob("filler")),
        )
        .await
    }
}

async fn outbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("outbox")
            .col(uuid("id").primary_key())
            .col(string_len("subject", 120))
            .col(string_len("aggregate", 40))
            .col(uuid("aggregate_id"))
            .col(big_integer("aggregate_version"))
            .col(big_integer("at"))
            .col(string_len_null("traceparent", 64))
            .col(string_len_null("request_id", 128))
            .col(string_len_null("actor", 64))
            .col(blob("payload"))
            .col(big_integer_null("sequence")),
    )
    .await?;
    let version = &["aggregate", "aggregate_id", "aggregate_version"];
    create_unique_indexes(manager, "outbox", &[("outbox_by_version", version)]).await?;
    // The relay reads `sequence IS NULL ORDER BY id`; repairs read by sequence.
    let sequence = &["sequence", "id"];
    create_indexes(manager, "outbox", &[("outbox_by_sequence", sequence)]).await
}

async fn inbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("inbox")
            .col(string_len("consumer", 64))
            .col(uuid("event_id"))
            .col(uuid("aggregate_id"))
            .col(big_integer("aggregate_version"))
            .col(big_integer("at"))
            .primary_key(Index::create().col("consumer").col("event_id")),
    )
    .await?;
    create_indexes(
        manager,
        "inbox",
        &[
            (
                "inbox_by_aggregate",
                &["consumer", "aggregate_id", "aggregate_version"],
            ),
            ("inbox_by_time", &["at"]),
        ],
    )
    .await
}

async fn dead_letters(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("dead_letters")
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
            .col(blob("payload"))
            .col(text("error"))
            .col(integer("attempts"))
            .col(big_integer("at"))
            .col(boolean("retry_requested")),
    )
    .await?;
    let event = &["consumer", "event_id"];
    create_unique_indexes(manager, "dead_letters", &[("dead_letters_by_event", event)]).await
}

async fn idempotency_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("idempotency_keys")
            .col(string_len("scope", 120))
            .col(string_len("idempotency_key", 255))
            .col(string_len("request_hash", 64))
            .col(blob("answer"))
            .col(big_integer("at"))
            .primary_key(Index::create().col("scope").col("idempotency_key")),
    )
    .await?;
    let time = &["at"];
    create_indexes(
        manager,
        "idempotency_keys",
        &[("idempotency_keys_by_time", time)],
    )
    .await
}
