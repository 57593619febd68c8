//! The tables of this service.

use sea_orm_migration::prelude::*;

mod m20261129_000001_accounts;
mod m20261201_000002_revocations;
mod m20261202_000003_successors;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261129_000001_accounts::Migration),
            Box::new(m20261201_000002_revocations::Migration),
            Box::new(m20261202_000003_successors::Migration),
        ]
    }
}
