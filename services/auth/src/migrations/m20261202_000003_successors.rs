//! A refresh whose answer was lost can be repeated, and a session's refreshes are counted.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::add_columns;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tokens = vec![
            char_len_null("successor_hash", 64),
            char_len_null("twin_hash", 64),
            big_integer_null("repeated_at"),
        ];
        add_columns(manager, "refresh_tokens", tokens).await?;
        let sessions = vec![big_integer_null("refreshes_until")];
        add_columns(manager, "sessions", sessions).await
    }
}
