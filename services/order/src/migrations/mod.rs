//! The tables of this service, the same on SQLite, PostgreSQL and MySQL/MariaDB.
//!
//! There are no foreign keys on the tables that placing writes: rows of an order are written by one transaction, never deleted,
//! and `waybill verify` proves what a key would; a key would cost a lock and a lookup per row on the hottest path.

use sea_orm_migration::prelude::*;
use waybill_store::create_index as index;

mod m20261121_000001_catalogue;
mod m20261121_000002_orders;
mod m20261121_000003_work;
mod m20261121_000004_shop;
mod m20261121_000005_categories;
mod m20261121_000006_carts;
mod m20261121_000007_workers;
mod m20261121_000008_files;
mod m20261121_000009_analytics;
mod m20261121_000010_search;
mod m20261121_000011_refunds;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_catalogue::Migration),
            Box::new(m20261121_000002_orders::Migration),
            Box::new(m20261121_000003_work::Migration),
            Box::new(m20261121_000004_shop::Migration),
            Box::new(m20261121_000005_categories::Migration),
            Box::new(m20261121_000006_carts::Migration),
            Box::new(m20261121_000007_workers::Migration),
            Box::new(m20261121_000008_files::Migration),
            Box::new(m20261121_000009_analytics::Migration),
            Box::new(m20261121_000010_search::Migration),
            Box::new(m20261121_000011_refunds::Migration),
        ]
    }
}
