//! Creating and dropping databases on a server: for `waybill databases create`, and for tests.

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, DbErr, Statement,
};

use crate::{StoreError, driver::without_needless_tls};

/// Creates the database unless it exists. `server` is a URL whose path is ignored, `name` is letters, digits and `_`.
pub async fn create_database(server: &str, name: &str) -> Result<(), StoreError> {
    let connection = connect(server).await?;
    let quoted = quote(&connection, name)?;
    let outcome = match connection.get_database_backend() {
        DbBackend::MySql => {
            let statement = format!(
                "CREATE DATABASE IF NOT EXISTS {quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
            );
            connection.execute_unprepared(&statement).await.map(drop)
        }
        _ => connection
            .execute_unprepared(&format!("CREATE DATABASE {quoted}"))
            .await
            .map(drop),
    };
    connection.close().await?;
    match outcome {
        // PostgreSQL has no IF NOT EXISTS here; 42P04 is duplicate_database.
        Err(error) if error.to_string().contains("already exists") => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Drops the database and ends its connections. Waits at most 10 s for transactions that are still open in it.
pub async fn drop_database(server: &str, name: &str) -> Result<(), StoreError> {
    let connection = connect(server).await?;
    let quoted = quote(&connection, name)?;
    let outcome = match connection.get_database_backend() {
        DbBackend::MySql => drop_on_mysql(&connection, name, &quoted).await,
        _ => connection
            .execute_unprepared(&format!("DROP DATABASE IF EXISTS {quoted} WITH (FORCE)"))
            .await
            .map(drop),
    };
    connection.close().await?;
    Ok(outcome?)
}

/// MySQL has no `WITH (FORCE)`: `DROP DATABASE` waits for the metadata locks of open transactions, by default for a day.
async fn drop_on_mysql(
    connection: &DatabaseConnection,
    name: &str,
    quoted: &str,
) -> Result<(), DbErr> {
    connection
        .execute_unprepared("SET SESSION lock_wait_timeout = 10")
        .await?;
    let others = Statement::from_sql_and_values(
        DbBackend::MySql,
        "SELECT CAST(id AS SIGNED) AS id FROM information_schema.processlist WHERE db = ?",
        [name.into()],
    );
    for row in connection.query_all_raw(others).await? {
        let id: i64 = row.try_get("", "id")?;
        // A connection that has ended by itself gives an error that can be ignored.
        let _ = connection.execute_unprepared(&format!("KILL {id}")).await;
    }
    connection
        .execute_unprepared(&format!("DROP DATABASE IF EXISTS {quoted}"))
        .await
        .map(drop)
}

async fn connect(server: &str) -> Result<DatabaseConnection, StoreError> {
    // The maintenance database of PostgreSQL; MySQL needs none.
    let base = server.trim_end_matches('/');
    let url = if base.starts_with("postgres") && base.matches('/').count() == 2 {
        format!("{base}/postgres")
    } else {
        base.to_owned()
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_postgres_opts(without_needless_tls);
    Ok(Database::connect(options).await?)
}

fn quote(connection: &DatabaseConnection, name: &str) -> Result<String, StoreError> {
    let plain = !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !plain {
        return Err(StoreError::Config(format!(
            "{name:?} is no database name; use letters, digits and _"
        )));
    }
    let mark = if connection.get_database_backend() == DbBackend::MySql {
        '`'
    } else {
        '"'
    };
    Ok(format!("{mark}{name}{mark}"))
}
