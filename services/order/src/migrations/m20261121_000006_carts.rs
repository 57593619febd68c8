//! Carts with their lines, and the attempts to pay that keep an order from expiring.

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
                    .table("carts")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    // One of the two: whose it is, or SHA-256 of the token that names it.
                    .col(uuid_null("user_id"))
                    .col(string_len_null("token_hash", 64))
                    // Into whose cart it went; the row is kept so that a repeated merge finds out.
                    .col(uuid_null("merged_into"))
                    .col(big_integer("version"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        let table = "carts";
        index(manager, table, "carts_by_user", &["user_id"], true).await?;
        index(manager, table, "carts_by_token", &["token_hash"], true).await?;
        index(manager, table, "carts_by_time", &["updated_at"], false).await?;

        manager
            .create_table(
                Table::create()
                    .table("cart_items")
                    .if_not_exists()
                    .col(uuid("cart_id"))
                    .col(uuid("product_id"))
                    .col(big_integer("quantity"))
                    // The price at which the customer wrote the line.
                    .col(big_integer("seen_price"))
                    .col(string_len("seen_currency", 3))
                    // What the cart told when it was last read.
                    .col(big_integer("shown_price"))
                    .col(string_len("shown_currency", 3))
                    .col(big_integer("shown_quantity"))
                    .col(big_integer("added_at"))
                    .primary_key(Index::create().col("cart_id").col("product_id"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("payment_attempts")
                    .if_not_exists()
                    .col(uuid("payment_id").primary_key())
                    .col(uuid("order_id"))
                    .col(big_integer("opened_at"))
                    // Not null: succeeded or failed.
                    .col(big_integer_null("closed_at"))
                    .to_owned(),
            )
            .await?;
        let name = "payment_attempts_by_order";
        index(manager, "payment_attempts", name, &["order_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["payment_attempts", "cart_items", "carts"] {
            manager
                .drop_table(Table::drop().table(table).if_exists().to_owned())
                .await?;
        }
        Ok(())
    }
}
