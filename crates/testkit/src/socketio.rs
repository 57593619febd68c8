//! The official browser client of Socket.IO, run by Node and controlled over a line protocol.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::{Instant, timeout_at},
};

use crate::skip;

const PATIENCE: Duration = Duration::from_mins(1);

/// A live connection.
pub struct SocketClient {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// Everything that arrived and was not waited for yet.
    arrived: Vec<Value>,
    next_id: u64,
}

impl SocketClient {
    /// Connects. None, after printing SKIPPED, if Node or the client is not installed.
    ///
    /// # Panics
    /// If Node cannot be run although it is there.
    pub async fn connect(base: &str, token: &str) -> Option<Self> {
        let mut client = Self::open(base, token, None)?;
        client.wait("connect", |_| true).await;
        Some(client)
    }

    /// Starts connecting, with only the given transport if `transport` names one (`websocket`, `polling`).
    pub fn open(base: &str, token: &str, transport: Option<&str>) -> Option<Self> {
        let folder = folder();
        if !folder.join("node_modules/socket.io-client").exists() {
            skip::skip(
                "the official socket.io client",
                "npm ci has not run in crates/testkit/socketio",
            );
            return None;
        }
        let spawned = Command::new("node")
            .arg(folder.join("client.mjs"))
            .args([base, token])
            .args(transport)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                skip::skip(
                    "the official socket.io client",
                    &format!("node cannot be run: {error}"),
                );
                return None;
            }
        };
        let input = child.stdin.take()?;
        let output = BufReader::new(child.stdout.take()?).lines();
        Some(Self {
            _child: child,
            input,
            output,
            arrived: Vec::new(),
            next_id: 0,
        })
    }

    /// The data of the first event of this name that satisfies the condition, among those that have arrived or arrive now.
    ///
    /// # Panics
    /// If none comes.
    pub async fn wait(&mut self, event: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let found = self
            .find(|line| line["event"] == event && holds(&line["data"]))
            .await;
        found.unwrap_or_else(|| panic!("no {event} came; arrived: {:#?}", self.arrived))["data"]
            .take()
    }

    /// Emits an event and waits for its acknowledgement.
    ///
    /// # Panics
    /// If the client has ended, or no acknowledgement comes.
    pub async fn emit(&mut self, event: &str, data: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.command(json!({"id": id, "emit": event, "data": data}))
            .await;
        let found = self.find(|line| line["ack"] == json!(id)).await;
        found.unwrap_or_else(|| panic!("{event} was not acknowledged"))["data"].take()
    }

    /// Breaks the connection as a lost network would, until [`SocketClient::reconnect`].
    pub async fn disconnect(&mut self) {
        self.command(json!({"disconnect": true})).await;
        self.wait("disconnect", |_| true).await;
    }

    pub async fn reconnect(&mut self) {
        self.command(json!({"connect": true})).await;
        self.wait("connect", |_| true).await;
    }

    /// The names of the events that have arrived so far and were not waited for, in order.
    pub fn arrived(&self) -> Vec<&Value> {
        self.arrived
            .iter()
            .filter(|line| line.get("event").is_some())
            .collect()
    }

    async fn command(&mut self, command: Value) {
        let line = format!("{command}\n");
        self.input
            .write_all(line.as_bytes())
            .await
            .expect("the client runs");
    }

    async fn find(&mut self, matches: impl Fn(&Value) -> bool) -> Option<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.arrived.iter().position(&matches) {
                return Some(self.arrived.remove(at));
            }
            let line = timeout_at(deadline, self.output.next_line()).await.ok()?;
            let line = line.expect("the client writes lines")?;
            self.arrived
                .push(serde_json::from_str(&line).expect("the client writes JSON"));
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("socketio")
}
