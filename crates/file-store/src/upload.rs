//! Receives a file: writes it to disk as it arrives, up to the limit, and computes its hash.

use std::{
    ffi::OsStr,
    fmt, fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};
use ring::digest::{Context, SHA256};
use tempfile::TempPath;
use tokio::{io::AsyncWriteExt as _, task::spawn_blocking};

use crate::{MediaType, media};

pub const PREFIX: &str = "upload-";

/// A file that was received completely and is synced to the disk. It is deleted when this is dropped.
pub struct Upload {
    path: TempPath,
    size: u64,
    sha256: [u8; 32],
    head: Vec<u8>,
}

/// Why a file was not received; the received part is deleted.
#[derive(Debug, thiserror::Error)]
pub enum UploadError<E> {
    #[error("the file has more than {limit} bytes")]
    TooLarge { limit: u64 },
    /// The sender's stream broke off.
    #[error("the file did not arrive whole")]
    Stream(#[source] E),
    #[error("the file could not be kept for now")]
    Disk(#[source] io::Error),
}

impl Upload {
    /// Writes the stream to a new file in the folder (created if missing). Ends with `TooLarge` at the part that exceeds `limit`
    /// bytes.
    pub async fn receive<E>(
        folder: &Path,
        limit: u64,
        stream: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<Self, UploadError<E>> {
        let folder = folder.to_owned();
        let (file, path) = blocking(move || create(&folder))
            .await
            .map_err(UploadError::Disk)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut hash = Context::new(&SHA256);
        let mut head = Vec::with_capacity(media::HEAD);
        let mut size = 0;
        let mut stream = std::pin::pin!(stream);
        while let Some(part) = stream.try_next().await.map_err(UploadError::Stream)? {
            size += part.len() as u64;
            if size > limit {
                return Err(UploadError::TooLarge { limit });
            }
            let missing = media::HEAD - head.len();
            head.extend_from_slice(&part[..part.len().min(missing)]);
            hash.update(&part);
            file.write_all(&part).await.map_err(UploadError::Disk)?;
        }
        file.flush().await.map_err(UploadError::Disk)?;
        file.sync_all().await.map_err(UploadError::Disk)?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(hash.finish().as_ref());
        Ok(Self {
            path,
            size,
            sha256,
            head,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// In bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The type of the file, by its content; none if it is not an accepted one.
    pub fn media_type(&self) -> Option<MediaType> {
        MediaType::sniff(&self.head)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("path", &self.path)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

fn create(folder: &Path) -> io::Result<(fs::File, TempPath)> {
    fs::create_dir_all(folder)?;
    let file = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)?;
    Ok(file.into_parts())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Deletes the files of a folder with such names that were not changed for so long: those of a killed process. Reads and writes the
/// disk.
pub fn sweep(
    folder: &Path,
    is_ours: impl Fn(&str) -> bool,
    unchanged_for: Duration,
) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for path in entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?
    {
        let name = path.file_name().and_then(OsStr::to_str);
        if !name.is_some_and(&is_ours) {
            continue;
        }
        let old = |metadata: fs::Metadata| {
            let age = SystemTime::now().duration_since(metadata.modified().ok()?);
            Some(metadata.is_file() && age.ok()? >= unchanged_for)
        };
        if fs::symlink_metadata(&path).ok().and_then(old) == Some(true) {
            // Another process may have been faster.
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}
