//! Refunds in part, and what is known of payments at their providers.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{add_columns, create_indexes, create_table, create_unique_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        payments(manager).await?;
        refunds(manager).await?;
        webhooks(manager).await
    }
}

async fn payments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = vec![
        string_len_null("capture_reference", 255),
        big_integer("refunded").default(0).to_owned(),
        big_integer("refunding").default(0).to_owned(),
        big_integer_null("checked_at"),
    ];
    add_columns(manager, "payments", columns).await?;
    // Those of version 0.1 are refunded as a whole.
    for (state, column) in [("REFUNDED", "refunded"), ("REFUNDING", "refunding")] {
        let fill = Query::update()
            .table("payments")
            .value(column, Expr::col("amount"))
            .and_where(Expr::col("state").eq(state))
            .to_owned();
        manager.execute(fill).await?;
    }
    let capture = &["capture_reference"];
    create_indexes(manager, "payments", &[("payments_by_capture", capture)]).await
}

async fn refunds(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = vec![
        // Version 0.1 does not write it: a refund of its that is completed has succeeded.
        string_len("state", 16).default("PENDING").to_owned(),
        uuid_null("requested_by"),
    ];
    add_columns(manager, "refunds", columns).await?;
    let done = Query::update()
        .table("refunds")
        .value("state", "SUCCEEDED")
        .and_where(Expr::col("completed").eq(true))
        .to_owned();
    manager.execute(done).await?;
    // A payment may have several now.
    let single = "refunds_by_payment";
    if manager.has_index("refunds", single).await? {
        let drop = Index::drop().name(single).table("refunds").to_owned();
        manager.drop_index(drop).await?;
    }
    create_indexes(
        manager,
        "refunds",
        &[
            ("refunds_of_payment", &["payment_id", "id"]),
            ("refunds_by_state", &["state", "id"]),
            ("refunds_by_reference", &["provider_reference"]),
        ],
    )
    .await
}

/// What providers sent to our webhooks, as it arrived.
async fn webhooks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "webhooks";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(string_len("provider", 16))
            .col(string_len("message_id", 255))
            .col(string_len("kind", 100))
            .col(text("body"))
            .col(string_len("state", 16))
            .col(integer("attempts"))
            .col(big_integer("next_attempt_at"))
            .col(string_len_null("last_error", 500))
            .col(big_integer("received_at")),
    )
    .await?;
    let message = &["provider", "message_id"];
    create_unique_indexes(manager, table, &[("webhooks_by_message", message)]).await?;
    let due = &["state", "next_attempt_at"];
    create_indexes(manager, table, &[("webhooks_due", due)]).await
}
