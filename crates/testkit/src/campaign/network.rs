//! Network partitions: links that are cut in namespaces of their own, and connections between services that break, hang and are
//! slow.

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use tokio::time::sleep;

use super::{
    kills::Servers,
    scene::{Outcome, Run, Scene},
};
use crate::{Balancer, Cut, Home, NatsServer, Network, PostgresServer, Traffic, free_port};

const MISSING: &str = "PostgreSQL or NATS is missing";
const NO_NETWORK: &str = "a network namespace takes root and iproute2";
/// The delay of each chunk on a slow link.
const SLOW: Duration = Duration::from_millis(200);

/// NATS cannot be reached, and no error is reported: packets vanish.
pub async fn nats(run: Run) -> Result<Outcome> {
    let Some(network) = Network::create() else {
        return Ok(Run::skipped(NO_NETWORK));
    };
    let (Some(database), Some(nats)) = (
        PostgresServer::start().await,
        NatsServer::start_in(&network).await,
    ) else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = run.setup().server(database.url()).nats(nats.url());
    let scene = run.scene(setup).await?;
    cut(scene, &network, Cut::Both).await
}

/// The database cannot be reached.
pub async fn database(run: Run) -> Result<Outcome> {
    cut_database(run, Cut::Both).await
}

/// One direction is cut: packets to the database vanish, packets from it arrive.
pub async fn database_one_way(run: Run) -> Result<Outcome> {
    cut_database(run, Cut::Inbound).await
}

async fn cut_database(run: Run, which: Cut) -> Result<Outcome> {
    let Some(network) = Network::create() else {
        return Ok(Run::skipped(NO_NETWORK));
    };
    let (Some(database), Some(nats)) = (
        PostgresServer::start_in(Home::default(), Some(&network)).await,
        NatsServer::start().await,
    ) else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = run.setup().server(database.url()).nats(nats.url());
    let scene = run.scene(setup).await?;
    cut(scene, &network, which).await
}

async fn cut(mut scene: Scene, network: &Network, which: Cut) -> Result<Outcome> {
    network.cut(which);
    scene.harm().await;
    network.join();
    scene.recovered().await;
    scene.finish().await
}

/// Connections to the order service break, hang, and are slow.
pub async fn links(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let (order, reached) = (free_port(), free_port());
    let link = Balancer::start(
        reached,
        vec![(SocketAddr::from(([127, 0, 0, 1], order)), None)],
    );
    let link = link.await;
    let setup = servers.join(run.setup());
    let setup = setup
        .listening("order", order)
        .reached_by("order", link.port());
    let mut scene = run.scene(setup).await?;
    for traffic in [Traffic::Cut, Traffic::Hold, Traffic::Delay(SLOW)] {
        link.set(traffic);
        sleep(scene.run.harm / 3).await;
        link.set(Traffic::Pass);
        scene.recovered().await;
        scene.progress().await;
    }
    scene.finish().await
}
