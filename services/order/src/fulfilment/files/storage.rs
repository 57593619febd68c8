//! The storage of files, with its limits, from the settings.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::Notify;
use waybill_file_store::{
    FileStore, FilesSettings, PictureLimits, Spool, Storage as Kind, from_settings,
};
use waybill_service_kit::{AppError, fair::FairQueue};

use super::shares::{PLACES, Shares, Uploader};
use crate::config::UPLOAD_QUOTA;

/// A storage, and the spool folder for uploads.
#[derive(Debug, Clone)]
pub struct Storage {
    pub store: Arc<dyn FileStore>,
    /// The spool folder: for uploads, and for pictures being processed.
    pub spool: PathBuf,
    pub limits: PictureLimits,
    /// Downloads are redirected to the storage by signed links, if it supports them.
    pub redirects: bool,
    /// What each uploader may hold and send.
    pub uploads: Arc<Shares>,
    /// Permits for processing pictures: each needs a processor, and memory for all its pixels.
    pub pictures: FairQueue<Uploader>,
    /// Notified when there are objects to remove.
    pub removals: Arc<Notify>,
    /// Keeps the spool folder while it is used.
    _owned: Option<Arc<Spool>>,
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
            uploads: Arc::new(Shares::new(UPLOAD_QUOTA)),
            pictures: FairQueue::new(processors / 2, PLACES),
            removals: Arc::default(),
            _owned: None,
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
        let spool = Spool::open(&spool).map_err(|error| {
            AppError::internal(format!(
                "the spool folder {} cannot be used: {error}",
                spool.display()
            ))
        })?;
        let path = spool.path().to_owned();
        Ok(Self {
            limits: settings.picture_limits(),
            redirects: own.files_redirect,
            uploads: Arc::new(Shares::new(own.upload_quota)),
            _owned: Some(Arc::new(spool)),
            ..Self::new(store, path)
        })
    }
}
