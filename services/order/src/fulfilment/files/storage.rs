//! The storage of files, with its limits, from the settings.

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

/// Age after which spool files of killed processes are deleted; no upload takes so long.
const ABANDONED: Duration = Duration::from_hours(24);
/// Maximum number of concurrent uploads; further ones are refused with 503.
const UPLOADS: usize = 64;
/// Maximum number per user, so that one user with slow uploads does not block others.
const UPLOADS_OF_ONE: usize = 48;

/// A storage, and the spool folder for uploads.
#[derive(Debug, Clone)]
pub struct Storage {
    pub store: Arc<dyn FileStore>,
    /// The spool folder: for uploads, and for pictures being processed.
    pub spool: PathBuf,
    pub limits: PictureLimits,
    /// Downloads are redirected to the storage by signed links, if it supports them.
    pub redirects: bool,
    /// Permits for uploads.
    pub uploads: Arc<Places>,
    /// Permits for processing pictures: each needs a processor, and memory for all its pixels.
    pub pictures: Arc<Semaphore>,
    /// Notified when there are objects to remove.
    pub removals: Arc<Notify>,
}

/// The number of uploads per user.
#[derive(Debug, Default)]
pub struct Places(Mutex<HashMap<UserId, usize>>);

/// A permit for an upload; freed when dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    user: UserId,
}

impl Places {
    /// A permit for an upload of this user; none if the user, or all users together, have too many.
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
        // A poisoned lock is fine: a panic can have affected at most one count.
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
    /// A storage with this spool folder and default limits.
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

    /// From the settings. `folder` is the default folder for files. Blocks on the disk; for the start of a process.
    ///
    /// # Errors
    /// Inconsistent settings, or a folder that cannot be used.
    pub fn open(
        settings: &FilesSettings,
        own: &crate::Settings,
        folder: &Path,
    ) -> Result<Self, AppError> {
        if let Some((name, problem)) = settings.errors().into_iter().next() {
            return Err(AppError::internal(format!("{name} {problem}")));
        }
        let store = from_settings(settings, folder).map_err(AppError::internal)?;
        let spool = match (&own.files_spool, &settings.dir, settings.storage) {
            (Some(spool), ..) => PathBuf::from(spool),
            // This folder is writable even if others are read-only. Names of objects never begin with a dot.
            (None, Some(dir), _) => Path::new(dir).join(".spool"),
            (None, None, Kind::Local) => folder.join(".spool"),
            (None, None, _) => std::env::temp_dir().join("waybill-spool"),
        };
        let prepared = std::fs::create_dir_all(&spool).and_then(|()| sweep(&spool, ABANDONED));
        prepared.map_err(|error| {
            AppError::internal(format!(
                "the spool folder {} cannot be used: {error}",
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
