//! The storage that the settings ask for.

use std::{path::Path, sync::Arc};

use crate::{CloudinaryStore, FileError, FileStore, FilesSettings, LocalStore, S3Store, Storage};

/// The storage that the settings ask for; `default_folder` is for `local` without a folder. It accesses the disk, but not the
/// network: [`FileStore::check`] does.
pub fn from_settings(
    settings: &FilesSettings,
    default_folder: &Path,
) -> Result<Arc<dyn FileStore>, FileError> {
    Ok(match settings.storage {
        Storage::Local => {
            let folder = settings.dir.as_deref().map_or(default_folder, Path::new);
            Arc::new(LocalStore::open(folder).map_err(FileError::storage)?)
        }
        Storage::S3 => Arc::new(S3Store::new(settings)?),
        Storage::Cloudinary => Arc::new(CloudinaryStore::new(settings)?),
    })
}
