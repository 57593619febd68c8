//! Processes that are restarted cleanly, that hang, and that are down while others work.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::Method;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, Statement};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    kills::Servers,
    scene::{Outcome, Run, Scene},
};
use crate::{SERVICES, Shape};

const MISSING: &str = "PostgreSQL or NATS is missing";
/// A process ends cleanly within this time.
const STOP: Duration = Duration::from_mins(1);
/// Customers who order without a pause, to build a backlog.
const HURRIED: usize = 16;
/// The largest backlog, in orders.
const BACKLOG: usize = 10_000;
/// A backlog is drained within this time.
const DRAINED: Duration = Duration::from_mins(5);
const POLL: Duration = Duration::from_millis(100);

/// Each process in turn is stopped cleanly and started again.
pub async fn rolling(run: Run) -> Result<Outcome> {
    roll(run, false).await
}

/// The same, with two of each behind a balancer.
pub async fn rolling_replicas(run: Run) -> Result<Outcome> {
    roll(run, true).await
}

async fn roll(run: Run, replicas: bool) -> Result<Outcome> {
    let servers = match run.shape {
        Shape::Embedded => None,
        Shape::Distributed => match Servers::start().await {
            None => return Ok(Run::skipped(MISSING)),
            servers => servers,
        },
    };
    let mut setup = run.setup();
    if let Some(servers) = &servers {
        setup = servers.join(setup);
    }
    if replicas {
        setup = setup.replicas();
    }
    let mut scene = run.scene(setup).await?;
    for name in scene.platform.process_names() {
        let code = scene.platform.stop_within(name, STOP).await;
        if code != Some(0) {
            scene
                .account
                .broken(format!("{name} ended with {code:?} at SIGTERM"));
        }
        scene.platform.start_process(name);
        scene.platform.ready().await;
        scene.recovered().await;
        scene.progress().await;
    }
    scene.finish().await
}

/// SIGSTOP of each service in turn. Requests that do not need it succeed.
pub async fn frozen(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    for service in SERVICES {
        scene.platform.signal(service, "STOP");
        let slowest = slowest_list(&scene, scene.run.harm / 5).await;
        scene.platform.signal(service, "CONT");
        let slowest = slowest.as_millis();
        scene.notes.push(format!(
            "{service} frozen: the slowest product list took {slowest} ms"
        ));
        scene.recovered().await;
    }
    scene.finish().await
}

/// Reads the product list for the given time.
async fn slowest_list(scene: &Scene, time: Duration) -> Duration {
    let end = Instant::now() + time;
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let start = Instant::now();
        let list = scene
            .people
            .admin
            .send(Method::GET, "/products?limit=20", None, &[]);
        let _ = scene.account.judge("listing products", list.await);
        slowest = slowest.max(start.elapsed());
        sleep(POLL).await;
    }
    slowest
}

/// A consumer is down while orders come as fast as possible, and then consumes all of them.
pub async fn backlog(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.quiet_scene(setup).await?;
    scene.platform.kill("notification");
    hurry(&scene).await;
    let orders = scene.account.orders();
    let start = Instant::now();
    scene.platform.start_process("notification");
    drained(&scene, orders).await?;
    let seconds = start.elapsed().as_secs_f64();
    scene.notes.push(format!(
        "{orders} orders were notified {seconds:.1} s after notification started: {:.0} orders/s",
        orders as f64 / seconds
    ));
    scene.recovered().await;
    scene.finish().await
}

/// Places orders, as fast as the platform accepts them and while the fault lasts.
async fn hurry(scene: &Scene) {
    let end = Instant::now() + scene.run.harm;
    let mut customers = JoinSet::new();
    for number in 0..HURRIED {
        let client = scene.client();
        customers.spawn(async move {
            for count in 0..BACKLOG / HURRIED {
                if Instant::now() > end {
                    return;
                }
                let key = format!("hurried-{number}-{count}");
                client.place(number % 4, &key, false, STOP).await;
            }
        });
    }
    customers.join_all().await;
}

/// Waits until each order's customer has been notified.
async fn drained(scene: &Scene, orders: usize) -> Result<()> {
    let mut options = ConnectOptions::new(scene.platform.database_url("notification"));
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await?;
    let count = Statement::from_string(
        connection.get_database_backend(),
        "SELECT COUNT(DISTINCT order_id) AS orders FROM notifications WHERE kind = 'ORDER_PLACED'",
    );
    let end = Instant::now() + DRAINED;
    while Instant::now() < end {
        let row = connection.query_one_raw(count.clone()).await?;
        let notified: i64 = row.context("a count")?.try_get("", "orders")?;
        if usize::try_from(notified)? >= orders {
            return Ok(());
        }
        sleep(POLL).await;
    }
    None.context("the backlog is not drained within five minutes")
}
