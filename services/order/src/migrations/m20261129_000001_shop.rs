//! Categories, products with their words, stock and its ledger, carts, the shop's settings.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table, create_unique_indexes};

use super::word;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        categories(manager).await?;
        products(manager).await?;
        product_words(manager).await?;
        stock(manager).await?;
        stock_movements(manager).await?;
        carts(manager).await?;
        cart_items(manager).await?;
        shop_settings(manager).await
    }
}

async fn categories(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("categories")
            .col(uuid("id").primary_key())
            .col(string_len("slug", 110))
            .col(string_len("name", 100))
            .col(text("description"))
            .col(uuid_null("parent_id"))
            .col(integer("position"))
            .col(boolean("active"))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    create_unique_indexes(manager, "categories", &[("categories_by_slug", &["slug"])]).await
}

async fn products(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "products";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(string_len("sku", 64))
            .col(string_len("name", 200))
            // The name in lower case, for sorting.
            .col(string_len("name_key", 200))
            .col(text("description"))
            .col(string_len("kind", 16))
            .col(big_integer("price"))
            .col(string_len("currency", 3))
            .col(uuid_null("category_id"))
            .col(boolean("active"))
            // JSON, in the row itself, because every list of products contains them; null: none.
            .col(text_null("images"))
            // Null: the shop's threshold.
            .col(big_integer_null("low_stock_threshold"))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    create_unique_indexes(manager, table, &[("products_by_sku", &["sku"])]).await?;
    create_indexes(
        manager,
        table,
        &[
            ("products_by_time", &["active", "created_at", "id"]),
            ("products_by_name", &["active", "name_key", "id"]),
            ("products_by_price", &["active", "price", "id"]),
            (
                "products_in_category",
                &["category_id", "active", "created_at", "id"],
            ),
            (
                "products_in_category_by_price",
                &["category_id", "active", "price", "id"],
            ),
            ("products_of_kind", &["kind", "active", "created_at", "id"]),
            // Administrators see archived products too.
            ("products_all_by_time", &["created_at", "id"]),
        ],
    )
    .await
}

async fn product_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "product_words";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(word(manager, 40))
            .col(uuid("product_id"))
            .primary_key(Index::create().col("word").col("product_id")),
    )
    .await?;
    let product = &["product_id"];
    create_indexes(manager, table, &[("product_words_by_product", product)]).await
}

async fn stock(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("stock")
            .col(uuid("product_id").primary_key())
            .col(big_integer("on_hand"))
            .col(big_integer("reserved"))
            .col(boolean("low"))
            .col(big_integer("version"))
            .col(big_integer("updated_at"))
            // Refuses an order that takes more than there is: statements that write with the commit have no condition of their own.
            .check(Expr::cust("reserved >= 0 AND on_hand >= reserved")),
    )
    .await?;
    let low = &["low", "product_id"];
    create_indexes(manager, "stock", &[("stock_by_low", low)]).await
}

async fn stock_movements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "stock_movements";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("product_id"))
            .col(string_len("kind", 16))
            .col(big_integer("on_hand_delta"))
            .col(big_integer("reserved_delta"))
            .col(string_len("reason", 255))
            .col(uuid_null("order_id"))
            .col(uuid_null("actor_id"))
            .col(big_integer("at")),
    )
    .await?;
    let product = &["product_id", "at", "id"];
    create_indexes(manager, table, &[("stock_movements_by_product", product)]).await
}

async fn carts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("carts")
            .col(uuid("id").primary_key())
            // Exactly one is set: the owning account, or SHA-256 of the guest's token.
            .col(uuid_null("user_id"))
            .col(string_len_null("token_hash", 64))
            // The user into whose cart it was merged; the row is kept for repeated merges.
            .col(uuid_null("merged_into"))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    create_unique_indexes(
        manager,
        "carts",
        &[
            ("carts_by_user", &["user_id"]),
            ("carts_by_token", &["token_hash"]),
        ],
    )
    .await?;
    create_indexes(manager, "carts", &[("carts_by_time", &["updated_at"])]).await
}

async fn cart_items(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("cart_items")
            .col(uuid("cart_id"))
            .col(uuid("product_id"))
            .col(big_integer("quantity"))
            // The price at which the customer wrote the line.
            .col(big_integer("seen_price"))
            .col(string_len("seen_currency", 3))
            // What the cart showed when it was last read.
            .col(big_integer("shown_price"))
            .col(string_len("shown_currency", 3))
            .col(big_integer("shown_quantity"))
            .col(big_integer("added_at"))
            .primary_key(Index::create().col("cart_id").col("product_id")),
    )
    .await
}

/// One row. Durations are in seconds.
async fn shop_settings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("shop_settings")
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
            .col(big_integer("updated_at")),
    )
    .await
}
