//! The double-entry ledger: entries and their lines. Rows are only ever added.

use sea_orm_migration::{prelude::*, schema::*};

use super::{TableIndex, create_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: &[TableIndex] = &[
    // Nothing is booked twice.
    TableIndex {
        table: "ledger_entries",
        name: "ledger_entries_by_source",
        columns: &["kind", "source_id"],
        unique: true,
    },
    TableIndex {
        table: "ledger_lines",
        name: "ledger_lines_by_entry",
        columns: &["entry_id"],
        unique: false,
    },
    TableIndex {
        table: "ledger_lines",
        name: "ledger_lines_by_order",
        columns: &["order_id", "id"],
        unique: false,
    },
    TableIndex {
        table: "ledger_lines",
        name: "ledger_lines_by_account",
        columns: &["account", "id"],
        unique: false,
    },
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("ledger_entries")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("kind", 16))
                    .col(uuid("source_id"))
                    .col(uuid("order_id"))
                    .col(uuid_null("payment_id"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_lines")
                    .if_not_exists()
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
                            .from("ledger_lines", "entry_id")
                            .to("ledger_entries", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        create_indexes(manager, INDEXES).await
    }
}
