//! A whole platform for one test, in either shape, as the processes that a user would start.

mod settings;
mod setup;

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use waybill_store::admin;

pub use setup::Setup;

use crate::{
    DatabaseKind, NatsServer, TestDb,
    balancer::Balancer,
    client::{Api, http},
    process::{Process, end_of, signal},
    skip,
};

const START_DEADLINE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);
/// The services with a database.
pub const SERVICES: [&str; 5] = ["auth", "order", "payment", "notification", "chat"];

/// The processes of a platform with replicas, in pairs.
const REPLICAS: [&str; 12] = [
    "auth",
    "auth-2",
    "order",
    "order-2",
    "payment",
    "payment-2",
    "notification",
    "notification-2",
    "chat",
    "chat-2",
    "gateway",
    "gateway-2",
];

/// The administrator that every test platform creates from its settings.
pub const ADMIN: (&str, &str) = ("admin@waybill.example", "admin-password");

/// One code base, two shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One process, SQLite.
    Embedded,
    /// Six processes, PostgreSQL, NATS.
    Distributed,
}

impl Shape {
    pub const BOTH: [Self; 2] = [Self::Embedded, Self::Distributed];
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded => "embedded",
            Self::Distributed => "distributed",
        })
    }
}

/// A running platform; its processes and databases end with it.
pub struct Platform {
    pub shape: Shape,
    /// The URL of the gateway, or of the balancer in front of its replicas.
    pub base: String,
    setup: Setup,
    folder: TempDir,
    processes: BTreeMap<String, Process>,
    /// Ports by listener, kept over restarts.
    ports: BTreeMap<String, u16>,
    balancers: Vec<Balancer>,
    prefix: String,
    nats: Option<NatsServer>,
}

impl Platform {
    /// Starts a platform with the binaries of `bin` (the folder that cargo built them into). None, after printing SKIPPED, if the
    /// machine lacks a server that the shape needs.
    pub async fn start(shape: Shape, bin: &Path) -> Option<Self> {
        Self::start_setup(Setup::new(shape, bin)).await
    }

    /// As [`Platform::start`], with further settings.
    pub async fn start_with(shape: Shape, bin: &Path, extra: &[(&str, &str)]) -> Option<Self> {
        let setup = Setup::new(shape, bin);
        let setup = extra
            .iter()
            .fold(setup, |setup, (name, value)| setup.set(name, *value));
        Self::start_setup(setup).await
    }

    /// As [`Platform::start`], with the given setup.
    ///
    /// # Panics
    /// If a process does not start.
    pub async fn start_setup(setup: Setup) -> Option<Self> {
        let prefix = setup.prefix.clone().unwrap_or_else(TestDb::new_prefix);
        let mut platform = Self {
            shape: setup.shape,
            base: String::new(),
            setup,
            folder: tempfile::tempdir().expect("a temporary folder"),
            processes: BTreeMap::new(),
            ports: BTreeMap::new(),
            balancers: Vec::new(),
            prefix,
            nats: None,
        };
        if platform.shape == Shape::Distributed {
            if platform.setup.nats.is_none() {
                platform.nats = Some(NatsServer::start().await?);
            }
            platform.create_databases().await?;
        }
        for process in platform.process_names() {
            platform.start_process(process);
        }
        platform.balance().await;
        platform.ready().await;
        platform.whole().await;
        Some(platform)
    }

    async fn create_databases(&self) -> Option<()> {
        let server = self.server()?;
        for service in SERVICES {
            let name = format!("{}{service}", self.prefix);
            if let Err(error) = admin::create_database(&server, &name).await {
                let reason = format!("no server at {server}: {error}");
                skip::skip("the distributed shape", &reason);
                return None;
            }
        }
        Some(())
    }

    /// Puts a balancer in front of each pair of replicas.
    async fn balance(&mut self) {
        let front = self.port(self.front());
        self.base = format!("http://127.0.0.1:{front}");
        if !self.setup.replicas {
            return;
        }
        for pair in REPLICAS.chunks(2) {
            let mut backends = Vec::new();
            for &name in pair {
                let port = self.port(name);
                let ready = self.ready_url(name);
                backends.push((SocketAddr::from(([127, 0, 0, 1], port)), Some(ready)));
            }
            let port = self.port(&format!("{}.balancer", pair[0]));
            self.balancers.push(Balancer::start(port, backends).await);
        }
        let front = self.port("gateway.balancer");
        self.base = format!("http://127.0.0.1:{front}");
    }

