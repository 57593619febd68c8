//! The tables of this service, the same on SQLite, PostgreSQL and MySQL/MariaDB. A statement that was carried out before a
//! crash is skipped when the migration runs again.

use sea_orm_migration::prelude::*;

mod m20261121_000001_payments;
mod m20261121_000002_ledger;
mod m20261121_000003_commission;
mod m20261121_000004_successions;

#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_payments::Migration),
            Box::new(m20261121_000002_ledger::Migration),
            Box::new(m20261121_000003_commission::Migration),
            Box::new(m20261121_000004_successions::Migration),
        ]
    }
}

/// An index of a table; skipped if it is there already.
pub(crate) struct TableIndex {
    pub table: &'static str,
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub unique: bool,
}

pub(crate) async fn create_indexes(
    manager: &SchemaManager<'_>,
    indexes: &[TableIndex],
) -> Result<(), DbErr> {
    for wanted in indexes {
        if manager.has_index(wanted.table, wanted.name).await? {
            continue;
        }
        let mut index = Index::create();
        index.table(wanted.table).name(wanted.name);
        for column in wanted.columns {
            index.col(*column);
        }
        if wanted.unique {
            index.unique();
        }
        manager.create_index(index.take()).await?;
    }
    Ok(())
}
