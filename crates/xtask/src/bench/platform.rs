//! A platform in one of its shapes, and the database server, NATS and data that it has.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::{
    Bench,
    usage::{Groups, listener},
};
use crate::{check, processes::Processes, target_dir, up};

pub const EMAIL: &str = "bench@waybill.example";
pub const PASSWORD: &str = "bench-password";
const PATIENCE: Duration = Duration::from_mins(1);

/// Where a platform runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Postgres,
    Sqlite,
    MariaDb,
    /// On PostgreSQL and NATS.
    Distributed,
}

impl Shape {
    pub const ALL: [Self; 4] = [
        Self::Postgres,
        Self::Sqlite,
        Self::MariaDb,
        Self::Distributed,
    ];
    pub const EMBEDDED: [Self; 3] = [Self::Postgres, Self::Sqlite, Self::MariaDb];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "embedded postgres",
            Self::Sqlite => "embedded sqlite",
            Self::MariaDb => "embedded mariadb",
            Self::Distributed => "distributed",
        }
    }

    /// The name of its database server.
    pub const fn database(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::MariaDb => Some("mariadb"),
            Self::Postgres | Self::Distributed => Some("postgres"),
        }
    }
}

/// The data of a platform, which outlives its processes. Dropping it drops its databases.
pub struct Home {
    pub shape: Shape,
    folder: TempDir,
    /// Of the shapes that have one: its URL without a database.
    server: Option<String>,
    prefix: String,
    load: PathBuf,
}

