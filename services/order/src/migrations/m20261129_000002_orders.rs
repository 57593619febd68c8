//! Orders with their items, history and words, and the attempts to pay them.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table, create_unique_indexes};

use super::word;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        orders(manager).await?;
        order_items(manager).await?;
        order_history(manager).await?;
        order_words(manager).await?;
        payment_attempts(manager).await
    }
}

async fn orders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "orders";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(string_len("number", 24))
            .col(string_len("status", 16))
            .col(string_len("payment_status", 24))
            .col(string_len("kind", 16))
            // Effect of its goods on the stock: NONE, RESERVED, SOLD.
            .col(string_len("holding", 16))
            .col(uuid("customer_id"))
            .col(string_len("customer_name", 200))
            .col(string_len("customer_email", 320))
            .col(boolean("guest"))
            .col(uuid_null("assignee_id"))
            .col(string_len_null("assignee_name", 200))
            .col(string_len("title", 200))
            .col(text("description"))
            .col(text("special_instructions"))
            .col(big_integer_null("estimated_completion"))
            .col(big_integer("total"))
            .col(string_len("currency", 3))
            // JSON; only ever read and written as a whole.
            .col(text_null("shipping_address"))
            .col(uuid_null("payment_id"))
            .col(uuid_null("replaces_id"))
            .col(uuid_null("replaced_by_id"))
            .col(string_len_null("held_from", 16))
            // Not null only while it waits in the pool, or can expire: those indexes find just the few that do.
            .col(big_integer_null("available_since"))
            .col(big_integer_null("expires_at"))
            .col(big_integer_null("completed_at"))
            .col(string_len("search", 500))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    create_unique_indexes(manager, table, &[("orders_by_number", &["number"])]).await?;
    create_indexes(
        manager,
        table,
        &[
            ("orders_by_time", &["created_at", "id"]),
            ("orders_by_customer", &["customer_id", "created_at", "id"]),
            ("orders_by_assignee", &["assignee_id", "created_at", "id"]),
            ("orders_by_status", &["status", "created_at", "id"]),
            ("orders_by_payment", &["payment_status", "created_at", "id"]),
            ("orders_by_total", &["total", "id"]),
            ("orders_by_available", &["available_since", "id"]),
            ("orders_by_expiry", &["expires_at"]),
            // Counting a worker's orders reads this index alone.
            ("orders_by_worker", &["assignee_id", "status"]),
            // Reports read a time span of one status of payment and work.
            (
                "orders_by_states",
                &["payment_status", "status", "created_at", "id"],
            ),
        ],
    )
    .await
}

async fn order_items(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("order_items")
            .col(uuid("order_id"))
            .col(integer("position"))
            .col(uuid("product_id"))
            .col(string_len("name", 200))
            .col(string_len("kind", 16))
            .col(big_integer("unit_price"))
            .col(big_integer("quantity"))
            .col(big_integer("line_total"))
            .primary_key(Index::create().col("order_id").col("position")),
    )
    .await
}

async fn order_history(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("order_history")
            .col(uuid("order_id"))
            .col(big_integer("version"))
            .col(big_integer("at"))
            .col(string_len("event", 32))
            .col(string_len_null("from_value", 24))
            .col(string_len("to_value", 24))
            .col(uuid_null("actor_id"))
            .col(string_len_null("actor_name", 200))
            .col(string_len_null("actor_role", 16))
            .col(text("note"))
            .primary_key(Index::create().col("order_id").col("version")),
    )
    .await
}

async fn order_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("order_words")
            .col(word(manager, 64))
            .col(big_integer("created_at"))
            .col(uuid("order_id"))
            .primary_key(
                Index::create()
                    .col("word")
                    .col("created_at")
                    .col("order_id"),
            ),
    )
    .await
}

async fn payment_attempts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "payment_attempts";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("payment_id").primary_key())
            .col(uuid("order_id"))
            .col(big_integer("opened_at"))
            // Not null: succeeded or failed.
            .col(big_integer_null("closed_at"))
            // The refunded amount, if the refund arrives before the order accepted the payment.
            .col(big_integer_null("refunded")),
    )
    .await?;
    let order = &["order_id"];
    create_indexes(manager, table, &[("payment_attempts_by_order", order)]).await
}