    /// The processes of the shape.
    pub fn process_names(&self) -> Vec<&'static str> {
        match self.shape {
            Shape::Embedded => vec!["waybill"],
            Shape::Distributed if self.setup.replicas => REPLICAS.to_vec(),
            Shape::Distributed => [&SERVICES[..], &["gateway"]].concat(),
        }
    }

    /// The process that clients reach.
    fn front(&self) -> &'static str {
        match self.shape {
            Shape::Embedded => "waybill",
            Shape::Distributed => "gateway",
        }
    }

    pub fn api(&self) -> Api {
        Api::new(&self.base)
    }

    /// The NATS server that the platform made for itself.
    pub fn nats(&mut self) -> Option<&mut NatsServer> {
        self.nats.as_mut()
    }

    /// SIGKILL.
    pub fn kill(&mut self, process: &str) {
        if let Some(process) = self.processes.remove(process) {
            process.kill();
        }
    }

    /// SIGTERM; waits for the end and returns the exit code.
    pub fn stop(&mut self, process: &str) -> Option<i32> {
        self.processes.remove(process)?.stop()
    }

    /// As [`Platform::stop`], without blocking the runtime; a process that takes longer is killed.
    pub async fn stop_within(&mut self, process: &str, timeout: Duration) -> Option<i32> {
        let process = self.processes.remove(process)?;
        process.stop_within("TERM", timeout).await
    }

    /// Sends a signal by its name: `STOP` pauses a process, `CONT` resumes it.
    ///
    /// # Panics
    /// If it does not run.
    pub fn signal(&self, process: &str, name: &str) {
        signal(self.process_id(process), name);
    }

    /// Starts a process (again), with the same settings, and does not wait for it.
    ///
    /// # Panics
    /// If the binary is missing.
    pub fn start_process(&mut self, process: &str) {
        let settings = self.settings(process);
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path(process))
            .expect("a log");
        let service = service(process);
        let name = if service == "waybill" {
            service.to_owned()
        } else {
            format!("waybill-{service}")
        };
        let binary = self.setup.bin.join(&name);
        assert!(
            binary.exists(),
            "{} is not built; run `cargo xtask test`, or `cargo build --workspace` first",
            binary.display()
        );
        let mut command = Command::new(binary);
        command.envs(settings).stdout(Stdio::null()).stderr(log);
        let started = Process::spawn(&mut command).expect("the process starts");
        self.processes.insert(process.to_owned(), started);
    }

    /// Starts another replica of the gateway, and returns its address.
    pub async fn second_gateway(&mut self) -> String {
        self.start_process("gateway-2");
        self.ready().await;
        format!("http://127.0.0.1:{}", self.port("gateway-2"))
    }

    /// The process id of a running process.
    ///
    /// # Panics
    /// If it does not run.
    pub fn process_id(&self, process: &str) -> u32 {
        self.processes[process].id()
    }

    /// The peak memory of a running process so far, in MB.
    pub fn peak_mb(&self, process: &str) -> u64 {
        self.processes.get(process).map_or(0, Process::peak_mb)
    }

    fn log_path(&self, process: &str) -> PathBuf {
        let folder = self.setup.logs.as_deref().unwrap_or(self.folder.path());
        folder.join(format!("{process}.log"))
    }

    /// The log of the process, for the message of a failure.
    pub fn log(&self, process: &str) -> String {
        fs::read_to_string(self.log_path(process)).unwrap_or_default()
    }

    /// Waits until every running process, and everything behind it, is ready.
    ///
    /// # Panics
    /// After a minute, or when a process ends before it is ready.
    pub async fn ready(&mut self) {
        for name in self.processes.keys().cloned().collect::<Vec<_>>() {
            let url = self.ready_url(&name);
            self.until_answered(&name, &url, "").await;
        }
        for balancer in &self.balancers {
            let seen = timeout(START_DEADLINE, balancer.all_ready()).await;
            assert!(seen.is_ok(), "a balancer has a backend that is not ready");
        }
    }

    /// Waits until the gateways see every part: a gateway that started before a service holds calls to it back for a moment.
    async fn whole(&mut self) {
        for name in self.processes.keys().cloned().collect::<Vec<_>>() {
            if matches!(service(&name), "waybill" | "gateway") {
                let url = format!("http://127.0.0.1:{}/health", self.port(&name));
                self.until_answered(&name, &url, "\"OK\"").await;
            }
        }
    }

    /// Waits until a process responds with success and a body that contains this text.
    async fn until_answered(&mut self, name: &str, url: &str, text: &str) {
        let client = http();
        let start = Instant::now();
        loop {
            let answer = client.get(url).timeout(Duration::from_secs(10)).send();
            if let Ok(answer) = answer.await
                && answer.status().is_success()
                && answer.text().await.is_ok_and(|body| body.contains(text))
            {
                return;
            }
            let runs = self.processes.get_mut(name).is_some_and(Process::runs);
            assert!(
                runs && start.elapsed() < START_DEADLINE,
                "{name} was not ready; the end of its log:\n{}",
                end_of(&self.log(name))
            );
            sleep(POLL).await;
        }
    }

    /// The URL of a process's readiness check.
    pub fn ready_url(&mut self, process: &str) -> String {
        let port = match service(process) {
            "waybill" | "gateway" => self.port(process),
            _ => self.port(&format!("{process}.ops")),
        };
        format!("http://127.0.0.1:{port}/readyz")
    }

    /// The arguments with which `waybill verify` finds the databases.
    pub fn place(&self) -> Vec<String> {
        match self.shape {
            Shape::Embedded if self.setup.server.is_none() => {
                vec!["--data-dir".into(), self.data_dir()]
            }
            _ => vec![
                "--server".into(),
                self.server().unwrap_or_default(),
                "--prefix".into(),
                self.prefix.clone(),
            ],
        }
    }

    /// Runs `waybill verify` until it finds nothing (events may still be on their way) or the timeout ends; the error is its last
    /// output.
    pub async fn verify(&self) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let output = tokio::process::Command::new(self.setup.bin.join("waybill"))
                .args(["verify", "--strict"])
                .args(self.place())
                .output()
                .await
                .map_err(|error| error.to_string())?;
            if output.status.success() {
                return Ok(());
            }
            if start.elapsed() > START_DEADLINE {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                return Err(format!("{text}{}", String::from_utf8_lossy(&output.stderr)));
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// The URL of a service's database.
    pub fn database_url(&self, service: &str) -> String {
        match self.server() {
            None => format!("sqlite://{}/{service}.db", self.data_dir()),
            Some(server) => format!("{server}/{}{service}", self.prefix),
        }
    }

    pub fn data_dir(&self) -> String {
        let data = match &self.setup.data {
            Some(folder) => folder.clone(),
            None => self.folder.path().join("data"),
        };
        data.display().to_string()
    }

    /// The database server; None for SQLite.
    fn server(&self) -> Option<String> {
        let standard = match self.shape {
            Shape::Embedded => None,
            Shape::Distributed => DatabaseKind::Postgres.server(),
        };
        self.setup.server.clone().or(standard)
    }
}

/// The service of a replica's process.
fn service(process: &str) -> &str {
    process.strip_suffix("-2").unwrap_or(process)
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.processes.clear();
        // A server of the caller is ended by the caller.
        if self.shape != Shape::Distributed || self.setup.server.is_some() {
            return;
        }
        let Some(server) = self.server() else {
            return;
        };
        let prefix = self.prefix.clone();
        // The test's runtime may be ending: a separate thread completes the drops.
        let drops = std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
            else {
                return;
            };
            runtime.block_on(async {
                for service in SERVICES {
                    let _ = admin::drop_database(&server, &format!("{prefix}{service}")).await;
                }
            });
        });
        let _ = drops.join();
    }
}
