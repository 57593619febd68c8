//! Files, what is to be removed from the storage, and the pictures of a product.

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
                    .table("files")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid_null("order_id"))
                    .col(uuid_null("product_id"))
                    // Where its bytes are, whatever it belongs to now; the thumbnail is beside it.
                    .col(string_len("object_key", 200))
                    .col(string_len("purpose", 16))
                    .col(string_len("name", 200))
                    .col(string_len("content_type", 100))
                    .col(big_integer("size"))
                    .col(string_len("sha256", 64))
                    .col(integer_null("width"))
                    .col(integer_null("height"))
                    .col(string_len_null("thumbnail_type", 100))
                    .col(big_integer_null("thumbnail_size"))
                    .col(uuid("uploader_id"))
                    .col(string_len("uploader_name", 200))
                    .col(string_len("uploader_role", 16))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("files_by_order", &["order_id", "created_at", "id"][..]),
            ("files_by_product", &["product_id"]),
        ] {
            index(manager, "files", name, columns, false).await?;
        }

        manager
            .create_table(
                Table::create()
                    .table("file_removals")
                    .if_not_exists()
                    .col(string_len("object_key", 250).primary_key())
                    .col(big_integer("due_at"))
                    .col(integer("attempts"))
                    .to_owned(),
            )
            .await?;
        let table = "file_removals";
        index(manager, table, "file_removals_by_time", &["due_at"], false).await?;

        if !manager.has_column("products", "images").await? {
            // In the row itself, because every list of products shows them; null: none.
            let column = Table::alter()
                .table("products")
                .add_column(text_null("images"))
                .to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("products")
            .drop_column("images")
            .to_owned();
        manager.alter_table(column).await?;
        for table in ["file_removals", "files"] {
            manager
                .drop_table(Table::drop().table(table).if_exists().to_owned())
                .await?;
        }
        Ok(())
    }
}
