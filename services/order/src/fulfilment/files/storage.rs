//! Where the bytes of files go, as the process sets it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, Semaphore};
use waybill_file_store::{
    FileStore, FilesSettings, PictureLimits, Storage as Kind, from_settings, sweep,
};
use waybill_primitives::UserId;
use waybill_service_kit::AppError;

/// What a killed process left on its way in is deleted after this; no upload takes so long.
const ABANDONED: Duration = Duration::from_hours(24);
/// Files on their way in at a time; more are asked to come again.
const UPLOADS: usize = 64;
/// Of one user: nobody keeps the others out by sending slowly.
const UPLOADS_OF_ONE: usize = 48;

/// A storage, and the folder for files on their way to it.
#[derive(Debug, Clone)]
pub struct Storage {
    pub store: Arc<dyn FileStore>,
    /// For files as they arrive, and pictures at work.
    pub spool: PathBuf,
    pub limits: PictureLimits,
    /// Who may read a file is sent to the storage by a signed link, where it has such.
    pub redirects: bool,
    /// Places for uploads.
    pub uploads: Arc<Places>,
    /// Places for pictures at work: each takes a processor, and memory for all its pixels.
    pub pictures: Arc<Semaphore>,
    /// There is something to remove.
    pub removals: Arc<Notify>,
}

/// Who has how many files on the way in.
#[derive(Debug, Default)]
pub struct Places(Mutex<HashMap<UserId, usize>>);

/// A file on its way in; its place is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    user: UserId,
}

impl Places {
    /// A place for a file of this user; none if they, or all together, have too many.
    pub fn take(self: &Arc<Self>, user: UserId) -> Option<Place> {
        let mut taken = self.taken();
        let own = taken.get(&user).copied().unwrap_or(0);
        if own >= UPLOADS_OF_ONE || taken.values().sum::<usize>() >= UPLOADS {
            return None;
        }
        taken.insert(user, own + 1);
        drop(taken);
        Some(Place {
            places: Arc::clone(self),
            user,
        })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        // Whoever panicked while holding it changed at most one count.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(own) = taken.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

impl Storage {
    /// A storage with this spool, and all limits as they are by default.
    pub fn new(store: Arc<dyn FileStore>, spool: PathBuf) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            store,
            spool,
            limits: PictureLimits::default(),
            redirects: true,
            uploads: Arc::default(),
            pictures: Arc::new(Semaphore::new((processors / 2).max(1))),
            removals: Arc::default(),
        }
    }

    /// As the settings say. `folder` is where files are kept without a setting. Reads and writes the disk; for the start of a process.
    ///
    /// # Errors
    /// Settings that do not fit together; a folder that cannot be used.
    pub fn open(
        settings: &FilesSettings,
        own: &crate::Settings,
        folder: &Path,
    ) -> Result<Self, AppError> {
        if let Some((name, problem)) = settings.faults().into_iter().next() {
            return Err(AppError::internal(format!("{name} {problem}")));
        }
        let store = from_settings(settings, folder).map_err(AppError::internal)?;
        let spool = match (&own.files_spool, &settings.dir, settings.storage) {
            (Some(spool), ..) => PathBuf::from(spool),
            // It can be written, whatever else is read-only. No object's name begins with a dot.
            (None, Some(dir), _) => Path::new(dir).join(".spool"),
            (None, None, Kind::Local) => folder.join(".spool"),
            (None, None, _) => std::env::temp_dir().join("waybill-spool"),
        };
        let prepared = std::fs::create_dir_all(&spool).and_then(|()| sweep(&spool, ABANDONED));
        prepared.map_err(|error| {
            AppError::internal(format!(
                "the folder {} for files on their way in cannot be used: {error}",
                spool.display()
            ))
        })?;
        Ok(Self {
            limits: settings.picture_limits(),
            redirects: own.files_redirect,
            ..Self::new(store, spool)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_leaves_places_for_others_and_a_place_is_given_back() {
        let (places, slow) = (Arc::<Places>::default(), UserId::new());
        let mut held: Vec<_> = (0..UPLOADS_OF_ONE)
            .map(|_| places.take(slow).unwrap())
            .collect();
        assert!(places.take(slow).is_none());
        let others = (UPLOADS_OF_ONE..UPLOADS).map(|_| places.take(UserId::new()).unwrap());
        let others: Vec<_> = others.collect();
        assert!(places.take(UserId::new()).is_none(), "all are taken");
        drop(held.pop());
        assert!(places.take(slow).is_some());
        drop((held, others));
        assert!(places.taken().is_empty());
    }
}
