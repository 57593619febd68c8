//! Payments, refunds and what providers told us.

use sea_orm_migration::{prelude::*, schema::*};

use super::{TableIndex, create_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: &[TableIndex] = &[
    TableIndex {
        table: "payments",
        name: "payments_by_reference",
        columns: &["provider", "provider_reference"],
        unique: true,
    },
    TableIndex {
        table: "payments",
        name: "payments_by_order",
        columns: &["order_id", "id"],
        unique: false,
    },
    TableIndex {
        table: "payments",
        name: "payments_by_state",
        columns: &["state", "id"],
        unique: false,
    },
    // One refund of a payment, in full.
    TableIndex {
        table: "refunds",
        name: "refunds_by_payment",
        columns: &["payment_id"],
        unique: true,
    },
    // The job reads what is open and due.
    TableIndex {
        table: "refunds",
        name: "refunds_due",
        columns: &["completed", "next_attempt_at"],
        unique: false,
    },
    TableIndex {
        table: "provider_events",
        name: "provider_events_by_event",
        columns: &["provider", "event_id"],
        unique: true,
    },
    TableIndex {
        table: "provider_events",
        name: "provider_events_by_payment",
        columns: &["payment_id"],
        unique: false,
    },
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("payments")
                    .if_not_exists()
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
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("refunds")
                    .if_not_exists()
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
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("provider_events")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("provider", 16))
                    .col(string_len("event_id", 255))
                    .col(uuid("payment_id"))
                    .col(string_len("kind", 16))
                    .col(string_len("effect", 16))
                    .col(big_integer("received_at"))
                    .to_owned(),
            )
            .await?;
        create_indexes(manager, INDEXES).await
    }
}
