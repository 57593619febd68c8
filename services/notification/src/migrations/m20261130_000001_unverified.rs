//! Whether addresses are verified, and what mails to the others are counted by.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{add_columns, create_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let verified = boolean("verified").default(false).to_owned();
        add_columns(manager, "recipients", vec![verified]).await?;
        // Null for mails that no limit counts.
        let table = "deliveries";
        add_columns(manager, table, vec![string_len_null("limit_key", 320)]).await?;
        let columns = &["limit_key", "created_at"];
        create_indexes(manager, table, &[("deliveries_by_limit", columns)]).await
    }
}
