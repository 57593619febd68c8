//! A private MariaDB.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{POLL, START_DEADLINE, STOP_DEADLINE, find, give_to, run_as, signal_all, user};
use crate::{
    ports::free_port,
    process::{Process, end_of},
    skip,
};

/// A running (or stopped) server. Dropping it ends the process and removes its data.
pub struct MariaDbServer {
    binary: PathBuf,
    folder: TempDir,
    data: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl MariaDbServer {
    /// With its data in a temporary folder, or in one of the caller's. None, after printing SKIPPED, if MariaDB is not installed.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(home: Option<&Path>) -> Option<Self> {
        let places = [PathBuf::from("/usr/sbin")];
        let (Some(binary), Some(install)) = (
            find("mariadbd", &places),
            find("mariadb-install-db", &places),
        ) else {
            skip::skip(
                "a private MariaDB",
                "mariadbd or mariadb-install-db is not on the PATH",
            );
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let owner = user("mysql");
        give_to(folder.path(), owner);
        let data = home.unwrap_or(folder.path()).join("mariadb");
        fs::create_dir(&data).expect("a folder for the data");
        give_to(&data, owner);
        let made = run_as(&install, owner)
            .args([
                "--no-defaults",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
            ])
            .arg("--innodb-log-file-size=4M")
            .arg(format!("--datadir={}", data.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "mariadb-install-db"
        );
        let mut server = Self {
            binary,
            folder,
            data,
            port: free_port(),
            process: None,
        };
        server.restart().await;
        Some(server)
    }

    /// Such as `mysql://root@127.0.0.1:23306`; stays the same over restarts.
    pub fn url(&self) -> String {
        format!("mysql://root@127.0.0.1:{}", self.port)
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process = None;
    }

    pub async fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop_within("TERM", STOP_DEADLINE).await;
        }
    }

    /// Starts it unless it runs.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn restart(&mut self) {
        if !self.process.as_mut().is_some_and(Process::runs) {
            self.process = Some(self.spawn());
        }
        let end = Instant::now() + START_DEADLINE;
        while self.ping().await.is_err() {
            let runs = self.process.as_mut().is_some_and(Process::runs);
            assert!(
                runs && Instant::now() < end,
                "MariaDB did not start: {}",
                self.log()
            );
            sleep(POLL).await;
        }
    }

    fn spawn(&self) -> Process {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .expect("the log can be written");
        let inside = |name: &str| self.folder.path().join(name).display().to_string();
        let mut command = run_as(&self.binary, user("mysql"));
        command
            .args([
                "--no-defaults",
                "--bind-address=127.0.0.1",
                "--innodb-log-file-size=4M",
            ])
            .args(["--innodb-buffer-pool-size=32M", "--max-connections=100"])
            .arg(format!("--datadir={}", self.data.display()))
            .arg(format!("--port={}", self.port))
            .arg(format!("--socket={}", inside("socket")))
            .arg(format!("--pid-file={}", inside("pid")))
            .stdout(Stdio::null())
            .stderr(log);
        Process::spawn(&mut command).expect("mariadbd can be run")
    }

    pub fn freeze(&self) {
        signal_all(self.process.as_ref(), "STOP");
    }

    pub fn thaw(&self) {
        signal_all(self.process.as_ref(), "CONT");
    }

    async fn ping(&self) -> Result<(), sea_orm::DbErr> {
        let mut options = ConnectOptions::new(self.url());
        options.max_connections(1).sqlx_logging(false);
        options.acquire_timeout(std::time::Duration::from_secs(5));
        let connection = Database::connect(options).await?;
        let done = connection.execute_unprepared("SELECT 1").await;
        let _ = connection.close().await;
        done.map(drop)
    }

    /// The end of its log.
    pub fn log(&self) -> String {
        end_of(&fs::read_to_string(self.folder.path().join("log")).unwrap_or_default())
    }
}
