//! NATS away, wiped, set back, full, frozen, purged; and a cluster of three that loses members.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::time::{Instant, sleep};

use super::{
    kills::Servers,
    scene::{Outcome, Run},
};
use crate::{NatsCluster, NatsServer, PostgresServer};

const MISSING: &str = "PostgreSQL or NATS is missing";
/// The streams of the services.
const STREAMS: [&str; 5] = [
    "WAYBILL_AUTH",
    "WAYBILL_ORDER",
    "WAYBILL_PAYMENT",
    "WAYBILL_NOTIFICATION",
    "WAYBILL_CHAT",
];
const POLL: Duration = Duration::from_millis(100);

/// Killed, and back after a while. Orders go on, and the platform says so.
pub async fn away(run: Run) -> Result<Outcome> {
    let Some(mut servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    servers.nats.kill();
    scene.harm().await;
    scene.expect_ready(true).await;
    scene.more_orders(20).await;
    servers.nats.restart().await;
    scene.recovered().await;
    scene.finish().await
}

/// Every process is started again while NATS is away: the platform comes up and takes orders.
pub async fn away_at_start(run: Run) -> Result<Outcome> {
    let Some(mut servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    servers.nats.kill();
    for name in scene.platform.process_names() {
        scene.platform.kill(name);
        scene.platform.start_process(name);
    }
    scene.platform.ready().await;
    scene.more_orders(50).await;
    servers.nats.restart().await;
    scene.recovered().await;
    scene.finish().await
}

/// Its storage is deleted while it is away.
pub async fn wiped(run: Run) -> Result<Outcome> {
    let Some(mut servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    scene.harm().await;
    servers.nats.wipe();
    scene.more_orders(50).await;
    servers.nats.restart().await;
    scene.recovered().await;
    scene.finish().await
}

/// Its storage is replaced by an older copy.
pub async fn set_back(run: Run) -> Result<Outcome> {
    let Some(mut servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    let copy = servers.nats.snapshot();
    servers.nats.restart().await;
    scene.harm().await;
    servers.nats.roll_back(&copy);
    servers.nats.restart().await;
    scene.recovered().await;
    scene.finish().await
}

/// It takes no more messages, as its storage is as large as it may be.
pub async fn limit(run: Run) -> Result<Outcome> {
    let Some(mut servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    // Little more than there is now.
    let before = servers.nats.stored().await;
    servers.nats.limit_storage(Some(before + (256 << 10)));
    servers.nats.restart().await;
    let stored = full(&servers.nats).await?;
    scene
        .notes
        .push(format!("{} KB stored at the limit", stored / 1024));
    scene.harm().await;
    scene.expect_ready(true).await;
    scene.more_orders(20).await;
    servers.nats.limit_storage(None);
    servers.nats.restart().await;
    scene.recovered().await;
    scene.finish().await
}

/// Waits until nothing more is stored although orders come; how much there is.
async fn full(nats: &NatsServer) -> Result<i64> {
    let end = Instant::now() + Duration::from_mins(1);
    while Instant::now() < end {
        let before = nats.stored().await;
        sleep(Duration::from_secs(2)).await;
        if before > 0 && nats.stored().await == before {
            return Ok(before);
        }
    }
    None.context("the limit is not reached within a minute")
}

/// SIGSTOP: connections stay open and hear nothing.
pub async fn frozen(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    servers.nats.freeze();
    scene.harm().await;
    scene.expect_ready(true).await;
    servers.nats.thaw();
    scene.recovered().await;
    scene.finish().await
}

/// An operator purges the streams while a consumer is away: what it did not take in comes from the outboxes.
pub async fn purged(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    scene.platform.kill("notification");
    scene.more_orders(100).await;
    let context = servers.nats.jetstream().await;
    for name in STREAMS {
        context.get_stream(name).await?.purge().await?;
    }
    scene.platform.start_process("notification");
    scene.recovered().await;
    scene.finish().await
}

/// The leader of order's stream is killed; after a while it comes back. Then the next one.
pub async fn leader_killed(run: Run) -> Result<Outcome> {
    cluster(run, false).await
}

/// As above, and each time the storage of the one that was killed is lost as well.
pub async fn node_lost(run: Run) -> Result<Outcome> {
    cluster(run, true).await
}

async fn cluster(run: Run, lose: bool) -> Result<Outcome> {
    let (Some(database), Some(mut cluster)) =
        (PostgresServer::start().await, NatsCluster::start().await)
    else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = run
        .setup()
        .server(database.url())
        .nats(cluster.url())
        .set("WAYBILL_NATS_REPLICAS", "3");
    let mut scene = run.scene(setup).await?;
    let rounds = 3;
    for _ in 0..rounds {
        let leader = leader(&cluster).await?;
        if lose {
            cluster.nodes[leader].wipe();
        } else {
            cluster.nodes[leader].kill();
        }
        sleep(scene.run.harm / rounds).await;
        scene.recovered().await;
        cluster.nodes[leader].restart().await;
        // A cluster that lost two of three at once is another fault: the one that came back has caught up first.
        caught_up(&cluster).await?;
        scene.progress().await;
    }
    scene.finish().await
}

async fn leader(cluster: &NatsCluster) -> Result<usize> {
    let end = Instant::now() + Duration::from_mins(1);
    while Instant::now() < end {
        if let Some(leader) = cluster.leader("WAYBILL_ORDER").await {
            return Ok(leader);
        }
        sleep(POLL).await;
    }
    None.context("order's stream has no leader")
}

async fn caught_up(cluster: &NatsCluster) -> Result<()> {
    let end = Instant::now() + Duration::from_mins(1);
    while Instant::now() < end {
        let mut current = true;
        for stream in STREAMS {
            current &= cluster.is_current(stream).await;
        }
        if current {
            return Ok(());
        }
        sleep(POLL).await;
    }
    None.context("the server that came back does not catch up")
}
