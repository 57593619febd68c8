//! Databases with the tables of a service, created once by its migrations and copied for each test.
//!
//! Every test is a process of its own, so a file next to the test binaries marks that a template exists. Its name contains the
//! binary's build time: new migrations get a new template.

use std::{
    any::type_name,
    env,
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, FromQueryResult,
    Statement,
};
use sea_orm_migration::MigratorTrait;
use waybill_store::{Db, DbConfig, admin};

use crate::{DatabaseKind, names};

const POLL: Duration = Duration::from_millis(10);

/// Creates the database `name`, at `url`, with the tables of a service.
pub(crate) async fn copy<M: MigratorTrait>(
    kind: DatabaseKind,
    name: &str,
    url: &str,
) -> Result<()> {
    let mark = mark::<M>(kind)?;
    if instantiate(kind, &mark, name, url).await.is_ok() {
        return Ok(());
    }
    // The template does not exist, yet or any more.
    let _lock = lock(&mark.with_extension("lock")).await?;
    if instantiate(kind, &mark, name, url).await.is_ok() {
        return Ok(());
    }
    make::<M>(kind, &mark).await?;
    instantiate(kind, &mark, name, url).await
}

/// The file that exists when the template does: the template itself on SQLite, the name of the database on PostgreSQL, the
/// statements that create a copy on MariaDB.
fn mark<M: MigratorTrait>(kind: DatabaseKind) -> Result<PathBuf> {
    let binary = env::current_exe()?;
    let built = fs::metadata(&binary)?;
    let mut hasher = DefaultHasher::new();
    (type_name::<M>(), &binary, built.modified()?, built.len()).hash(&mut hasher);
    kind.server().hash(&mut hasher);
    // From target/debug/deps/it-0123 to target/tmp.
    let target = binary.ancestors().nth(3).context("a target directory")?;
    let folder = target.join("tmp/database-templates");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{:016x}-{kind:?}", hasher.finish())))
}

/// Waits for the file's lock; dropping the value releases it.
async fn lock(path: &Path) -> Result<File> {
    let file = File::create(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) => tokio::time::sleep(POLL).await,
            Err(fs::TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

async fn instantiate(kind: DatabaseKind, mark: &Path, name: &str, url: &str) -> Result<()> {
    match kind {
        DatabaseKind::Sqlite => {
            let file = url.trim_start_matches("sqlite://");
            fs::copy(mark, file)?;
        }
        DatabaseKind::Postgres => {
            let template = fs::read_to_string(mark)?;
            let server = connect(&maintenance(kind)?).await?;
            let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
            let created = server.execute_unprepared(&create).await;
            server.close().await?;
            created?;
        }
        DatabaseKind::MariaDb => {
            let statements = fs::read_to_string(mark)?;
            let server = connect(&maintenance(kind)?).await?;
            let create = format!(
                "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; USE {name}; {statements}"
            );
            let created = server.execute_unprepared(&create).await;
            if created.is_err() {
                let drop = format!("DROP DATABASE IF EXISTS {name}");
                server.execute_unprepared(&drop).await?;
            }
            server.close().await?;
            created?;
        }
    }
    Ok(())
}

async fn make<M: MigratorTrait>(kind: DatabaseKind, mark: &Path) -> Result<()> {
    let unfinished = mark.with_extension("new");
    if kind == DatabaseKind::Sqlite {
        remove_old_files(mark)?;
        let _ = fs::remove_file(&unfinished);
        migrate::<M>(&format!("sqlite://{}", unfinished.display())).await?;
        return Ok(fs::rename(&unfinished, mark)?);
    }
    let server = server(kind)?;
    remove_left_behind(kind, &server).await?;
    let name = names::new("template");
    admin::create_database(&server, &name).await?;
    let url = format!("{server}/{name}");
    migrate::<M>(&url).await?;
    let content = match kind {
        DatabaseKind::MariaDb => statements(&url, &name).await?,
        _ => name,
    };
    fs::write(&unfinished, content)?;
    Ok(fs::rename(&unfinished, mark)?)
}

/// Removes what earlier builds of the tests have left.
fn remove_old_files(mark: &Path) -> Result<()> {
    for entry in fs::read_dir(mark.parent().context("a folder")?)? {
        let file = entry?;
        let age = file.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > names::LEFT_BEHIND {
            // Other processes may do the same.
            let _ = fs::remove_file(file.path());
        }
    }
    Ok(())
}

async fn migrate<M: MigratorTrait>(url: &str) -> Result<()> {
    let config = DbConfig {
        max_connections: 1,
        ..DbConfig::new(url)
    };
    let db = Db::connect(&config, "template").await?;
    db.migrate::<M>().await?;
    db.close().await;
    Ok(())
}

/// The statements that copy a MariaDB database into another one.
async fn statements(url: &str, name: &str) -> Result<String> {
    #[derive(FromQueryResult)]
    struct Table {
        name: String,
    }
    let database = connect(url).await?;
    let tables = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name";
    let tables = Statement::from_string(DbBackend::MySql, tables);
    let mut all = vec!["SET foreign_key_checks = 0".to_owned()];
    for Table { name: table } in Table::find_by_statement(tables).all(&database).await? {
        let show = Statement::from_string(DbBackend::MySql, format!("SHOW CREATE TABLE {table}"));
        let row = database.query_one_raw(show).await?;
        let row = row.with_context(|| format!("no table {table}"))?;
        all.push(row.try_get("", "Create Table")?);
        let count = format!("SELECT 1 FROM {table} LIMIT 1");
        let count = Statement::from_string(DbBackend::MySql, count);
        if database.query_one_raw(count).await?.is_some() {
            all.push(format!("INSERT INTO {table} SELECT * FROM {name}.{table}"));
        }
    }
    database.close().await?;
    Ok(all.join(";\n"))
}

/// Drops the databases of tests that were killed, and old templates.
async fn remove_left_behind(kind: DatabaseKind, server: &str) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Found {
        name: String,
    }
    let query = match kind {
        DatabaseKind::MariaDb => "SELECT schema_name AS name FROM information_schema.schemata",
        _ => "SELECT datname AS name FROM pg_database",
    };
    let connection = connect(&maintenance(kind)?).await?;
    let query = Statement::from_string(connection.get_database_backend(), query);
    let all = Found::find_by_statement(query).all(&connection).await?;
    connection.close().await?;
    for Found { name } in all {
        if names::is_left_behind(&name) {
            admin::drop_database(server, &name).await?;
        }
    }
    Ok(())
}

/// Whether databases of this kind can be created here.
pub(crate) async fn answers(kind: DatabaseKind) -> bool {
    match maintenance(kind) {
        Ok(url) => connect(&url).await.is_ok(),
        Err(_) => true,
    }
}

/// The URL for statements about databases.
fn maintenance(kind: DatabaseKind) -> Result<String> {
    let server = server(kind)?;
    Ok(match kind {
        DatabaseKind::Postgres => format!("{server}/postgres"),
        _ => server,
    })
}

fn server(kind: DatabaseKind) -> Result<String> {
    kind.server().context("SQLite has no server")
}

async fn connect(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Ok(Database::connect(options).await?)
}