impl Home {
    pub fn new(bench: &Bench<'_>, shape: Shape) -> Result<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let options = bench.options;
        let server = match shape {
            Shape::Sqlite => None,
            Shape::MariaDb => Some(&options.mariadb),
            Shape::Postgres | Shape::Distributed => Some(&options.database),
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Not in the system's temporary folder, which may be in memory.
        fs::create_dir_all(target_dir())?;
        let mut folder = tempfile::Builder::new();
        folder.prefix("bench-");
        Ok(Self {
            shape,
            folder: folder.tempdir_in(target_dir())?,
            server: server.map(|url| url.trim_end_matches('/').to_owned()),
            prefix: format!("waybill_bench_{}_{number}_", std::process::id()),
            load: bench.load.clone(),
        })
    }

    /// The database of a service.
    pub fn url(&self, service: &str) -> String {
        match &self.server {
            Some(server) => format!("{server}/{}{service}", self.prefix),
            None => format!("sqlite://{}/{service}.db", self.data().display()),
        }
    }

    /// The databases of all services.
    pub fn urls(&self) -> Vec<String> {
        let services = up::SERVICES.iter();
        services.map(|(service, _)| self.url(service)).collect()
    }

    /// How the operator's commands find the databases.
    pub fn arguments(&self) -> Vec<String> {
        let prefix = self.prefix.clone();
        match &self.server {
            Some(server) => vec!["--server".into(), server.clone(), "--prefix".into(), prefix],
            None => vec!["--data-dir".into(), self.data().display().to_string()],
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.file("data")
    }

    /// The first process of the database server.
    fn database(&self) -> Option<(String, u32)> {
        let server = self.server.as_ref()?;
        let name = self.shape.database()?;
        Some((name.to_owned(), listener(port(server).unwrap_or(0))?))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let Some(server) = &self.server else { return };
        let mut drop = Command::new(&self.load);
        drop.args(["drop", server, &self.prefix])
            .stdout(Stdio::null());
        if let Err(error) = check(&mut drop) {
            println!("could not drop the databases {}…: {error}", self.prefix);
        }
    }
}

/// The port in a URL.
fn port(url: &str) -> Option<u16> {
    let host = url.split("://").nth(1)?.split('/').next()?;
    host.rsplit_once(':')?.1.parse().ok()
}

/// A port that is free now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A running platform. Dropping it stops it.
pub struct Platform<'a> {
    pub home: &'a Home,
    pub base: String,
    /// From the start of the (first) process to the first answer.
    pub started: Duration,
    processes: Processes,
    others: Groups,
}

impl<'a> Platform<'a> {
    /// Starts one and waits until it answers. `settings` are for the process that clients reach.
    pub fn start(bench: &Bench<'_>, home: &'a Home, settings: &[(&str, &str)]) -> Result<Self> {
        let listen = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let start = Instant::now();
        let mut others: Groups = home.database().into_iter().collect();
        let mut processes = if home.shape == Shape::Distributed {
            let nats = bench.nats()?;
            let server = port(&nats).and_then(listener);
            others.extend(server.map(|id| ("nats".to_owned(), id)));
            distributed(bench, home, nats, listen, settings)?
        } else {
            embedded(bench, home, listen, settings)?
        };
        while !up::ready(listen) {
            if let Some(ended) = processes.ended() {
                bail!("{ended}");
            }
            if start.elapsed() > PATIENCE {
                bail!("the platform was not ready within {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(Self {
            home,
            base: format!("http://{listen}"),
            started: start.elapsed(),
            processes,
            others,
        })
    }

    /// Its own processes.
    pub fn processes(&self) -> Groups {
        self.processes.ids()
    }

    /// Its own processes, the database server and NATS.
    pub fn groups(&self) -> Groups {
        [self.processes(), self.others.clone()].concat()
    }
}

/// Everybody gets a mail for each order, as in a shop whose customers do not order thousands of times.
const MAILS: (&str, &str) = ("WAYBILL_MAIL_UNVERIFIED_HOURLY", "0");

const SETTINGS: [(&str, &str); 5] = [
    MAILS,
    ("WAYBILL_ADMIN_EMAIL", EMAIL),
    ("WAYBILL_ADMIN_PASSWORD", PASSWORD),
    ("WAYBILL_RATE_LIMIT", "off"),
    ("WAYBILL_LOG", "warn"),
];

fn embedded(
    bench: &Bench<'_>,
    home: &Home,
    listen: SocketAddr,
    settings: &[(&str, &str)],
) -> Result<Processes> {
    let mut command = program(&bench.bin.join("waybill"));
    command
        .args(["--listen", &listen.to_string(), "--data-dir"])
        .arg(home.data())
        .envs(SETTINGS)
        .envs(settings.iter().copied())
        .stdout(Stdio::null());
    if let Some(server) = &home.server {
        command.env("WAYBILL_DATABASE_SERVER", server);
        command.env("WAYBILL_DATABASE_PREFIX", &home.prefix);
    }
    let mut processes = Processes::new();
    processes.start("waybill", &mut command)?;
    Ok(processes)
}

fn distributed(
    bench: &Bench<'_>,
    home: &Home,
    nats: String,
    listen: SocketAddr,
    settings: &[(&str, &str)],
) -> Result<Processes> {
    let options = up::Options {
        database: home.server.clone().unwrap_or_default(),
        prefix: home.prefix.clone(),
        nats,
        namespace: home.prefix.trim_end_matches('_').replace('_', "-"),
        listen: listen.to_string(),
        demo: false,
        release: true,
        bin: Some(bench.bin.clone()),
    };
    let mut extra = vec![
        ("auth", "WAYBILL_ADMIN_EMAIL", EMAIL),
        ("auth", "WAYBILL_ADMIN_PASSWORD", PASSWORD),
        ("gateway", "WAYBILL_RATE_LIMIT", "off"),
        ("gateway", "WAYBILL_LOG", "warn"),
        ("notification", MAILS.0, MAILS.1),
    ];
    extra.extend(up::SERVICES.map(|(service, _)| (service, "WAYBILL_LOG", "warn")));
    extra.extend(
        settings
            .iter()
            .map(|(name, value)| ("gateway", *name, *value)),
    );
    up::start(&options, &extra)
}

/// A program that may open as many files and connections as the system allows; shells often start with a thousand.
pub fn program(path: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -n "$(ulimit -Hn)"; exec "$0" "$@""#]);
    command.arg(path);
    command
}

/// A NATS server of the bench's own.
pub struct Nats {
    pub url: String,
    _processes: Processes,
    _store: TempDir,
}

impl Nats {
    /// The `nats-server` on the PATH, or the one that `WAYBILL_TEST_NATS_SERVER` names.
    pub fn start() -> Result<Self> {
        let program = std::env::var_os("WAYBILL_TEST_NATS_SERVER");
        let program = program.unwrap_or_else(|| "nats-server".into());
        let store = tempfile::Builder::new()
            .prefix("bench-nats-")
            .tempdir_in(target_dir())?;
        let port = free_port()?;
        let mut processes = Processes::new();
        let mut command = Command::new(program);
        command
            .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"])
            .arg(store.path())
            .stderr(Stdio::null());
        processes.start("nats-server", &mut command)?;
        processes
            .wait_until("nats-server", PATIENCE, || {
                TcpStream::connect(("127.0.0.1", port)).is_ok()
            })
            .context("nats-server 2.10 or newer is needed; or name a running one with --nats")?;
        Ok(Self {
            url: format!("nats://127.0.0.1:{port}"),
            _processes: processes,
            _store: store,
        })
    }
}
