//! Private database servers, for tests that kill, freeze or fill them, which a shared server does not allow.

mod mariadb;
mod postgres;

use std::{
    env, fs, os::unix::fs::chown, path::Path, path::PathBuf, process::Command, time::Duration,
};

pub use mariadb::MariaDbServer;
pub use postgres::PostgresServer;

use crate::process::{Process, try_signal};

const START_DEADLINE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);
/// A clean stop of a server takes no longer.
const STOP_DEADLINE: Duration = Duration::from_secs(20);

/// Where a server keeps its data, if not in a temporary folder of its own.
#[derive(Debug, Clone, Default)]
pub struct Home<'a> {
    pub folder: Option<&'a Path>,
    /// Further settings, `name=value`.
    pub settings: &'a [&'a str],
}

/// The ids of the user that a server runs as if it refuses to run as root; None if we are not root.
fn user(name: &str) -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").ok()?;
    if std::os::unix::fs::MetadataExt::uid(&own) != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// A command that runs as that user.
fn run_as(program: &Path, user: Option<(u32, u32)>) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid).current_dir("/");
    }
    command
}

fn give_to(folder: &Path, user: Option<(u32, u32)>) {
    if let Some((uid, gid)) = user {
        chown(folder, Some(uid), Some(gid)).expect("root may give folders away");
    }
}

/// A program on the `PATH` or in one of these folders.
fn find(program: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let on_path = env::split_paths(&path);
    on_path
        .chain(folders.iter().cloned())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Sends a signal to all processes of a server: STOP or CONT.
fn signal_all(process: Option<&Process>, name: &str) {
    for id in process.map(Process::family).unwrap_or_default() {
        // A session may end at any time.
        try_signal(id, name);
    }
}
