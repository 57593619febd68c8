//! A whole platform for one test, in either shape, as the processes that a user would start.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use waybill_store::admin;

use crate::{
    DatabaseKind, NatsServer,
    client::{Api, http},
    ports::free_port,
    skip,
};

const START_DEADLINE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);
/// The services with a database.
pub const SERVICES: [&str; 5] = ["auth", "order", "payment", "notification", "chat"];

/// The administrator that the settings of every test platform make.
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

/// A running platform; its processes and databases end with it.
pub struct Platform {
    pub shape: Shape,
    pub base: String,
    bin: PathBuf,
    folder: TempDir,
    extra: BTreeMap<String, String>,
    processes: BTreeMap<&'static str, Child>,
    /// Ports by process, kept over restarts.
    ports: BTreeMap<&'static str, u16>,
    prefix: String,
    pub nats: Option<NatsServer>,
}

impl Platform {
    /// Starts a platform with the binaries of `bin` (the folder that cargo built them into). None, after saying so aloud,
    /// if the machine lacks a server that the shape needs.
    pub async fn start(shape: Shape, bin: &Path) -> Option<Self> {
        Self::start_with(shape, bin, &[]).await
    }

    /// As [`Platform::start`], with further settings.
    ///
    /// # Panics
    /// If a process does not start.
    pub async fn start_with(shape: Shape, bin: &Path, extra: &[(&str, &str)]) -> Option<Self> {
        let mut platform = Self {
            shape,
            base: String::new(),
            bin: bin.to_owned(),
            folder: tempfile::tempdir().expect("a temporary folder"),
            extra: extra
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            processes: BTreeMap::new(),
            ports: BTreeMap::new(),
            prefix: format!(
                "waybill_test_{}_",
                &Uuid::new_v4().simple().to_string()[..12]
            ),
            nats: None,
        };
        if shape == Shape::Distributed {
            platform.nats = Some(NatsServer::start().await?);
            let server = DatabaseKind::Postgres.server()?;
            for service in SERVICES {
                let name = format!("{}{service}", platform.prefix);
                if let Err(error) = admin::create_database(&server, &name).await {
                    skip::skip(
                        "the distributed shape",
                        &format!("no server at {server}: {error}"),
                    );
                    return None;
                }
            }
        }
        for process in platform.process_names() {
            platform.start_process(process);
        }
        platform.ready().await;
        Some(platform)
    }

