//! Two processes of every service and two gateways: they race, and one of a pair is killed.

use std::time::Duration;

use anyhow::Result;
use reqwest::Method;
use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    account::Verdict,
    kills::Servers,
    scene::{Outcome, Run, Scene},
};

const MISSING: &str = "PostgreSQL or NATS is missing";
/// Long enough to pay, short enough to observe the expiry.
const EXPIRY: Duration = Duration::from_secs(30);
const BUYERS: usize = 64;
const UNITS: usize = 10;
const REPEATS: usize = 100;

/// Concurrent buyers of a scarce product, repetitions of one key and claims; unpaid orders expire concurrently.
pub async fn race(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let expiry = format!("{}s", EXPIRY.as_secs());
    let setup = servers
        .join(run.setup())
        .replicas()
        .set("order:WAYBILL_ORDER_EXPIRY", expiry);
    let mut scene = run.scene(setup).await?;
    let end = Instant::now() + scene.run.harm;
    let mut rounds = 0;
    while Instant::now() < end {
        rounds += 1;
        buyers(&scene, rounds).await;
        repeats(&scene, rounds).await;
    }
    scene.notes.push(format!(
        "{rounds} rounds of {BUYERS} buyers and {REPEATS} repeats"
    ));
    scene.rest().await;
    // Until the last unpaid order has expired.
    sleep(EXPIRY * 2).await;
    scene.finish().await
}

/// More buyers than there are units.
async fn buyers(scene: &Scene, round: usize) {
    let sku = format!("SCARCE-{round}");
    let stock = i64::try_from(UNITS).unwrap_or_default();
    let product = scene
        .people
        .admin
        .product(&sku, "GOODS", 1_000, stock)
        .await;
    let mut buyers = JoinSet::new();
    for number in 0..BUYERS {
        let (account, api) = (
            scene.account.clone(),
            scene.people.customers[number % 4].clone(),
        );
        let body = json!({"items": [{"productId": product, "quantity": 1}]});
        let key = format!("{sku}-{number}");
        buyers.spawn(async move {
            let key = [("Idempotency-Key", key.as_str())];
            loop {
                let answer = api.send(Method::POST, "/orders", Some(&body), &key).await;
                match account.judge("buying what is scarce", answer) {
                    Verdict::Success(_) => return true,
                    Verdict::Refused(..) => return false,
                    Verdict::Later => sleep(Duration::from_millis(50)).await,
                }
            }
        });
    }
    let won = buyers
        .join_all()
        .await
        .into_iter()
        .filter(|won| *won)
        .count();
    if won != UNITS {
        scene
            .account
            .broken(format!("{won} of {BUYERS} buyers got one of {UNITS} units"));
    }
}

/// One key, many concurrent requests.
async fn repeats(scene: &Scene, round: usize) {
    let mut repeats = JoinSet::new();
    let key = format!("repeated-{round}-{}", scene.people.goods);
    for _ in 0..REPEATS {
        let (client, key) = (scene.client(), key.clone());
        repeats.spawn(async move { client.place(0, &key, false, Duration::from_mins(1)).await });
    }
    // The account records a key that got two different orders.
    let placed = repeats.join_all().await;
    let answered = placed.iter().flatten().count();
    if answered != REPEATS {
        scene
            .account
            .broken(format!("{answered} of {REPEATS} repeats were answered"));
    }
}

/// SIGKILL of one of two, repeatedly.
pub async fn kills(run: Run) -> Result<Outcome> {
    let Some(servers) = Servers::start().await else {
        return Ok(Run::skipped(MISSING));
    };
    let setup = servers.join(run.setup()).replicas();
    let mut scene = run.scene(setup).await?;
    let names = scene.platform.process_names();
    let rounds = usize::try_from(scene.run.harm.as_secs())?.max(1);
    for round in 0..rounds {
        let victim = names[round % names.len()];
        scene.platform.kill(victim);
        scene.recovered().await;
        scene.platform.start_process(victim);
        scene.platform.ready().await;
        scene.progress().await;
    }
    scene.notes.push(format!("{rounds} kills"));
    scene.finish().await
}
