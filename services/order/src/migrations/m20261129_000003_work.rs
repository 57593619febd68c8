//! Work on orders: change requests, workers, notes, progress, files, shipments.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table, create_unique_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        change_requests(manager).await?;
        workers(manager).await?;
        worker_categories(manager).await?;
        order_notes(manager).await?;
        order_progress(manager).await?;
        files(manager).await?;
        file_removals(manager).await?;
        shipments(manager).await?;
        shipment_lines(manager).await
    }
}

async fn change_requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "change_requests";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(string_len("kind", 16))
            .col(string_len("state", 16))
            .col(text("reason"))
            .col(uuid("requester_id"))
            .col(string_len("requester_name", 200))
            .col(string_len("requester_role", 16))
            .col(uuid_null("decider_id"))
            .col(string_len_null("decider_name", 200))
            .col(string_len_null("decider_role", 16))
            .col(text("note"))
            // Order and kind while pending, else null: allows only one pending request of a kind.
            .col(string_len_null("pending_key", 64))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer_null("decided_at")),
    )
    .await?;
    let pending = &["pending_key"];
    create_unique_indexes(manager, table, &[("change_requests_pending", pending)]).await?;
    create_indexes(
        manager,
        table,
        &[
            (
                "change_requests_by_order",
                &["order_id", "created_at", "id"],
            ),
            ("change_requests_by_state", &["state", "created_at", "id"]),
            ("change_requests_by_kind", &["kind", "created_at", "id"]),
            ("change_requests_by_time", &["created_at", "id"]),
        ],
    )
    .await
}

async fn workers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("workers")
            .col(uuid("id").primary_key())
            .col(string_len("name", 200))
            // Lower case, for searching and sorting.
            .col(string_len("name_key", 200))
            .col(string_len("email", 320))
            .col(string_len("role", 16))
            .col(boolean("suspended"))
            // The version of the account that the columns above are from.
            .col(big_integer("auth_version"))
            .col(integer_null("max_open_orders"))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    create_indexes(
        manager,
        "workers",
        &[("workers_by_name", &["name_key", "id"])],
    )
    .await
}

async fn worker_categories(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "worker_categories";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("worker_id"))
            .col(uuid("category_id"))
            .primary_key(Index::create().col("worker_id").col("category_id")),
    )
    .await?;
    let category = &["category_id"];
    create_indexes(
        manager,
        table,
        &[("worker_categories_by_category", category)],
    )
    .await
}

async fn order_notes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "order_notes";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(uuid("author_id"))
            .col(string_len("author_name", 200))
            .col(string_len("author_role", 16))
            .col(text("body"))
            .col(string_len("visibility", 16))
            .col(big_integer("created_at")),
    )
    .await?;
    let order = &["order_id", "created_at", "id"];
    create_indexes(manager, table, &[("order_notes_by_order", order)]).await
}

async fn order_progress(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "order_progress";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(uuid("author_id"))
            .col(string_len("author_name", 200))
            .col(string_len("author_role", 16))
            .col(string_len("step", 200))
            .col(integer_null("percent"))
            .col(text("note"))
            .col(big_integer("created_at")),
    )
    .await?;
    let order = &["order_id", "created_at", "id"];
    create_indexes(manager, table, &[("order_progress_by_order", order)]).await
}

async fn files(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("files")
            .col(uuid("id").primary_key())
            .col(uuid_null("order_id"))
            .col(uuid_null("product_id"))
            // The object in the storage; stays if the file moves to another order. The thumbnail is beside it.
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
            .col(big_integer("created_at")),
    )
    .await?;
    create_indexes(
        manager,
        "files",
        &[
            ("files_by_order", &["order_id", "created_at", "id"]),
            ("files_by_product", &["product_id"]),
        ],
    )
    .await
}

/// Objects to be removed from the storage.
async fn file_removals(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "file_removals";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(string_len("object_key", 250).primary_key())
            .col(big_integer("due_at"))
            .col(integer("attempts")),
    )
    .await?;
    create_indexes(manager, table, &[("file_removals_by_time", &["due_at"])]).await
}

async fn shipments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "shipments";
    create_table(
        manager,
        Table::create()
            .table(table)
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
            .col(big_integer("updated_at")),
    )
    .await?;
    create_indexes(
        manager,
        table,
        &[("shipments_by_order", &["order_id", "id"])],
    )
    .await
}

async fn shipment_lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("shipment_lines")
            .col(uuid("shipment_id"))
            .col(uuid("product_id"))
            .col(string_len("name", 200))
            .col(big_integer("quantity"))
            .primary_key(Index::create().col("shipment_id").col("product_id")),
    )
    .await
}
