//! Payments by hand: what has arrived of them, and refunds that nobody but an administrator makes.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{add_columns, create_indexes, create_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = vec![
            text_null("instructions"),
            big_integer("received").default(0).to_owned(),
        ];
        add_columns(manager, "payments", columns).await?;
        let columns = vec![boolean("by_hand").default(false).to_owned()];
        add_columns(manager, "refunds", columns).await?;
        receipts(manager).await
    }
}

async fn receipts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "receipts";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("payment_id"))
            .col(big_integer("amount").check(Expr::col("amount").gt(0)))
            .col(string_len("currency", 3))
            .col(string_len("reference", 200))
            .col(big_integer("received_at"))
            .col(uuid("recorded_by"))
            .col(big_integer_null("returned_at"))
            .col(string_len_null("return_reference", 200))
            .col(uuid_null("returned_by"))
            .col(big_integer("created_at")),
    )
    .await?;
    let payment = &["payment_id", "id"];
    create_indexes(manager, table, &[("receipts_of_payment", payment)]).await
}
