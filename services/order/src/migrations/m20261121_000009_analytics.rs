//! Rollups of orders, and what each order has added to them.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("order_projections")
                    .if_not_exists()
                    .col(uuid("order_id").primary_key())
                    // Of the order, as far as it has been taken in.
                    .col(big_integer("version"))
                    .col(big_integer("generation"))
                    // JSON; only ever read and written as a whole.
                    .col(text("contribution"))
                    .col(text("words"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("analytics_daily")
                    .if_not_exists()
                    .col(big_integer("generation"))
                    .col(string_len("metric", 16))
                    // Since 1970-01-01, UTC.
                    .col(integer("day"))
                    .col(string_len("dimension", 36))
                    .col(string_len("currency", 3))
                    .col(big_integer("quantity"))
                    .col(big_integer("amount"))
                    .primary_key(
                        Index::create()
                            .col("generation")
                            .col("metric")
                            .col("day")
                            .col("dimension")
                            .col("currency"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("projection_state")
                    .if_not_exists()
                    .col(integer("id").primary_key())
                    // The generation that is shown, and the one that a rebuild is filling.
                    .col(big_integer("generation"))
                    .col(big_integer_null("building"))
                    // False until every order that was there before these tables has been counted.
                    .col(boolean("complete"))
                    .to_owned(),
            )
            .await?;
        // Reports read a time span of one status of payment and work.
        let states = ["payment_status", "status", "created_at", "id"];
        index(manager, "orders", "orders_by_states", &states, false).await?;
        begin(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .table("orders")
            .name("orders_by_states")
            .to_owned();
        manager.drop_index(index).await?;
        for table in ["projection_state", "analytics_daily", "order_projections"] {
            manager
                .drop_table(Table::drop().table(table).if_exists().to_owned())
                .await?;
        }
        Ok(())
    }
}

/// Orders that are there already are counted by the service once it runs; their published events are settled with that.
async fn begin(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = connection.get_database_backend();
    let run = async |sql: &str| {
        let statement = Statement::from_string(backend, sql.to_owned());
        connection.execute_raw(statement).await
    };
    let (yes, skip) = if backend == DbBackend::MySql {
        ("INSERT IGNORE", "")
    } else {
        ("INSERT", "ON CONFLICT DO NOTHING")
    };
    run(&format!(
        "{yes} INTO projection_state (id, generation, building, complete)
         SELECT 1, 1, NULL, NOT EXISTS (SELECT 1 FROM orders) FROM (SELECT 1 AS one) AS one_row WHERE 1 = 1 {skip}"
    ))
    .await?;
    run(&format!(
        "{yes} INTO inbox (consumer, event_id, aggregate_id, aggregate_version, at)
         SELECT 'order-projections', id, aggregate_id, aggregate_version, at FROM outbox
         WHERE aggregate = 'order' AND sequence IS NOT NULL {skip}"
    ))
    .await?;
    Ok(())
}
