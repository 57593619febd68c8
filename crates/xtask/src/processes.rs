//! Child processes that end with this one.

use std::{
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Children in start order; stopped in the reverse order.
pub struct Processes(Vec<(String, Child)>);

impl Processes {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn start(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        self.0.push((name.to_owned(), child));
        Ok(())
    }

    /// The ids of the children by their names.
    pub fn ids(&self) -> Vec<(String, u32)> {
        let named = self
            .0
            .iter()
            .map(|(name, child)| (name.clone(), child.id()));
        named.collect()
    }

    /// A message that names a child that has ended, if any has.
    pub fn ended(&mut self) -> Option<String> {
        self.0
            .iter_mut()
            .find_map(|(name, child)| match child.try_wait() {
                Ok(Some(status)) => Some(format!("{name} ended ({status})")),
                _ => None,
            })
    }

    /// Waits until the condition is true; fails if a child ends first or the time is over.
    pub fn wait_until(
        &mut self,
        what: &str,
        timeout: Duration,
        ready: impl Fn() -> bool,
    ) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            if let Some(ended) = self.ended() {
                bail!("waiting for {what}: {ended}");
            }
            if start.elapsed() > timeout {
                bail!("{what} was not ready within {timeout:?}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Waits until a child ends (or the terminal interrupts all processes).
    pub fn wait(&mut self) -> String {
        loop {
            if let Some(ended) = self.ended() {
                return ended;
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for (_, child) in self.0.iter_mut().rev() {
            terminate(child);
        }
        for (_, child) in self.0.iter_mut().rev() {
            let start = Instant::now();
            while matches!(child.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(25)
            {
                thread::sleep(Duration::from_millis(20));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Asks a child to end cleanly; the standard library can only kill.
fn terminate(child: &Child) {
    let _ = Command::new("kill").arg(child.id().to_string()).status();
}
