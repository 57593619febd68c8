//! What makes access tokens invalid before they expire can be listed by time.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{add_columns, create_indexes};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "users", vec![big_integer_null("role_changed_at")]).await?;
        create_indexes(
            manager,
            "users",
            &[("users_by_role_change", &["role_changed_at"])],
        )
        .await?;
        create_indexes(
            manager,
            "sessions",
            &[("sessions_by_end", &["revoked_at", "id"])],
        )
        .await
    }
}
