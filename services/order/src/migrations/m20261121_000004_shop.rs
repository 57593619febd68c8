//! The shop's settings, guests, replacements, shipments.

use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            boolean("guest").default(false).take(),
            uuid_null("replaces_id"),
            uuid_null("replaced_by_id"),
        ] {
            // SQLite adds one column at a time.
            let table = Table::alter().table("orders").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        // One row. Amounts of time are in seconds.
        manager
            .create_table(
                Table::create()
                    .table("shop_settings")
                    .if_not_exists()
                    .col(integer("id").primary_key())
                    .col(string_len("shop_name", 100))
                    .col(string_len("currency", 3))
                    .col(big_integer("goods_expiry"))
                    .col(big_integer("service_expiry"))
                    .col(big_integer("mixed_expiry"))
                    .col(big_integer("payment_window"))
                    .col(big_integer("commission_basis_points"))
                    .col(big_integer("max_open_orders_per_worker"))
                    .col(big_integer("max_order_lines"))
                    .col(big_integer("max_file_bytes"))
                    .col(big_integer("max_files_per_order"))
                    .col(big_integer("cart_lifetime"))
                    .col(big_integer("low_stock_threshold"))
                    .col(big_integer("version"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("shipments")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid("order_id"))
                    .col(string_len("state", 16))
                    .col(string_len("carrier", 100))
                    .col(string_len("tracking_number", 100))
                    .col(string_len("tracking_url", 500))
                    .col(text("note"))
                    .col(big_integer_null("shipped_at"))
                    .col(big_integer_null("delivered_at"))
                    .col(big_integer("version"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        let by_order = &["order_id", "id"];
        index(manager, "shipments", "shipments_by_order", by_order, false).await?;
        manager
            .create_table(
                Table::create()
                    .table("shipment_lines")
                    .if_not_exists()
                    .col(uuid("shipment_id"))
                    .col(uuid("product_id"))
                    .col(string_len("name", 200))
                    .col(big_integer("quantity"))
                    .primary_key(Index::create().col("shipment_id").col("product_id"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["shipment_lines", "shipments", "shop_settings"] {
            manager
                .drop_table(Table::drop().table(table).if_exists().to_owned())
                .await?;
        }
        for column in ["guest", "replaces_id", "replaced_by_id"] {
            let table = Table::alter()
                .table("orders")
                .drop_column(column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
