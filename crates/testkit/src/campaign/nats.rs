//! NATS down, wiped, set back, full, frozen, purged; and a cluster of three that loses members.

use std::time::Duration;

use anyhow::{Result, bail};
use async_nats::jetstream::{
    Context,
    stream::{Config, DiscardPolicy},
};
use tokio::time::{Instant, sleep};

use super::{
    kills::Servers,
    scene::{Outcome, Run},
};
use crate::{NatsCluster, PostgresServer};

const MISSING: &str = "PostgreSQL or NATS is missing";
const ORDER: &str = "WAYBILL_ORDER";
/// The streams of the services.
const STREAMS: [&str; 5] = [
    "WAYBILL_AUTH",
    ORDER,
    "WAYBILL_PAYMENT",
    "WAYBILL_NOTIFICATION",
    "WAYBILL_CHAT",
];
const POLL: Duration = Duration::from_millis(100);

/// Killed, and restarted after a while. Orders are still accepted, and the platform reports the outage.
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

/// Every process is restarted while NATS is down: the platform starts and accepts orders.
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

/// Its storage is deleted while it is down.
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

/// Order's stream accepts no more messages: it has reached its size limit.
pub async fn limit(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup());
    let mut scene = run.scene(setup).await?;
    let context = servers.nats.jetstream().await;
    let before = context.get_stream(ORDER).await?.cached_info().clone();
    let limited = Config {
        max_bytes: i64::try_from(before.state.bytes)? + (64 << 10),
        discard: DiscardPolicy::New,
        ..before.config.clone()
    };
    context.update_stream(limited).await?;
    let stored = full(&context).await?;
    let note = format!("{} KB of order's stream at its limit", stored / 1024);
    scene.notes.push(note);
    scene.harm().await;
    scene.expect_ready(true).await;
    scene.more_orders(20).await;
    context.update_stream(before.config).await?;
    scene.recovered().await;
    scene.finish().await
}

/// Waits until nothing more is stored although orders are placed. Returns the stored size.
async fn full(context: &Context) -> Result<u64> {
    let end = Instant::now() + Duration::from_mins(1);
    let mut before = 0;
    while Instant::now() < end {
        let now = context.get_stream(ORDER).await?.cached_info().state.bytes;
        if now == before {
            return Ok(now);
        }
        before = now;
        sleep(Duration::from_secs(2)).await;
    }
    bail!("the limit is not reached within a minute")
}

/// SIGSTOP: connections stay open and get no response.
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

/// An operator purges the streams while a consumer is down: what it did not consume comes from the outboxes.
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

/// The leader of order's stream is killed, and restarted after a while. Then the next one.
pub async fn leader_killed(run: Run) -> Result<Outcome> {
    cluster(run, false).await
}

/// As above, and each time the storage of the killed server is lost as well.
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
        // Losing two of three at once would be another fault: the server that came back has caught up first.
        caught_up(&cluster).await?;
        scene.progress().await;
    }
    scene.finish().await
}

async fn leader(cluster: &NatsCluster) -> Result<usize> {
    let end = Instant::now() + Duration::from_mins(1);
    while Instant::now() < end {
        if let Some(leader) = cluster.leader(ORDER).await {
            return Ok(leader);
        }
        sleep(POLL).await;
    }
    bail!("order's stream has no leader")
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
    bail!("the server that came back does not catch up")
}
