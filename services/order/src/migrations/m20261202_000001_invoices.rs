//! Invoices with their series, the seller on them, and the providers of payments.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};
use waybill_store::{add_columns, create_indexes, create_table, create_unique_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        invoices(manager).await?;
        create_table(
            manager,
            Table::create()
                .table("invoice_series")
                .col(string_len("series", 16).primary_key())
                .col(big_integer("last")),
        )
        .await?;
        // One row: since when there are invoices. The first start writes it.
        create_table(
            manager,
            Table::create()
                .table("invoicing")
                .col(integer("id").primary_key())
                .col(big_integer("since")),
        )
        .await?;
        let empty = |name: &'static str, length| string_len(name, length).default("").to_owned();
        let seller = vec![
            empty("legal_name", 200),
            empty("address", 500),
            empty("tax_id", 50),
            empty("billing_email", 254),
            empty("invoice_note", 1_000),
        ];
        add_columns(manager, "shop_settings", seller).await?;
        let provider = string_len_null("provider", 16);
        add_columns(manager, "payment_attempts", vec![provider]).await
    }
}

async fn invoices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "invoices";
    let mut snapshot = text("snapshot");
    if manager.get_database_backend() == DbBackend::MySql {
        // A hundred lines with long names are more than the 64 KiB of its TEXT.
        snapshot = ColumnDef::new("snapshot");
        snapshot.custom("mediumtext").not_null();
    }
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(uuid("customer_id"))
            .col(string_len("kind", 16))
            .col(string_len("series", 16))
            .col(big_integer("number"))
            .col(string_len("label", 40))
            .col(big_integer("issued_at"))
            .col(string_len("currency", 3))
            .col(big_integer("total"))
            .col(uuid_null("refers_to"))
            .col(string_len("source", 80))
            .col(snapshot),
    )
    .await?;
    let unique = [
        ("invoices_by_number", &["series", "number"][..]),
        ("invoices_by_source", &["source"]),
    ];
    create_unique_indexes(manager, table, &unique).await?;
    let others = [
        ("invoices_by_order", &["order_id", "issued_at"][..]),
        ("invoices_by_invoice", &["refers_to"]),
    ];
    create_indexes(manager, table, &others).await
}
