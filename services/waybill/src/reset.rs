//! `waybill reset`: deletes the data of an embedded platform, to begin again. For development only.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use waybill_service_kit::settings::Environment;

use crate::databases::SERVICES;

/// The lock file of a data directory.
pub const LOCK: &str = "lock";

/// Deletes the databases and the files in the data directory; returns what was deleted. Refused in production, while a platform runs on
/// the directory, and for a directory that is none of a platform. Other files in it stay.
pub fn reset(folder: &Path, environment: Environment, confirmed: bool) -> Result<Vec<PathBuf>> {
    if environment.is_production() {
        bail!("WAYBILL_ENVIRONMENT is production; a shop in production is not reset");
    }
    let ours = ours(folder)?;
    if !ours.iter().any(|path| path.ends_with("auth.db")) {
        bail!("{} is no data directory of a platform", folder.display());
    }
    let lock = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(LOCK))
        .context("cannot open the lock of the data directory")?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(
            "a platform is running on {}; stop it first",
            folder.display()
        ),
        Err(TryLockError::Error(error)) => {
            return Err(error).context("cannot lock the data directory");
        }
    }
    if !confirmed {
        bail!(
            "this deletes all orders, accounts and files in {}; add --yes if that is meant",
            folder.display()
        );
    }
    for path in &ours {
        let deleted = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        deleted.with_context(|| format!("cannot delete {}", path.display()))?;
    }
    Ok(ours)
}

/// What a platform stores in its data directory.
fn ours(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_database = SERVICES.iter().any(|service| {
            let rest = name.strip_prefix(&format!("{service}.db"));
            matches!(rest, Some("" | "-wal" | "-shm" | "-journal"))
        });
        if is_database || name == "files" {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_platforms_own_data_is_deleted_and_only_if_that_is_meant() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let develop = Environment::Development;
        let refused = |environment, confirmed| {
            let refused = reset(path, environment, confirmed).unwrap_err();
            refused.to_string()
        };
        fs::write(path.join("notes.txt"), "mine").unwrap();
        assert!(refused(develop, true).contains("no data directory"));
        for name in ["auth.db", "auth.db-wal", "order.db"] {
            fs::write(path.join(name), "").unwrap();
        }
        fs::create_dir_all(path.join("files/ab")).unwrap();
        assert!(refused(Environment::Production, true).contains("production"));
        assert!(refused(develop, false).contains("--yes"));
        let running = File::create(path.join(LOCK)).unwrap();
        running.lock().unwrap();
        assert!(refused(develop, true).contains("is running"));
        drop(running);
        assert!(path.join("auth.db").exists(), "nothing was deleted so far");
        assert_eq!(reset(path, develop, true).unwrap().len(), 4);
        let left = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.collect();
        left.sort();
        assert_eq!(left, ["lock", "notes.txt"]);
    }
}
