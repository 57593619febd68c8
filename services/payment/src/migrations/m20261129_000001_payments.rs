//! Payments, refunds, events from providers, the double-entry ledger, commissions, and which order replaced which.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table, create_unique_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        payments(manager).await?;
        refunds(manager).await?;
        provider_events(manager).await?;
        ledger_entries(manager).await?;
        ledger_lines(manager).await?;
        commissions(manager).await?;
        replacements(manager).await
    }
}

async fn payments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "payments";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(string_len("order_number", 32))
            .col(uuid("customer_id"))
            .col(string_len("provider", 16))
            .col(string_len("provider_reference", 255))
            .col(big_integer("amount").check(Expr::col("amount").gt(0)))
            .col(string_len("currency", 3))
            .col(string_len("state", 16))
            .col(string_len("redirect_url", 2048))
            .col(string_len_null("success_url", 2000))
            .col(string_len_null("cancel_url", 2000))
            .col(string_len_null("failure_reason", 500))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    let reference = &["provider", "provider_reference"];
    create_unique_indexes(manager, table, &[("payments_by_reference", reference)]).await?;
    create_indexes(
        manager,
        table,
        &[
            ("payments_by_order", &["order_id", "id"]),
            ("payments_by_state", &["state", "id"]),
        ],
    )
    .await
}

async fn refunds(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "refunds";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("payment_id"))
            .col(string_len("reason", 500))
            .col(big_integer("amount").check(Expr::col("amount").gt(0)))
            .col(string_len("currency", 3))
            .col(string_len_null("provider_reference", 255))
            .col(integer("attempts"))
            .col(big_integer("next_attempt_at"))
            .col(string_len_null("last_error", 500))
            .col(boolean("completed"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    // One refund of a payment, in full.
    let payment = &["payment_id"];
    create_unique_indexes(manager, table, &[("refunds_by_payment", payment)]).await?;
    // The job reads the open ones that are due.
    let due = &["completed", "next_attempt_at"];
    create_indexes(manager, table, &[("refunds_due", due)]).await
}

async fn provider_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "provider_events";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(string_len("provider", 16))
            .col(string_len("event_id", 255))
            .col(uuid("payment_id"))
            .col(string_len("kind", 16))
            .col(string_len("effect", 16))
            .col(big_integer("received_at")),
    )
    .await?;
    let event = &["provider", "event_id"];
    create_unique_indexes(manager, table, &[("provider_events_by_event", event)]).await?;
    let payment = &["payment_id"];
    create_indexes(manager, table, &[("provider_events_by_payment", payment)]).await
}

/// Rows are only added, as in `ledger_lines`.
async fn ledger_entries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "ledger_entries";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(string_len("kind", 16))
            .col(uuid("source_id"))
            .col(uuid("order_id"))
            .col(uuid_null("payment_id"))
            .col(big_integer("at")),
    )
    .await?;
    // Nothing is booked twice.
    let source = &["kind", "source_id"];
    create_unique_indexes(manager, table, &[("ledger_entries_by_source", source)]).await
}

async fn ledger_lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "ledger_lines";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("entry_id"))
            .col(string_len("kind", 16))
            .col(string_len("account", 64))
            .col(big_integer("amount"))
            .col(string_len("currency", 3))
            .col(uuid("order_id"))
            .col(uuid_null("payment_id"))
            .col(big_integer("at"))
            .foreign_key(
                ForeignKey::create()
                    .name("ledger_lines_entry")
                    .from(table, "entry_id")
                    .to("ledger_entries", "id"),
            ),
    )
    .await?;
    create_indexes(
        manager,
        table,
        &[
            ("ledger_lines_by_entry", &["entry_id"]),
            ("ledger_lines_by_order", &["order_id", "id"]),
            ("ledger_lines_by_account", &["account", "id"]),
        ],
    )
    .await
}

/// The commissions that the shop has had. Rows are only added.
async fn commissions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("commissions")
            // Of the shop's settings.
            .col(big_integer("version").primary_key())
            .col(big_integer("basis_points"))
            .col(big_integer("since")),
    )
    .await
}

/// Which order replaced which. A row without a replacement exists only to be locked when a payment begins.
async fn replacements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("order_replacements")
            .col(uuid("order_id").primary_key())
            .col(uuid_null("replacement_id"))
            .col(string_len_null("replacement_number", 32))
            .col(big_integer("updated_at")),
    )
    .await
}
