//! Three private NATS servers that form one cluster.

use std::time::Duration;

use async_nats::jetstream::stream::Config;
use tokio::time::{Instant, sleep};

use crate::{NatsServer, ports::free_port};

const DEADLINE: Duration = Duration::from_mins(1);
const NODES: usize = 3;

/// A running cluster; its servers end with it.
pub struct NatsCluster {
    pub nodes: Vec<NatsServer>,
}

impl NatsCluster {
    /// Starts it and waits until it has a leader. None, after printing SKIPPED, if there is no `nats-server`.
    ///
    /// # Panics
    /// If the cluster does not form.
    pub async fn start() -> Option<Self> {
        let ports: Vec<u16> = (0..NODES).map(|_| free_port()).collect();
        let routes: Vec<String> = ports
            .iter()
            .map(|port| format!("nats://127.0.0.1:{port}"))
            .collect();
        let mut nodes = Vec::new();
        for (number, port) in ports.iter().enumerate() {
            let configuration = format!(
                "server_name: {}\ncluster: {{ name: waybill, listen: \"127.0.0.1:{port}\", routes: [{}] }}",
                name(number),
                routes.join(", ")
            );
            nodes.push(NatsServer::prepare(&configuration)?);
        }
        for node in &mut nodes {
            node.spawn();
        }
        let cluster = Self { nodes };
        let end = Instant::now() + DEADLINE;
        while !cluster.has_leader().await {
            assert!(
                Instant::now() < end,
                "no cluster: {}",
                cluster.nodes[0].log()
            );
            sleep(Duration::from_millis(100)).await;
        }
        Some(cluster)
    }

    /// The URLs of all servers, separated by commas.
    pub fn url(&self) -> String {
        self.urls().join(",")
    }

    fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(NatsServer::url).collect()
    }

    /// Which server leads a stream now.
    pub async fn leader(&self, stream: &str) -> Option<usize> {
        let client = async_nats::connect(self.urls()).await.ok()?;
        let context = async_nats::jetstream::new(client);
        let stream = context.get_stream(stream).await.ok()?;
        let leader = stream.cached_info().cluster.as_ref()?.leader.clone()?;
        (0..NODES).find(|number| name(*number) == leader)
    }

    /// Whether every copy of a stream is up to date.
    pub async fn is_current(&self, stream: &str) -> bool {
        let Ok(client) = async_nats::connect(self.urls()).await else {
            return false;
        };
        let context = async_nats::jetstream::new(client);
        let Ok(stream) = context.get_stream(stream).await else {
            return false;
        };
        let cluster = stream.cached_info().cluster.as_ref();
        cluster.is_some_and(|cluster| {
            let others = &cluster.replicas;
            others.len() == NODES - 1 && others.iter().all(|one| one.current && !one.offline)
        })
    }

    /// Whether a stream with a copy on each server can be created, which needs all servers and a leader.
    async fn has_leader(&self) -> bool {
        let Ok(client) = async_nats::connect(self.urls()).await else {
            return false;
        };
        let context = async_nats::jetstream::new(client);
        let probe = Config {
            name: "PROBE".to_owned(),
            num_replicas: NODES,
            ..Config::default()
        };
        let made = context.create_stream(probe).await.is_ok();
        made && context.delete_stream("PROBE").await.is_ok()
    }
}

fn name(number: usize) -> String {
    format!("node{number}")
}