    /// The processes of the shape.
    pub fn process_names(&self) -> Vec<&'static str> {
        match self.shape {
            Shape::Embedded => vec!["waybill"],
            Shape::Distributed => [&SERVICES[..], &["gateway"]].concat(),
        }
    }

    pub fn api(&self) -> Api {
        Api::new(&self.base)
    }

    /// SIGKILL.
    pub fn kill(&mut self, process: &str) {
        if let Some((_, mut child)) = self.processes.remove_entry(process) {
            child.kill().expect("the process can be killed");
            child.wait().expect("the process ends");
        }
    }

    /// SIGTERM; waits for the end and gives the exit code.
    pub fn stop(&mut self, process: &str) -> Option<i32> {
        let (_, mut child) = self.processes.remove_entry(process)?;
        let asked = Command::new("kill").arg(child.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()), "kill -TERM");
        child.wait().expect("the process ends").code()
    }

    /// Starts a process (again), with the same settings.
    ///
    /// # Panics
    /// If the binary is missing or exits at once.
    pub fn start_process(&mut self, process: &'static str) {
        let settings = self.settings(process);
        let (child, address) = self.spawn(process, settings);
        if let Some(address) = address {
            self.base = address;
        }
        self.processes.insert(process, child);
    }

    /// Another replica of the gateway, on an address of its own. It ends when it is dropped.
    ///
    /// # Panics
    /// If it does not start.
    pub fn second_gateway(&mut self) -> Replica {
        let mut settings = self.settings("gateway");
        settings.insert("WAYBILL_LISTEN".into(), "127.0.0.1:0".into());
        let (child, address) = self.spawn("gateway", settings);
        Replica {
            base: address.expect("the gateway listens"),
            child,
        }
    }

    /// Starts a process; gateways say where they listen.
    fn spawn(
        &self,
        process: &'static str,
        settings: BTreeMap<String, String>,
    ) -> (Child, Option<String>) {
        let log = self.folder.path().join(format!("{process}.log"));
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .expect("a log");
        let name = if process == "waybill" {
            "waybill".to_owned()
        } else {
            format!("waybill-{process}")
        };
        let binary = self.bin.join(&name);
        assert!(
            binary.exists(),
            "{} is not built; run `cargo xtask test`, or `cargo build --workspace` first",
            binary.display()
        );
        let mut command = Command::new(binary);
        command
            .envs(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut child = command.spawn().expect("the process starts");
        let address = matches!(process, "waybill" | "gateway").then(|| {
            first_address(&mut child)
                .unwrap_or_else(|| panic!("{name} did not listen; its log:\n{}", self.log(process)))
        });
        (child, address)
    }

    /// The number that the system gave a running process.
    ///
    /// # Panics
    /// If it does not run.
    pub fn process_id(&self, process: &str) -> u32 {
        self.processes[process].id()
    }

    /// What the process has logged; for the message of a failure.
    pub fn log(&self, process: &str) -> String {
        let path = self.folder.path().join(format!("{process}.log"));
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// Waits until the gateway answers and everything behind it does.
    ///
    /// # Panics
    /// After a minute.
    pub async fn ready(&self) {
        let client = http();
        let url = format!("{}/readyz", self.base);
        let start = Instant::now();
        loop {
            if let Ok(answer) = client
                .get(&url)
                .timeout(Duration::from_secs(10))
                .send()
                .await
                && answer.status().is_success()
            {
                return;
            }
            assert!(
                start.elapsed() < START_DEADLINE,
                "the platform was not ready; the gateway's log:\n{}",
                self.log(self.process_names().last().expect("a process"))
            );
            sleep(POLL).await;
        }
    }

    /// The arguments by which `waybill verify` finds the databases.
    pub fn place(&self) -> Vec<String> {
        match self.shape {
            Shape::Embedded => vec!["--data-dir".into(), self.data_dir()],
            Shape::Distributed => vec![
                "--server".into(),
                DatabaseKind::Postgres.server().unwrap_or_default(),
                "--prefix".into(),
                self.prefix.clone(),
            ],
        }
    }

    /// Runs `waybill verify` until it finds nothing (events may still be on their way) or the patience ends; what it
    /// printed last.
    pub async fn verify(&self) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let output = tokio::process::Command::new(self.bin.join("waybill"))
                .arg("verify")
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

    fn data_dir(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn port(&mut self, name: &'static str) -> u16 {
        *self.ports.entry(name).or_insert_with(free_port)
    }

    fn settings(&mut self, process: &'static str) -> BTreeMap<String, String> {
        let mut settings = BTreeMap::new();
        let mut set = |name: &str, value: String| settings.insert(name.to_owned(), value);
        set("WAYBILL_LOG", "warn".into());
        let admin = process == "waybill" || process == "auth";
        if admin {
            set("WAYBILL_ADMIN_EMAIL", ADMIN.0.into());
            set("WAYBILL_ADMIN_PASSWORD", ADMIN.1.into());
        }
        if matches!(process, "waybill" | "gateway") {
            set("WAYBILL_RATE_LIMIT", "off".into());
            let port = self.port("listen");
            set("WAYBILL_LISTEN", format!("127.0.0.1:{port}"));
        }
        match self.shape {
            Shape::Embedded => {
                set("WAYBILL_DATA_DIR", self.data_dir());
            }
            Shape::Distributed => {
                let nats = self.nats.as_ref().map(NatsServer::url).unwrap_or_default();
                set("WAYBILL_NATS_URL", nats);
                set("WAYBILL_OPS_LISTEN", "127.0.0.1:0".into());
                set("WAYBILL_DRAIN_DELAY", "0s".into());
                for service in SERVICES {
                    let name = format!("WAYBILL_{}_URL", service.to_uppercase());
                    let port = self.port(service);
                    set(&name, format!("http://127.0.0.1:{port}"));
                }
                if process == "order" {
                    let files = self.folder.path().join("files");
                    set("WAYBILL_FILES_DIR", files.display().to_string());
                }
                if process != "gateway" {
                    let server = DatabaseKind::Postgres.server().unwrap_or_default();
                    set(
                        "WAYBILL_DATABASE_URL",
                        format!("{server}/{}{process}", self.prefix),
                    );
                    set("WAYBILL_DATABASE_MAX_CONNECTIONS", "5".into());
                    let port = self.port(process);
                    set("WAYBILL_GRPC_LISTEN", format!("127.0.0.1:{port}"));
                }
            }
        }
        // `order:WAYBILL_X` is a setting of one process in the distributed shape, and of the only one in the embedded.
        for (name, value) in &self.extra {
            match name.split_once(':') {
                Some((of, name)) if of == process || process == "waybill" => {
                    set(name, value.clone());
                }
                Some(_) => {}
                None => {
                    set(name, value.clone());
                }
            }
        }
        settings
    }
}

/// A further process beside a platform's own.
pub struct Replica {
    pub base: String,
    child: Child,
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        for child in self.processes.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if self.shape != Shape::Distributed {
            return;
        }
        let Some(server) = DatabaseKind::Postgres.server() else {
            return;
        };
        let prefix = self.prefix.clone();
        // The test's runtime may be ending: a thread of our own sees the drops through.
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

/// Reads `listening on http://…` from the process, and goes on reading so that it never blocks on a full pipe.
fn first_address(child: &mut Child) -> Option<String> {
    let output = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(address) = line.strip_prefix("listening on ") {
                let _ = sender.send(address.to_owned());
            }
        }
    });
    receiver.recv_timeout(START_DEADLINE).ok()
}
