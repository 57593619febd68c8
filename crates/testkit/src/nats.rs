//! A private NATS server for one test: the installed `nats-server` on a free port with a store of its own.

use std::{
    env, fs, io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{
    network::Network,
    ports::free_port,
    process::{Process, end_of, signal},
    skip,
};

const START_DEADLINE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);

/// A running (or killed) server. Dropping it ends the process and removes the store.
pub struct NatsServer {
    binary: PathBuf,
    directory: TempDir,
    configuration: String,
    host: Ipv4Addr,
    port: u16,
    /// The network namespace that it runs in.
    namespace: Option<String>,
    process: Option<Process>,
}

impl NatsServer {
    /// Starts a server and waits until JetStream responds. None if there is no `nats-server` on the `PATH` (or in
    /// `WAYBILL_TEST_NATS_SERVER`): the test prints SKIPPED and returns. With `CI=true` a missing server is a failure.
    pub async fn start() -> Option<Self> {
        Self::start_with("").await
    }

    /// As [`NatsServer::start`], with more lines for its configuration file.
    pub async fn start_with(configuration: &str) -> Option<Self> {
        let mut server = Self::prepare(configuration)?;
        server.restart().await;
        Some(server)
    }

    /// As [`NatsServer::start`], in a network namespace.
    pub async fn start_in(network: &Network) -> Option<Self> {
        let mut server = Self::prepare("")?;
        server.host = network.address();
        server.namespace = Some(network.name().to_owned());
        server.restart().await;
        Some(server)
    }

    /// A server that does not run yet. None, after printing SKIPPED, if there is no `nats-server`.
    pub(crate) fn prepare(configuration: &str) -> Option<Self> {
        let Some(binary) = binary() else {
            let reason =
                "no nats-server 2.10 or newer on the PATH (or in WAYBILL_TEST_NATS_SERVER)";
            skip::skip("a test with a NATS server of its own", reason);
            return None;
        };
        Some(Self {
            binary,
            directory: tempfile::tempdir().expect("a temporary directory"),
            configuration: configuration.to_owned(),
            host: Ipv4Addr::LOCALHOST,
            port: free_port(),
            namespace: None,
            process: None,
        })
    }

    /// Such as `nats://127.0.0.1:40123`; stays the same over restarts.
    pub fn url(&self) -> String {
        format!("nats://{}:{}", self.host, self.port)
    }

    /// SIGKILL: nothing is flushed, no connection is closed cleanly.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// A clean stop.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
    }

    /// Pauses it by SIGSTOP.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        if let Some(process) = &self.process {
            signal(process.id(), name);
        }
    }

    /// Starts it again (after killing it if necessary) on the same port, with the contents of its store.
    pub async fn restart(&mut self) {
        self.kill();
        assert!(
            self.try_start().await,
            "nats-server did not start again: {}",
            self.log()
        );
    }

    /// Kills the server and deletes all its streams.
    pub fn wipe(&mut self) {
        self.kill();
        if self.store().exists() {
            fs::remove_dir_all(self.store()).expect("the store can be removed");
        }
    }

    /// Stops the server and copies its store, to be restored later by [`NatsServer::roll_back`]: a server that lost its newest
    /// messages.
    pub fn snapshot(&mut self) -> TempDir {
        self.stop();
        let copy = tempfile::tempdir().expect("a temporary directory");
        copy_tree(&self.store(), &copy.path().join("store")).expect("the store can be copied");
        copy
    }

    /// Kills the server and restores an earlier store. Call [`NatsServer::restart`] afterwards.
    pub fn roll_back(&mut self, snapshot: &TempDir) {
        self.wipe();
        copy_tree(&snapshot.path().join("store"), &self.store())
            .expect("the store can be put back");
    }

    /// A separate client, to inspect and delete streams.
    pub async fn jetstream(&self) -> async_nats::jetstream::Context {
        let client = async_nats::connect(self.url())
            .await
            .expect("the server answers");
        async_nats::jetstream::new(client)
    }

    /// Deletes a stream with its consumers, as an operator might.
    pub async fn delete_stream(&self, name: &str) {
        let deleted = self.jetstream().await.delete_stream(name).await;
        deleted.expect("the stream can be deleted");
    }

    async fn try_start(&mut self) -> bool {
        self.spawn();
        let end = Instant::now() + START_DEADLINE;
        while Instant::now() < end && self.process.as_mut().is_some_and(Process::runs) {
            if self.answers().await {
                return true;
            }
            sleep(POLL).await;
        }
        self.process = None;
        false
    }

    /// Starts the process and does not wait for it: the servers of a cluster wait for each other.
    pub(crate) fn spawn(&mut self) {
        let root = self.directory.path();
        let config = root.join("nats.conf");
        let text = format!(
            "listen: \"{}:{}\"\njetstream: {{ store_dir: \"{}\" }}\n{}\n",
            self.host,
            self.port,
            self.store().display(),
            self.configuration
        );
        fs::write(&config, text).expect("the configuration can be written");
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(root.join("log"))
            .expect("the log can be written");
        let mut command = match &self.namespace {
            None => Command::new(&self.binary),
            Some(namespace) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]).arg(&self.binary);
                command
            }
        };
        command
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(log);
        self.process = Some(Process::spawn(&mut command).expect("nats-server can be run"));
    }

    /// Whether the server sends its greeting with its capabilities.
    async fn answers(&self) -> bool {
        let greeting = async {
            let socket = TcpStream::connect((self.host, self.port)).await?;
            let mut line = String::new();
            BufReader::new(socket).read_line(&mut line).await?;
            Ok::<_, io::Error>(line.starts_with("INFO ") && line.contains("\"jetstream\":true"))
        };
        matches!(
            timeout(Duration::from_secs(5), greeting).await,
            Ok(Ok(true))
        )
    }

    fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// The end of its log.
    pub fn log(&self) -> String {
        end_of(&fs::read_to_string(self.directory.path().join("log")).unwrap_or_default())
    }
}

/// The first one that is new enough.
fn binary() -> Option<PathBuf> {
    if let Some(path) = env::var_os("WAYBILL_TEST_NATS_SERVER") {
        return Some(path.into());
    }
    env::split_paths(&env::var_os("PATH")?)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|directory| directory.join("nats-server"))
        .find(|path| path.is_file() && is_current(path))
}

/// Whether it is 2.10 or newer, as the bus requires.
fn is_current(binary: &Path) -> bool {
    let version = Command::new(binary).arg("--version").output();
    let version = version.map(|output| output.stdout).unwrap_or_default();
    // Such as "nats-server: v2.10.29".
    let version = String::from_utf8_lossy(&version);
    let version = version.rsplit_once('v').map_or("", |(_, number)| number);
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    (parts.next().flatten(), parts.next().flatten()) >= (Some(2), Some(10))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
