//! The service's tables, on SQLite, PostgreSQL and MySQL/MariaDB alike.

use sea_orm_migration::prelude::*;

mod m20261121_000001_notification;
mod m20261121_000002_shop;

#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_notification::Migration),
            Box::new(m20261121_000002_shop::Migration),
        ]
    }
}
