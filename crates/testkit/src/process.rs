//! A child process that ends with its owner, and the signals that tests send to it.

use std::{
    fs, io,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, sleep};

const POLL: Duration = Duration::from_millis(20);

/// A running process. Dropping it kills it.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).spawn().map(Self)
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    pub fn runs(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.end();
    }

    /// SIGTERM; blocks until the end and returns the exit code.
    ///
    /// # Panics
    /// If there is no such process.
    pub fn stop(mut self) -> Option<i32> {
        signal(self.id(), "TERM");
        self.0.wait().expect("the process ends").code()
    }

    /// As [`Process::stop`] without blocking the runtime: with the given signal, and SIGKILL after the timeout. None if it was
    /// killed.
    pub async fn stop_within(mut self, name: &str, timeout: Duration) -> Option<i32> {
        signal(self.id(), name);
        let end = Instant::now() + timeout;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.0.try_wait() {
                return status.code();
            }
            sleep(POLL).await;
        }
        None
    }

    /// The peak resident memory of the process so far, in MB; 0 where there is no /proc.
    pub fn peak_mb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kb.unwrap_or(0) / 1024
    }

    /// A process and its current children, such as a database's sessions.
    pub fn family(&self) -> Vec<u32> {
        let id = self.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        [id].into_iter().chain(children).collect()
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sends a signal by its name, such as `STOP`.
///
/// # Panics
/// If there is no such process.
pub fn signal(id: u32, name: &str) {
    assert!(try_signal(id, name), "kill -{name} {id}");
}

/// Sends a signal to a process that may have ended. Returns whether it existed.
pub fn try_signal(id: u32, name: &str) -> bool {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &id.to_string()])
        .stderr(Stdio::null())
        .status();
    sent.is_ok_and(|status| status.success())
}

/// The last lines of a log, for the message of a failure.
pub fn end_of(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
