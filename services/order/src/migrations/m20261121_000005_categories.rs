//! Categories with entries of their own, words to search by, thresholds of low stock.
//!
//! The names of categories that products carried as text become entries. `products.category` keeps being written for as long
//! as a version that reads it may run beside this one; `category_id` is what counts.

use std::collections::{BTreeMap, HashSet};

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{DbBackend, FromQueryResult, TransactionTrait as _},
};
use uuid::Uuid;
use waybill_primitives::Timestamp;

use super::index;
use crate::{catalogue::domain::index_words, categories::domain::slug_of};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Products whose words are written at a time.
const PAGE: u64 = 500;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("categories")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(string_len("slug", 110))
                    .col(string_len("name", 100))
                    .col(text("description"))
                    .col(uuid_null("parent_id"))
                    .col(integer("position"))
                    .col(boolean("active"))
                    .col(big_integer("version"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "categories", "categories_by_slug", &["slug"], true).await?;

        let mut word = string_len("word", 40);
        if manager.get_database_backend() == DbBackend::Postgres {
            // Ranges of words go by their bytes, as on the other two.
            word.extra("COLLATE \"C\"");
        }
        manager
            .create_table(
                Table::create()
                    .table("product_words")
                    .if_not_exists()
                    .col(word)
                    .col(uuid("product_id"))
                    .primary_key(Index::create().col("word").col("product_id"))
                    .to_owned(),
            )
            .await?;
        let table = "product_words";
        index(
            manager,
            table,
            "product_words_by_product",
            &["product_id"],
            false,
        )
        .await?;

        for (table, column) in [
            ("products", uuid_null("category_id")),
            ("products", big_integer_null("low_stock_threshold")),
            ("stock", boolean("low").default(false).take()),
        ] {
            let name = column.get_column_name();
            if !manager.has_column(table, &name).await? {
                // SQLite adds one column at a time.
                let alter = Table::alter().table(table).add_column(column).to_owned();
                manager.alter_table(alter).await?;
            }
        }
        let table = "products";
        for (name, columns) in [
            (
                "products_in_category",
                &["category_id", "active", "created_at", "id"][..],
            ),
            (
                "products_in_category_by_price",
                &["category_id", "active", "price", "id"],
            ),
            ("products_of_kind", &["kind", "active", "created_at", "id"]),
            // Administrators see archived products too.
            ("products_all_by_time", &["created_at", "id"]),
        ] {
            index(manager, table, name, columns, false).await?;
        }
        index(
            manager,
            "stock",
            "stock_by_low",
            &["low", "product_id"],
            false,
        )
        .await?;
        if manager.has_index(table, "products_by_category").await? {
            let drop = Index::drop()
                .name("products_by_category")
                .table(table)
                .to_owned();
            manager.drop_index(drop).await?;
        }
        categories_of_texts(manager).await?;
        words_of_products(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = "products";
        for name in [
            "products_in_category",
            "products_in_category_by_price",
            "products_of_kind",
            "products_all_by_time",
        ] {
            let drop = Index::drop().name(name).table(table).to_owned();
            manager.drop_index(drop).await?;
        }
        let drop = Index::drop().name("stock_by_low").table("stock").to_owned();
        manager.drop_index(drop).await?;
        let columns = ["category", "created_at", "id"];
        index(manager, table, "products_by_category", &columns, false).await?;
        for (table, column) in [
            ("products", "category_id"),
            ("products", "low_stock_threshold"),
            ("stock", "low"),
        ] {
            let alter = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        for table in ["product_words", "categories"] {
            let drop = Table::drop().table(table).if_exists().to_owned();
            manager.drop_table(drop).await?;
        }
        Ok(())
    }
}

#[derive(FromQueryResult)]
struct TextRow {
    category: String,
}

/// One category for each text, whatever its capitals.
async fn categories_of_texts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let distinct = Query::select()
        .distinct()
        .column("category")
        .from("products")
        .and_where(Expr::col("category").ne(""))
        .and_where(Expr::col("category_id").is_null())
        .to_owned();
    let rows = connection.query_all(&distinct).await?;
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let TextRow { category } = TextRow::from_query_result(row, "")?;
        texts
            .entry(category.to_lowercase())
            .or_default()
            .push(category);
    }
    let now = Timestamp::now().micros();
    let mut taken: HashSet<String> = HashSet::new();
    for spellings in texts.values() {
        let name = &spellings[0];
        let id = Uuid::now_v7();
        let mut slug = slug_of(name);
        let mut number = 1;
        while !taken.insert(slug.clone()) {
            number += 1;
            slug = format!("{}-{number}", slug_of(name));
        }
        let insert = Query::insert()
            .into_table("categories")
            .columns([
                "id",
                "slug",
                "name",
                "description",
                "position",
                "active",
                "version",
                "created_at",
                "updated_at",
            ])
            .values_panic([
                id.into(),
                slug.into(),
                name.clone().into(),
                "".into(),
                0.into(),
                true.into(),
                1_i64.into(),
                now.into(),
                now.into(),
            ])
            .to_owned();
        let update = Query::update()
            .table("products")
            .value("category_id", id)
            .and_where(Expr::col("category").is_in(spellings.clone()))
            .to_owned();
        // Together: where schema changes have no transactions, a second run carries on with what is left.
        let transaction = connection.begin().await?;
        transaction.execute(&insert).await?;
        transaction.execute(&update).await?;
        transaction.commit().await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct ProductRow {
    id: Uuid,
    sku: String,
    name: String,
    description: String,
}

async fn words_of_products(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let mut last: Option<Uuid> = None;
    loop {
        let mut select = Query::select()
            .columns(["id", "sku", "name", "description"])
            .from("products")
            .order_by("id", Order::Asc)
            .limit(PAGE)
            .to_owned();
        if let Some(last) = last {
            select.and_where(Expr::col("id").gt(last));
        }
        let rows = connection.query_all(&select).await?;
        let products = rows
            .iter()
            .map(|row| ProductRow::from_query_result(row, ""))
            .collect::<Result<Vec<_>, _>>()?;
        let Some(end) = products.last() else {
            return Ok(());
        };
        last = Some(end.id);
        let ids = products.iter().map(|product| product.id);
        let delete = Query::delete()
            .from_table("product_words")
            .and_where(Expr::col("product_id").is_in(ids))
            .to_owned();
        let transaction = connection.begin().await?;
        transaction.execute(&delete).await?;
        for product in &products {
            let words = index_words(&[&product.sku, &product.name, &product.description]);
            if words.is_empty() {
                continue;
            }
            let mut insert = Query::insert()
                .into_table("product_words")
                .columns(["word", "product_id"])
                .to_owned();
            for word in words {
                insert.values_panic([word.into(), product.id.into()]);
            }
            transaction.execute(&insert).await?;
        }
        transaction.commit().await?;
    }
}
