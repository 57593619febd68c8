//! The tables of this crate, in every service's database. They have a migration table of their own, so that
//! a service's migrations never interleave with them.

use sea_orm_migration::{prelude::*, sea_orm::DynIden};

mod m20261121_000001_ground;
mod m20261128_000002_stream_progress;
mod m20261128_000003_write_checks;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_ground::Migration),
            Box::new(m20261128_000002_stream_progress::Migration),
            Box::new(m20261128_000003_write_checks::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "waybill_ground_migrations".into_iden()
    }
}

/// Creates an index unless it is there, so that a migration which MySQL left half done (it has no transactions for these)
/// can run again.
pub async fn create_index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
    unique: bool,
) -> Result<(), DbErr> {
    if manager.has_index(table, name).await? {
        return Ok(());
    }
    let mut index = Index::create();
    index.table(table).name(name);
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    manager.create_index(index).await
}
