//! What every storage can do.

use std::{fmt::Debug, io, ops::Range, path::Path, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use waybill_primitives::Timestamp;
use waybill_service_kit::AppError;

use crate::Key;

/// A storage for objects. All methods may be called concurrently and repeated: `put` replaces, `delete` of a missing object
/// succeeds.
#[async_trait]
pub trait FileStore: Send + Sync + Debug {
    /// Writes an object, replacing an existing one. Readers see the complete old or new one, never a part.
    async fn put(&self, key: &Key, source: Source<'_>, content_type: &str)
    -> Result<(), FileError>;

    /// Streams an object, whole or a range of bytes. A range that ends after the end of the object is shortened; one that begins
    /// there or is empty is [`FileError::Range`].
    async fn open(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, FileError>;

    /// Deletes an object; succeeds if it is missing.
    async fn delete(&self, key: &Key) -> Result<(), FileError>;

    /// Every object below a folder (`orders`, `orders/<order>`, or nothing for all), in no particular order, streamed.
    fn list(&self, folder: &str) -> BoxStream<'_, Result<Entry, FileError>>;

    /// A link to the storage itself that expires, valid for everyone who has it. None where the platform must serve the file.
    async fn signed_url(
        &self,
        key: &Key,
        options: &LinkOptions,
    ) -> Result<Option<String>, FileError>;

    /// Whether the storage responds and accepts our credentials.
    async fn check(&self) -> Result<(), FileError>;
}

/// The source of an object's bytes.
#[derive(Debug, Clone)]
pub enum Source<'a> {
    /// A file, streamed with constant memory.
    Path(&'a Path),
    Bytes(Bytes),
}

impl Source<'_> {
    /// In bytes.
    pub(crate) async fn size(&self) -> Result<u64, FileError> {
        match self {
            Self::Path(path) => Ok(tokio::fs::metadata(path).await?.len()),
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }
}

/// An object that is being read.
pub struct Object {
    /// Bytes of the whole object.
    pub size: u64,
    /// The bytes that `body` carries.
    pub range: Range<u64>,
    pub body: BoxStream<'static, Result<Bytes, FileError>>,
}

impl Object {
    /// The whole body at once. For small objects and tests.
    pub async fn bytes(self) -> Result<Bytes, FileError> {
        use futures::TryStreamExt as _;
        let collected = self.body.try_fold(Vec::new(), async |mut all, part| {
            all.extend_from_slice(&part);
            Ok(all)
        });
        Ok(collected.await?.into())
    }
}

impl Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Object")
            .field("size", &self.size)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    /// In bytes.
    pub size: u64,
    /// When it was last written.
    pub changed_at: Timestamp,
}

/// The properties of a link.
#[derive(Debug, Clone)]
pub struct LinkOptions {
    /// How long it is valid; storages may round up to whole seconds.
    pub expires: Duration,
    pub content_type: String,
    /// The name under which a browser saves it.
    pub file_name: String,
    /// Shown by the browser rather than saved.
    pub inline: bool,
}

/// What can go wrong with a storage.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the storage has no such file")]
    NotFound,
    #[error("the range lies outside of the file's {size} bytes")]
    Range { size: u64 },
    #[error("`{0}` is no folder of files")]
    Folder(String),
    /// It is unreachable, full, or refuses access; its own message is the source.
    #[error("the file storage failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl FileError {
    pub(crate) fn storage(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Storage(source.into())
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::storage(error),
        }
    }
}

impl From<FileError> for AppError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NotFound => Self::not_found("file"),
            FileError::Range { .. } => Self::malformed(error.to_string()),
            FileError::Folder(_) => Self::internal(error),
            FileError::Storage(_) => {
                Self::unavailable("the file storage does not answer; try again later")
                    .with_source(error)
            }
        }
    }
}

/// The part of the requested range that an object of this size has.
pub(crate) fn within(range: Option<Range<u64>>, size: u64) -> Result<Range<u64>, FileError> {
    let Some(range) = range else {
        return Ok(0..size);
    };
    let delivered = range.start..range.end.min(size);
    if delivered.is_empty() {
        return Err(FileError::Range { size });
    }
    Ok(delivered)
}
