//! A private PostgreSQL.

use std::{
    fs,
    net::Ipv4Addr,
    path::PathBuf,
    process::{Command, Stdio},
};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{Home, POLL, START_DEADLINE, STOP_DEADLINE, find, give_to, run_as, signal_all, user};
use crate::{
    network::Network,
    ports::free_port,
    process::{Process, end_of},
    skip,
};

/// A running (or stopped) server. Dropping it ends its processes and removes its data.
pub struct PostgresServer {
    binaries: PathBuf,
    /// For the log, and for the data unless it has another home.
    folder: TempDir,
    data: PathBuf,
    settings: Vec<String>,
    host: Ipv4Addr,
    port: u16,
    namespace: Option<String>,
    process: Option<Process>,
}

impl PostgresServer {
    /// None, after printing SKIPPED, if PostgreSQL is not installed.
    pub async fn start() -> Option<Self> {
        Self::start_in(Home::default(), None).await
    }

    /// As [`PostgresServer::start`], in a home of the caller's and in a network namespace.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start_in(home: Home<'_>, network: Option<&Network>) -> Option<Self> {
        let Some(binaries) = binaries() else {
            skip::skip(
                "a private PostgreSQL",
                "no initdb in /usr/lib/postgresql or on the PATH",
            );
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let owner = user("postgres");
        give_to(folder.path(), owner);
        let data = home.folder.unwrap_or(folder.path()).join("postgres");
        fs::create_dir(&data).expect("a folder for the data");
        give_to(&data, owner);
        let made = run_as(&binaries.join("initdb"), owner)
            .args([
                "--username=postgres",
                "--auth=trust",
                "--no-locale",
                "--encoding=UTF8",
            ])
            // Small enough for a small disk.
            .args(["--wal-segsize=1", "--no-sync", "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.is_ok_and(|status| status.success()), "initdb");
        if network.is_some() {
            let access = "host all all 0.0.0.0/0 trust\n";
            fs::write(data.join("pg_hba.conf"), access).expect("the file can be written");
        }
        let mut server = Self {
            binaries,
            folder,
            data,
            settings: home.settings.iter().map(|&one| one.to_owned()).collect(),
            host: network.map_or(Ipv4Addr::LOCALHOST, Network::address),
            port: free_port(),
            namespace: network.map(|network| network.name().to_owned()),
            process: None,
        };
        server.restart().await;
        Some(server)
    }

    /// Such as `postgres://postgres@127.0.0.1:25432`; stays the same over restarts.
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}:{}", self.host, self.port)
    }

    /// SIGKILL of the whole server.
    pub fn kill(&mut self) {
        signal_all(self.process.as_ref(), "KILL");
        self.process = None;
    }

    /// A clean stop that does not wait for clients.
    pub async fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop_within("INT", STOP_DEADLINE).await;
        }
    }

    /// Starts it unless it runs.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn restart(&mut self) {
        let end = Instant::now() + START_DEADLINE;
        while !self.try_start().await {
            // The processes of a killed server take a moment to end, and a new one waits for that.
            assert!(
                Instant::now() < end,
                "PostgreSQL did not start: {}",
                self.log()
            );
            sleep(POLL).await;
        }
    }

    async fn try_start(&mut self) -> bool {
        if !self.process.as_mut().is_some_and(Process::runs) {
            self.process = Some(self.spawn());
        }
        let end = Instant::now() + START_DEADLINE;
        while self.process.as_mut().is_some_and(Process::runs) && Instant::now() < end {
            if self.run("SELECT 1").await.is_ok() {
                return true;
            }
            sleep(POLL).await;
        }
        self.process = None;
        false
    }

    fn spawn(&self) -> Process {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .expect("the log can be written");
        let owner = user("postgres");
        let program = self.binaries.join("postgres");
        let mut command = match (&self.namespace, owner) {
            // `ip netns exec` needs root, and setpriv drops it.
            (Some(namespace), Some((uid, gid))) => {
                let mut command = Command::new("ip");
                let (uid, gid) = (format!("--reuid={uid}"), format!("--regid={gid}"));
                command
                    .args([
                        "netns",
                        "exec",
                        namespace,
                        "setpriv",
                        &uid,
                        &gid,
                        "--clear-groups",
                    ])
                    .arg(program);
                command
            }
            _ => run_as(&program, owner),
        };
        command
            .arg("-D")
            .arg(&self.data)
            .args(["-p", &self.port.to_string()])
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "shared_buffers=32MB",
            ])
            .args(["-c", "max_connections=200", "-c", "min_wal_size=2MB"])
            .args(["-c", "max_wal_size=16MB", "-c"])
            .arg(format!("listen_addresses={}", self.host));
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        Process::spawn(command.stdout(Stdio::null()).stderr(log)).expect("postgres can be run")
    }

    /// Pauses all of its processes by SIGSTOP.
    pub fn freeze(&self) {
        signal_all(self.process.as_ref(), "STOP");
    }

    pub fn thaw(&self) {
        signal_all(self.process.as_ref(), "CONT");
    }

    /// Runs a statement as the administrator of the server.
    pub async fn run(&self, statement: &str) -> Result<(), sea_orm::DbErr> {
        let mut options = ConnectOptions::new(format!("{}/postgres", self.url()));
        options.max_connections(1).sqlx_logging(false);
        options.acquire_timeout(std::time::Duration::from_secs(5));
        let connection = Database::connect(options).await?;
        let done = connection.execute_unprepared(statement).await;
        let _ = connection.close().await;
        done.map(drop)
    }

    /// The end of its log.
    pub fn log(&self) -> String {
        end_of(&fs::read_to_string(self.folder.path().join("log")).unwrap_or_default())
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.thaw();
        self.kill();
    }
}

/// The folder of the newest installed PostgreSQL's programs.
fn binaries() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<_> = installed
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    folders.sort();
    folders.reverse();
    Some(find("initdb", &folders)?.parent()?.to_owned())
}
