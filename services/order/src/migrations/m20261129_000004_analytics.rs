//! Rollups of orders, and each order's contribution to them.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        order_projections(manager).await?;
        analytics_daily(manager).await?;
        projection_state(manager).await
    }
}

async fn order_projections(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("order_projections")
            .col(uuid("order_id").primary_key())
            // The last consumed version of the order.
            .col(big_integer("version"))
            .col(big_integer("generation"))
            // JSON; only ever read and written as a whole.
            .col(text("contribution"))
            .col(text("words")),
    )
    .await
}

async fn analytics_daily(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("analytics_daily")
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
            ),
    )
    .await
}

/// One row: the visible generation, and the one that a rebuild is filling.
async fn projection_state(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("projection_state")
            .col(integer("id").primary_key())
            .col(big_integer("generation"))
            .col(big_integer_null("building")),
    )
    .await?;
    let first = Query::insert()
        .into_table("projection_state")
        .columns(["id", "generation"])
        .values_panic([1.into(), 1_i64.into()])
        .on_conflict(OnConflict::column("id").do_nothing_on(["id"]).to_owned())
        .to_owned();
    manager.execute(first).await
}
