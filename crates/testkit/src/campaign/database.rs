//! The database server of a distributed platform: all faults on PostgreSQL, and on MariaDB those where it differs.

use std::time::Duration;

use anyhow::Result;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};
use tokio::time::{Instant, sleep};

use super::scene::{Outcome, Run, Scene};
use crate::{Home, MariaDbServer, NatsServer, PostgresServer, SmallDisk};

const MISSING: &str = "the database server or NATS is missing";
/// The programs' own data take some tens of MB.
const MEGABYTES: u32 = 220;
/// The pause between two repetitions.
const PAUSE: Duration = Duration::from_secs(1);
/// Ends every session of the services.
const END_SESSIONS: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> 'postgres'";

/// PostgreSQL, on which the faults below run.
async fn postgres(run: Run, home: Home<'_>) -> Result<Option<(PostgresServer, NatsServer, Scene)>> {
    let Some(nats) = NatsServer::start().await else {
        return Ok(None);
    };
    let Some(database) = PostgresServer::start_in(home, None).await else {
        return Ok(None);
    };
    let setup = run.setup().server(database.url()).nats(nats.url());
    let scene = run.scene(setup).await?;
    Ok(Some((database, nats, scene)))
}

/// Restarted cleanly, repeatedly.
pub async fn restarted(run: Run) -> Result<Outcome> {
    let Some((mut database, _nats, mut scene)) = postgres(run, Home::default()).await? else {
        return Ok(Run::skipped(MISSING));
    };
    for _ in 0..3 {
        database.stop().await;
        sleep(PAUSE).await;
        database.restart().await;
        scene.recovered().await;
        scene.progress().await;
    }
    scene.finish().await
}

/// SIGKILL of all its processes.
pub async fn killed(run: Run) -> Result<Outcome> {
    let Some((mut database, _nats, mut scene)) = postgres(run, Home::default()).await? else {
        return Ok(Run::skipped(MISSING));
    };
    for _ in 0..3 {
        database.kill();
        sleep(PAUSE).await;
        database.restart().await;
        scene.recovered().await;
        scene.progress().await;
    }
    scene.finish().await
}

/// SIGSTOP of all its processes: connections stay open and get no response.
pub async fn frozen(run: Run) -> Result<Outcome> {
    let Some((database, _nats, mut scene)) = postgres(run, Home::default()).await? else {
        return Ok(Run::skipped(MISSING));
    };
    database.freeze();
    scene.expect_ready(false).await;
    scene.harm().await;
    database.thaw();
    scene.recovered().await;
    scene.finish().await
}

/// Its disk is full.
pub async fn full(run: Run) -> Result<Outcome> {
    let Some(disk) = SmallDisk::mount(MEGABYTES) else {
        return Ok(Run::skipped("mounting a tmpfs takes root"));
    };
    let home = Home {
        folder: Some(disk.path()),
        ..Home::default()
    };
    let Some((mut database, _nats, mut scene)) = postgres(run, home).await? else {
        return Ok(Run::skipped(MISSING));
    };
    disk.fill();
    scene.refused().await;
    scene.expect_ready(false).await;
    scene.harm().await;
    disk.free()?;
    // It ends by itself when it cannot even write its log.
    database.restart().await;
    scene.recovered().await;
    scene.finish().await
}

/// It refuses writes.
pub async fn read_only(run: Run) -> Result<Outcome> {
    let Some((database, _nats, mut scene)) = postgres(run, Home::default()).await? else {
        return Ok(Run::skipped(MISSING));
    };
    set_read_only(&database, "on").await?;
    scene.refused().await;
    scene.expect_ready(false).await;
    scene.harm().await;
    set_read_only(&database, "off").await?;
    scene.recovered().await;
    scene.finish().await
}

async fn set_read_only(database: &PostgresServer, how: &str) -> Result<()> {
    let change = format!("ALTER SYSTEM SET default_transaction_read_only = {how}");
    database.run(&change).await?;
    database.run("SELECT pg_reload_conf()").await?;
    Ok(())
}

/// Other sessions hold all of its connections.
pub async fn out_of_slots(run: Run) -> Result<Outcome> {
    let home = Home {
        settings: &["superuser_reserved_connections=0", "max_connections=60"],
        ..Home::default()
    };
    let Some((database, _nats, mut scene)) = postgres(run, home).await? else {
        return Ok(Run::skipped(MISSING));
    };
    let mut held: Vec<DatabaseConnection> = Vec::new();
    let end = Instant::now() + scene.run.harm;
    while Instant::now() < end {
        // A service that loses a connection must not get another one.
        if let Some(first) = held.first() {
            first.execute_unprepared(END_SESSIONS).await?;
        }
        while let Ok(connection) = hold(&database).await {
            held.push(connection);
        }
        sleep(PAUSE).await;
    }
    scene.notes.push(format!("{} connections held", held.len()));
    for connection in held {
        connection.close().await?;
    }
    scene.recovered().await;
    scene.finish().await
}

async fn hold(database: &PostgresServer) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(format!("{}/postgres", database.url()));
    options.max_connections(1).sqlx_logging(false);
    options.acquire_timeout(Duration::from_millis(500));
    Database::connect(options).await
}

/// All sessions are ended, repeatedly.
pub async fn sessions_ended(run: Run) -> Result<Outcome> {
    let Some((database, _nats, mut scene)) = postgres(run, Home::default()).await? else {
        return Ok(Run::skipped(MISSING));
    };
    let end = Instant::now() + scene.run.harm;
    while Instant::now() < end {
        database.run(END_SESSIONS).await?;
        sleep(PAUSE).await;
    }
    scene.recovered().await;
    scene.finish().await
}

/// MariaDB: killed and restarted in turn.
pub async fn mariadb_restarted(run: Run) -> Result<Outcome> {
    let (Some(mut database), Some(nats)) =
        (MariaDbServer::start(None).await, NatsServer::start().await)
    else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = run.setup().server(database.url()).nats(nats.url());
    let mut scene = run.scene(setup).await?;
    for round in 0..4 {
        if round % 2 == 0 {
            database.kill();
        } else {
            database.stop().await;
        }
        sleep(PAUSE).await;
        database.restart().await;
        scene.recovered().await;
        scene.progress().await;
    }
    scene.finish().await
}

/// MariaDB: frozen.
pub async fn mariadb_frozen(run: Run) -> Result<Outcome> {
    let (Some(database), Some(nats)) =
        (MariaDbServer::start(None).await, NatsServer::start().await)
    else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = run.setup().server(database.url()).nats(nats.url());
    let mut scene = run.scene(setup).await?;
    database.freeze();
    scene.expect_ready(false).await;
    scene.harm().await;
    database.thaw();
    scene.recovered().await;
    scene.finish().await
}

/// MariaDB: its disk is full.
pub async fn mariadb_full(run: Run) -> Result<Outcome> {
    let Some(disk) = SmallDisk::mount(MEGABYTES) else {
        return Ok(Run::skipped("mounting a tmpfs takes root"));
    };
    let (Some(mut database), Some(nats)) = (
        MariaDbServer::start(Some(disk.path())).await,
        NatsServer::start().await,
    ) else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = run.setup().server(database.url()).nats(nats.url());
    let mut scene = run.scene(setup).await?;
    disk.fill();
    scene.refused().await;
    scene.expect_ready(false).await;
    scene.harm().await;
    disk.free()?;
    database.restart().await;
    scene.recovered().await;
    scene.finish().await
}
