//! The tables of this service.
//!
//! The tables that placing writes have no foreign keys: rows of an order are written in one transaction and never deleted, and
//! `waybill verify` checks what keys would enforce; a key would cost a lock and a lookup per row on the hottest path.

use sea_orm_migration::{prelude::*, schema::string_len, sea_orm::DbBackend};

mod m20261129_000001_shop;
mod m20261129_000002_orders;
mod m20261129_000003_work;
mod m20261129_000004_analytics;
mod m20261129_000006_files;
mod m20261130_000001_quotes;
mod m20261201_000001_refunded;
mod m20261202_000001_invoices;
mod m20261203_000002_manual_window;
mod m20261203_000003_refunded_units;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261129_000001_shop::Migration),
            Box::new(m20261129_000002_orders::Migration),
            Box::new(m20261129_000003_work::Migration),
            Box::new(m20261129_000004_analytics::Migration),
            Box::new(m20261129_000006_files::Migration),
            Box::new(m20261130_000001_quotes::Migration),
            Box::new(m20261201_000001_refunded::Migration),
            Box::new(m20261202_000001_invoices::Migration),
            Box::new(m20261203_000002_manual_window::Migration),
            Box::new(m20261203_000003_refunded_units::Migration),
        ]
    }
}

/// A column of words for prefix search. PostgreSQL must compare them by bytes, as the other two do: in a language's collation,
/// words with the same prefix are not always adjacent.
fn word(manager: &SchemaManager<'_>, length: u32) -> ColumnDef {
    let mut word = string_len("word", length);
    if manager.get_database_backend() == DbBackend::Postgres {
        word.extra("COLLATE \"C\"");
    }
    word
}
