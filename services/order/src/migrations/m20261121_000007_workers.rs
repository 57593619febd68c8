//! Workers, notes, progress.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::Statement};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Whoever has worked here before this table was there; auth's events tell the rest.
const KNOWN: &str = "INSERT INTO workers (id, name, name_key, email, role, suspended, auth_version, version, created_at, updated_at) \
    SELECT assignee_id, MAX(assignee_name), LOWER(MAX(assignee_name)), '', 'STAFF', FALSE, 0, 0, MIN(created_at), MIN(created_at) \
    FROM orders WHERE assignee_id IS NOT NULL AND assignee_id NOT IN (SELECT id FROM workers) GROUP BY assignee_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("workers")
                    .if_not_exists()
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
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("worker_categories")
                    .if_not_exists()
                    .col(uuid("worker_id"))
                    .col(uuid("category_id"))
                    .primary_key(Index::create().col("worker_id").col("category_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("order_notes")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid("order_id"))
                    .col(uuid("author_id"))
                    .col(string_len("author_name", 200))
                    .col(string_len("author_role", 16))
                    .col(text("body"))
                    .col(string_len("visibility", 16))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("order_progress")
                    .if_not_exists()
                    .col(uuid("id").primary_key())
                    .col(uuid("order_id"))
                    .col(uuid("author_id"))
                    .col(string_len("author_name", 200))
                    .col(string_len("author_role", 16))
                    .col(string_len("step", 200))
                    .col(integer_null("percent"))
                    .col(text("note"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        for (table, name, columns) in [
            ("workers", "workers_by_name", &["name_key", "id"][..]),
            (
                "worker_categories",
                "worker_categories_by_category",
                &["category_id"],
            ),
            (
                "order_notes",
                "order_notes_by_order",
                &["order_id", "created_at", "id"],
            ),
            (
                "order_progress",
                "order_progress_by_order",
                &["order_id", "created_at", "id"],
            ),
            // Counting a worker's orders reads this index alone.
            ("orders", "orders_by_worker", &["assignee_id", "status"]),
            (
                "change_requests",
                "change_requests_by_kind",
                &["kind", "created_at", "id"],
            ),
        ] {
            index(manager, table, name, columns, false).await?;
        }
        let connection = manager.get_connection();
        let known = Statement::from_string(connection.get_database_backend(), KNOWN);
        connection.execute_raw(known).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "order_progress",
            "order_notes",
            "worker_categories",
            "workers",
        ] {
            manager
                .drop_table(Table::drop().table(table).if_exists().to_owned())
                .await?;
        }
        for (table, name) in [
            ("orders", "orders_by_worker"),
            ("change_requests", "change_requests_by_kind"),
        ] {
            manager
                .drop_index(Index::drop().table(table).name(name).to_owned())
                .await?;
        }
        Ok(())
    }
}
