//! The folder for files on their way in. Each process has a folder of its own in it, locked while the process lives: so a start
//! finds what a killed process left, and deletes nothing of one that runs beside it. The folder may hold other things, which stay.

use std::{
    ffi::OsStr,
    fs::{self, DirEntry, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use uuid::Uuid;

use crate::upload::{self, sweep};

/// What cannot be recognized as left by a killed process is deleted after this time; no upload takes so long.
const ABANDONED: Duration = Duration::from_hours(24);
/// Locked by a process while it starts, so that none deletes the folder that another one is creating.
const GATE: &str = ".spool-lock";
/// Locked by the process that owns a folder.
const OWNED: &str = "lock";
/// Names of folders of processes are this and a UUID.
const LOCKED: &str = "spool-";
/// The same on a file system without locks: such a folder stays, and its files are deleted by their age.
const UNLOCKED: &str = "unlocked-spool-";

/// The folder of this process. It is deleted with all that is in it when this is dropped, or at the next start of any process.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    name: String,
    _owned: Option<File>,
}

impl Spool {
    /// Deletes what ended processes left in `folder` (created if missing), and makes a folder of this process. Reads and writes the
    /// disk; meant for the start of a process.
    ///
    /// # Errors
    /// The folder cannot be read or written. That it has no locks, or that something in it cannot be deleted, is only a warning.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        let gate = lock_file(&folder.join(GATE))?;
        let locked = gate.lock();
        let locks = locked.is_ok();
        if let Err(error) = locked {
            let what = "has no locks; what a crash leaves in it stays for a day";
            warn(folder, what, &error);
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if let Err(error) = clean(&entry, locks) {
                let what = "of another process cannot be deleted";
                warn(&entry.path(), what, &error);
            }
        }
        // Version 0.1 had no folders of processes.
        sweep(folder, |name| name.starts_with(upload::PREFIX), ABANDONED)?;
        let create = |prefix: &str| {
            let name = format!("{prefix}{}", Uuid::now_v7());
            let path = folder.join(&name);
            builder.create(&path).map(|()| (path, name))
        };
        if locks {
            let (path, name) = create(LOCKED)?;
            let owned = lock_file(&path.join(OWNED))?;
            if owned.lock().is_ok() {
                return Ok(Self {
                    path,
                    name,
                    _owned: Some(owned),
                });
            }
            fs::remove_dir_all(path)?;
        }
        let (path, name) = create(UNLOCKED)?;
        Ok(Self {
            path,
            name,
            _owned: None,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What cannot be deleted now is deleted at the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn warn(path: &Path, what: &str, error: &io::Error) {
    tracing::warn!(path = %path.display(), %error, "the spool {what}");
}

/// Opened for writing: an exclusive lock on NFS needs it.
fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Deletes the entry if it is the folder of an ended process. Links, and folders with other names, are not of this program.
fn clean(entry: &DirEntry, locks: bool) -> io::Result<()> {
    if !entry.file_type()?.is_dir() {
        return Ok(());
    }
    let path = entry.path();
    if is_named(&entry.file_name(), UNLOCKED) {
        return sweep(&path, |_| true, ABANDONED);
    }
    if !is_named(&entry.file_name(), LOCKED) {
        return Ok(());
    }
    match owner(&path) {
        Owner::Ended if locks => match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
        Owner::Running => Ok(()),
        // Not the lock: a process that has it may be running.
        Owner::Ended | Owner::Unknown => sweep(&path, |name| name != OWNED, ABANDONED),
    }
}

fn is_named(name: &OsStr, prefix: &str) -> bool {
    let id = name.to_str().and_then(|name| name.strip_prefix(prefix));
    id.is_some_and(|id| Uuid::try_parse(id).is_ok())
}

/// The process that made a folder.
enum Owner {
    Running,
    Ended,
    /// The file system does not tell.
    Unknown,
}

fn owner(folder: &Path) -> Owner {
    let lock = match fs::OpenOptions::new().write(true).open(folder.join(OWNED)) {
        Ok(lock) => lock,
        // It ended before it had a lock.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Owner::Ended,
        Err(_) => return Owner::Unknown,
    };
    match lock.try_lock() {
        Ok(()) => Owner::Ended,
        Err(TryLockError::WouldBlock) => Owner::Running,
        Err(TryLockError::Error(_)) => Owner::Unknown,
    }
}
