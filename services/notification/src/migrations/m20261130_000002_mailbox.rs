//! Empties the table of mails: the mailbox shows deliveries. Version 0.1 needs the table; the release after this one drops it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let all = Query::delete().from_table("mails").to_owned();
        manager.execute(all).await
    }
}
