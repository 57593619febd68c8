//! The lock of a data directory, held by the process that uses it. Its file says what kind of shop the directory has, so that a command
//! knows it without the settings of that shop.

use std::{
    fs::{File, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use waybill_service_kit::settings::Environment;

use crate::private;

/// The name of the file.
pub const LOCK: &str = "lock";

/// What a data directory has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shop {
    Development,
    /// It has run in production at least once.
    Production,
    /// The rest of a shop whose deletion has begun.
    Deleted,
}

impl Shop {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Development, "development"),
        (Self::Production, "production"),
        (Self::Deleted, "deleted"),
    ];

    pub fn of(environment: Environment) -> Self {
        if environment.is_production() {
            Self::Production
        } else {
            Self::Development
        }
    }
}

/// Held until it is dropped.
#[derive(Debug)]
pub struct FolderLock(File);

impl FolderLock {
    /// None if another process holds it.
    pub fn take(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(LOCK);
        let file = private::create_file(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the data directory"),
        }
    }

    /// None if nothing was recorded: no shop of this version has run here.
    pub fn shop(&self) -> Result<Option<Shop>> {
        let mut text = String::new();
        let mut file = &self.0;
        file.rewind()?;
        file.read_to_string(&mut text)
            .context("cannot read the lock of the data directory")?;
        if text.is_empty() {
            return Ok(None);
        }
        let line = text.lines().next().unwrap_or_default();
        match Shop::ALL.iter().find(|(_, name)| *name == line) {
            Some((shop, _)) => Ok(Some(*shop)),
            None => bail!("the lock of the data directory does not say what kind of shop this is"),
        }
    }

    pub fn record(&self, shop: Shop) -> Result<()> {
        let name = Shop::ALL.iter().find(|(known, _)| *known == shop);
        let line = format!("{}\n", name.map_or("", |(_, name)| name));
        let mut file = &self.0;
        // In this order: a crash in between leaves a line that is complete.
        file.rewind()
            .and_then(|()| file.write_all(line.as_bytes()))
            .and_then(|()| file.set_len(line.len() as u64))
            .and_then(|()| file.sync_all())
            .context("cannot write the lock of the data directory")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_recorded_and_read_by_the_next_process_only() {
        let folder = tempfile::tempdir().unwrap();
        let take = || FolderLock::take(folder.path()).unwrap();
        let lock = take().unwrap();
        assert_eq!(lock.shop().unwrap(), None);
        lock.record(Shop::Development).unwrap();
        assert!(take().is_none());
        drop(lock);
        for (shop, _) in Shop::ALL {
            let lock = take().unwrap();
            lock.record(shop).unwrap();
            assert_eq!(lock.shop().unwrap(), Some(shop));
        }
    }
}
