//! The tables of this service.

use sea_orm_migration::prelude::*;

mod m20261129_000001_notification;
mod m20261130_000001_unverified;
mod m20261130_000002_mailbox;

#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261129_000001_notification::Migration),
            Box::new(m20261130_000001_unverified::Migration),
            Box::new(m20261130_000002_mailbox::Migration),
        ]
    }
}
