//! Products, their stock and its ledger.

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
                    .table("products")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("sku", 64))
                    .col(string_len("name", 200))
                    // The name in lower case: what lists are sorted by.
                    .col(string_len("name_key", 200))
                    .col(text("description"))
                    .col(string_len("kind", 16))
                    .col(big_integer("price"))
                    .col(string_len("currency", 3))
                    .col(string_len("category", 100))
                    .col(boolean("active"))
                    .col(text("search"))
                    .col(big_integer("version"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        let table = "products";
        index(manager, table, "products_by_sku", &["sku"], true).await?;
        for (name, columns) in [
            ("products_by_time", &["active", "created_at", "id"][..]),
            ("products_by_name", &["active", "name_key", "id"]),
            ("products_by_price", &["active", "price", "id"]),
            ("products_by_category", &["category", "created_at", "id"]),
        ] {
            index(manager, table, name, columns, false).await?;
        }

        manager
            .create_table(
                Table::create()
                    .table("stock")
                    .if_not_exists()
                    .col(uuid("product_id").primary_key())
                    .col(big_integer("on_hand"))
                    .col(big_integer("reserved"))
                    .col(big_integer("version"))
                    .col(big_integer("updated_at"))
                    // The last line of defence; the statements that change stock are conditional themselves.
                    .check(Expr::cust("reserved >= 0 AND on_hand >= reserved"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("stock_movements")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid("product_id"))
                    .col(string_len("kind", 16))
                    .col(big_integer("on_hand_delta"))
                    .col(big_integer("reserved_delta"))
                    .col(string_len("reason", 255))
                    .col(uuid_null("order_id"))
                    .col(uuid_null("actor_id"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        let table = "stock_movements";
        index(
            manager,
            table,
            "stock_movements_by_product",
            &["product_id", "at", "id"],
            false,
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["stock_movements", "stock", "products"] {
            manager
                .drop_table(Table::drop().table(table).if_exists().to_owned())
                .await?;
        }
        Ok(())
    }
}
