//! The folder for files on their way in. Each process has a folder of its own in it, locked while the process lives: so a start
//! finds what a killed process left, and deletes nothing of one that runs beside it.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use uuid::Uuid;

use crate::upload::sweep;

/// Files beside the folders of processes, which versions before 0.2 wrote, are deleted after this time; no upload takes so long.
const ABANDONED: Duration = Duration::from_hours(24);
/// Locked by a process while it starts, so that none deletes the folder that another one is creating.
const GATE: &str = ".lock";
/// Locked by the process that owns a folder.
const OWNED: &str = "lock";

/// The folder of this process. It is deleted with all that is in it when this is dropped, or at the next start of any process.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    _owned: File,
}

impl Spool {
    /// Deletes what ended processes left in `folder` (created if missing), and makes a folder of this process. Reads and writes the
    /// disk; meant for the start of a process.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        let gate = lock_file(&folder.join(GATE))?;
        gate.lock()?;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() && !is_owned(&path)? {
                fs::remove_dir_all(&path)?;
            }
        }
        sweep(folder, ABANDONED)?;
        let path = folder.join(Uuid::now_v7().to_string());
        builder.create(&path)?;
        let owned = lock_file(&path.join(OWNED))?;
        owned.lock()?;
        Ok(Self {
            path,
            _owned: owned,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What cannot be deleted now is deleted at the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether a running process owns the folder.
fn is_owned(folder: &Path) -> io::Result<bool> {
    let lock = match File::open(folder.join(OWNED)) {
        Ok(lock) => lock,
        // Its process ended before it had a lock.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
