//! The tables of this crate, in every service's database, and helpers to write migrations.
//!
//! The tables have a migration table of their own, so that a service's migrations never interleave with them.
//!
//! A released migration is never changed or reverted: the next one amends it. While an update rolls out, the previous version
//! runs on the same tables, so a change takes two releases: first expand (a new table, a new column that is nullable or has a
//! default, written in addition to the old one), and in the next release contract (drop what no running version reads).
//! `services/waybill/tests/databases` has a small shop of each released version, and a test that today's migrations upgrade it;
//! `cargo xtask record-database VERSION` adds the one that is released.

use sea_orm_migration::{prelude::*, sea_orm::DynIden};

mod m20261129_000001_events;

/// The tables of this crate; [`crate::Db::migrate`] runs it before the service's own.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261129_000001_events::Migration)]
    }

    fn migration_table_name() -> DynIden {
        "waybill_store_migrations".into_iden()
    }
}

/// Names of indexes with their columns.
pub type Indexes<'a> = &'a [(&'static str, &'a [&'static str])];

/// Creates a table unless it exists. As with the indexes below: a migration that MySQL left half done (these statements are not
/// transactional there) can run again.
pub async fn create_table(
    manager: &SchemaManager<'_>,
    table: &mut TableCreateStatement,
) -> Result<(), DbErr> {
    manager.create_table(table.if_not_exists().take()).await
}

/// Creates those indexes of a table that do not exist.
pub async fn create_indexes(
    manager: &SchemaManager<'_>,
    table: &'static str,
    indexes: Indexes<'_>,
) -> Result<(), DbErr> {
    create(manager, table, indexes, false).await
}

/// Adds those columns to a table that it does not have: MariaDB commits each statement, so a migration may have been interrupted.
pub async fn add_columns(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        if manager.has_column(table, column.get_column_name()).await? {
            continue;
        }
        let mut add = Table::alter();
        add.table(table).add_column(column);
        manager.alter_table(add).await?;
    }
    Ok(())
}

/// Creates those unique indexes of a table that do not exist.
pub async fn create_unique_indexes(
    manager: &SchemaManager<'_>,
    table: &'static str,
    indexes: Indexes<'_>,
) -> Result<(), DbErr> {
    create(manager, table, indexes, true).await
}

async fn create(
    manager: &SchemaManager<'_>,
    table: &'static str,
    indexes: Indexes<'_>,
    unique: bool,
) -> Result<(), DbErr> {
    for (name, columns) in indexes {
        if manager.has_index(table, name).await? {
            continue;
        }
        let mut index = Index::create();
        index.table(table).name(*name);
        for column in *columns {
            index.col(*column);
        }
        if unique {
            index.unique();
        }
        manager.create_index(index).await?;
    }
    Ok(())
}
