//! The tables of this service. A migration that was released is never changed: the next one amends it.

use sea_orm_migration::prelude::*;

mod m20261121_000001_accounts;
mod m20261121_000002_audit;
mod m20261121_000003_registrations;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_accounts::Migration),
            Box::new(m20261121_000002_audit::Migration),
            Box::new(m20261121_000003_registrations::Migration),
        ]
    }
}
