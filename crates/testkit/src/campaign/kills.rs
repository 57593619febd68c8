//! SIGKILL under load.

use std::time::Duration;

use anyhow::Result;
use rand::RngExt as _;
use tokio::time::sleep;

use super::scene::{Outcome, Run, Scene};
use crate::{NatsServer, PostgresServer, Setup, Shape};

/// The servers of a distributed platform; none in the embedded shape.
pub struct Servers {
    pub database: PostgresServer,
    pub nats: NatsServer,
}

impl Servers {
    pub async fn start() -> Option<Self> {
        Some(Self {
            database: PostgresServer::start().await?,
            nats: NatsServer::start().await?,
        })
    }

    pub fn join(&self, setup: Setup) -> Setup {
        setup.server(self.database.url()).nats(self.nats.url())
    }
}

pub async fn one(run: Run) -> Result<Outcome> {
    kill(run, 1).await
}

pub async fn pairs(run: Run) -> Result<Outcome> {
    kill(run, 2).await
}

/// Kills so many processes at once, repeatedly, while the fault lasts.
async fn kill(run: Run, at_once: usize) -> Result<Outcome> {
    let servers = match run.shape {
        Shape::Embedded => None,
        Shape::Distributed => match Servers::start().await {
            None => return Ok(Run::skipped("PostgreSQL or NATS is missing")),
            servers => servers,
        },
    };
    let setup = run.setup();
    let setup = servers
        .iter()
        .fold(setup, |setup, servers| servers.join(setup));
    let mut scene = run.scene(setup).await?;
    let rounds = scene.run.harm.as_secs().max(1);
    let mut kills = 0;
    for round in 0..rounds {
        let victims = victims(&scene, round as usize, at_once);
        // At a random time, so that any work may be interrupted.
        let moment = rand::rng().random_range(0..300);
        sleep(Duration::from_millis(moment)).await;
        for victim in &victims {
            scene.platform.kill(victim);
            kills += 1;
        }
        for victim in &victims {
            scene.platform.start_process(victim);
        }
        scene.recovered().await;
        scene.platform.ready().await;
        scene.progress().await;
    }
    scene.notes.push(format!("{kills} kills"));
    scene.finish().await
}

/// Each process in turn, and others with it.
fn victims(scene: &Scene, round: usize, count: usize) -> Vec<&'static str> {
    let names = scene.platform.process_names();
    let first = round % names.len();
    let step = 1 + round / names.len() % names.len().saturating_sub(1).max(1);
    (0..count)
        .map(|number| names[(first + number * step) % names.len()])
        .collect()
}
