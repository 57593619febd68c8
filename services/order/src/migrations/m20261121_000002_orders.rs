//! Orders, their items and their history.

use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("orders")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("number", 24))
                    .col(string_len("status", 16))
                    .col(string_len("payment_status", 24))
                    .col(string_len("kind", 16))
                    // What its goods do to the stock: NONE, RESERVED, SOLD.
                    .col(string_len("holding", 16))
                    .col(uuid("customer_id"))
                    .col(string_len("customer_name", 200))
                    .col(string_len("customer_email", 320))
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
                    .col(string_len_null("held_from", 16))
                    // Not null only while it waits in the pool, or can expire: those indexes find just the few that do.
                    .col(big_integer_null("available_since"))
                    .col(big_integer_null("expires_at"))
                    .col(big_integer_null("completed_at"))
                    .col(string_len("search", 500))
                    .col(big_integer("version"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        let table = "orders";
        index(manager, table, "orders_by_number", &["number"], true).await?;
        for (name, columns) in [
            ("orders_by_time", &["created_at", "id"][..]),
            ("orders_by_customer", &["customer_id", "created_at", "id"]),
            ("orders_by_assignee", &["assignee_id", "created_at", "id"]),
            ("orders_by_status", &["status", "created_at", "id"]),
            ("orders_by_payment", &["payment_status", "created_at", "id"]),
            ("orders_by_total", &["total", "id"]),
            ("orders_by_available", &["available_since", "id"]),
            ("orders_by_expiry", &["expires_at"]),
        ] {
            index(manager, table, name, columns, false).await?;
        }

        manager
            .create_table(
                Table::create()
                    .table("order_items")
                    .if_not_exists()
                    .col(uuid("order_id"))
                    .col(integer("position"))
                    .col(uuid("product_id"))
                    .col(string_len("name", 200))
                    .col(string_len("kind", 16))
                    .col(big_integer("unit_price"))
                    .col(big_integer("quantity"))
                    .col(big_integer("line_total"))
                    .primary_key(Index::create().col("order_id").col("position"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("order_history")
                    .if_not_exists()
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
                    .primary_key(Index::create().col("order_id").col("version"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["order_history", "order_items", "orders"] {
            manager
                .drop_table(Table::drop().table(table).if_exists().to_owned())
                .await?;
        }
        Ok(())
    }
}
