//! `waybill reset`: deletes the data of an embedded platform, to begin again. For development only.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    databases::SERVICES,
    folder_lock::{FolderLock, LOCK, Shop},
};

/// Deletes the databases and the files in the data directory; returns what was deleted. Refused for a shop that has run in production,
/// while a platform runs on the directory, and for a directory that is none of a platform. Other files in it stay. If it is
/// interrupted, the platform does not start, and another reset deletes the rest.
pub fn reset(folder: &Path, confirmed: bool) -> Result<Vec<PathBuf>> {
    let shown = folder.display();
    if !folder.join(LOCK).exists() {
        bail!("{shown} is no data directory of a platform");
    }
    let Some(lock) = FolderLock::take(folder)? else {
        bail!("a platform is running on {shown}; stop it first");
    };
    match lock.shop()? {
        Some(Shop::Development | Shop::Deleted) => {}
        Some(Shop::Production) => {
            bail!("the shop in {shown} has run in production; such a shop is not reset")
        }
        None => bail!(
            "{shown} does not say whether its shop is in production; start it once with this version and its own settings, then reset it"
        ),
    }
    if !confirmed {
        bail!("this deletes all orders, accounts and files in {shown}; add --yes if that is meant");
    }
    let ours = ours(folder)?;
    lock.record(Shop::Deleted)?;
    for path in &ours {
        let deleted = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        deleted.with_context(|| format!("cannot delete {}", path.display()))?;
    }
    lock.record(Shop::Development)?;
    Ok(ours)
}

/// What a platform stores in its data directory.
fn ours(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.with_context(|| format!("cannot read {}", folder.display()))?;
    let mut found = Vec::new();
    for path in entries.into_iter().map(|entry| entry.path()) {
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
    fn only_a_development_shop_is_deleted_and_only_if_that_is_meant() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let refused = |confirmed| reset(path, confirmed).unwrap_err().to_string();
        let record = |shop| {
            let lock = FolderLock::take(path).unwrap().unwrap();
            lock.record(shop).unwrap();
        };
        fs::write(path.join("notes.txt"), "mine").unwrap();
        for name in ["auth.db", "auth.db-wal", "order.db"] {
            fs::write(path.join(name), "").unwrap();
        }
        assert!(refused(true).contains("no data directory"));
        assert!(!path.join(LOCK).exists());
        fs::create_dir_all(path.join("files/ab")).unwrap();
        let running = FolderLock::take(path).unwrap();
        assert!(refused(true).contains("is running"));
        drop(running);
        assert!(refused(true).contains("does not say"));
        record(Shop::Production);
        assert!(refused(true).contains("production"));
        record(Shop::Development);
        assert!(refused(false).contains("--yes"));
        assert!(path.join("auth.db").exists(), "nothing was deleted so far");
        assert_eq!(reset(path, true).unwrap().len(), 4);
        let left = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.collect();
        left.sort();
        assert_eq!(left, ["lock", "notes.txt"]);
        // The rest of one that was interrupted.
        fs::write(path.join("order.db"), "").unwrap();
        record(Shop::Deleted);
        assert_eq!(reset(path, true).unwrap(), [path.join("order.db")]);
        assert!(reset(path, true).unwrap().is_empty());
    }
}
