//! Files in a folder of this machine, or of a file system that several machines mount.
//!
//! A file is written to a temporary name, synced and renamed, so that a crash leaves the old one, the new one or none, and never
//! a part. Its path begins with two hashed folders, which keep every folder small: `<root>/3f/a0/orders/<order>/<file>`. The
//! operating system resolves all paths below the root: a link that leads out of it is refused.

use std::{
    fs,
    io::{self, Seek as _, SeekFrom, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bytes::Bytes;
use cap_std::{
    ambient_authority,
    fs::{Dir, DirBuilder, OpenOptions},
};
use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use ring::digest;
use tokio::{sync::mpsc, task::spawn_blocking};
use tokio_util::io::ReaderStream;
use uuid::Uuid;
use waybill_primitives::Timestamp;

use crate::{
    Entry, FileError, FileStore, Key, LinkOptions, Object, Source, key::is_folder, spool::Spool,
    store::within, upload::sweep,
};

/// Files that are being received; no key begins with a dot.
const INCOMING: &str = ".incoming";
/// Files of version 0.1 that a crash left there are deleted at the start after this time; no upload takes so long.
const ABANDONED: Duration = Duration::from_hours(24);
/// Permissions of new folders and files: only the user of the process reads uploads.
#[cfg(unix)]
const PRIVATE_FOLDER: u32 = 0o700;
#[cfg(unix)]
const PRIVATE_FILE: u32 = 0o600;
/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
/// Entries of a listing that are read ahead.
const AHEAD: usize = 256;
/// A deletion may remove a folder between its creation and the renaming into it.
const ATTEMPTS: usize = 10;

/// A folder as a storage.
#[derive(Debug, Clone)]
pub struct LocalStore {
    root: Arc<Dir>,
    /// The folder of this process in [`INCOMING`].
    spool: Arc<Spool>,
}

impl LocalStore {
    /// Creates the folder if it is missing. Reads and writes the disk; meant for the start of a process.
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, PRIVATE_FOLDER);
        builder.create(root.join(INCOMING))?;
        let incoming = root.join(INCOMING);
        sweep(&incoming, |name| Uuid::try_parse(name).is_ok(), ABANDONED)?;
        let spool = Arc::new(Spool::open(&incoming)?);
        let root = Arc::new(Dir::open_ambient_dir(root, ambient_authority())?);
        Ok(Self { root, spool })
    }

    /// A new path of a file that is being received.
    fn incoming(&self) -> PathBuf {
        let name = Uuid::now_v7().to_string();
        [INCOMING, self.spool.name(), &name].iter().collect()
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Dir) -> Result<T, FileError> + Send + 'static,
    ) -> Result<T, FileError> {
        let root = Arc::clone(&self.root);
        spawn_blocking(move || work(&root))
            .await
            .map_err(FileError::storage)?
    }
}

#[async_trait]
impl FileStore for LocalStore {
    async fn put(
        &self,
        key: &Key,
        source: Source<'_>,
        _content_type: &str,
    ) -> Result<(), FileError> {
        let (path, from) = (path_of(key), Input::from(source));
        let incoming = self.incoming();
        self.blocking(move |root| {
            let outcome =
                write(root, &incoming, from).and_then(|()| move_into_place(root, &incoming, &path));
            if outcome.is_err() {
                let _ = root.remove_file(&incoming);
            }
            // A not-found error here concerns the source or the folder itself, not an object.
            outcome.map_err(FileError::storage)
        })
        .await
    }

    async fn open(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, FileError> {
        let path = path_of(key);
        let (file, size, range) = self
            .blocking(move |root| {
                let mut file = root.open(&path)?.into_std();
                let metadata = file.metadata()?;
                if !metadata.is_file() {
                    return Err(FileError::NotFound);
                }
                let range = within(range, metadata.len())?;
                file.seek(SeekFrom::Start(range.start))?;
                Ok((file, metadata.len(), range))
            })
            .await?;
        let file = tokio::fs::File::from_std(file);
        let part = tokio::io::AsyncReadExt::take(file, range.end - range.start);
        let body = ReaderStream::with_capacity(part, CHUNK);
        Ok(Object {
            size,
            range,
            body: body.map(|part| part.map_err(FileError::storage)).boxed(),
        })
    }

    async fn delete(&self, key: &Key) -> Result<(), FileError> {
        let path = path_of(key);
        self.blocking(move |root| {
            match root.remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            // The folders that are empty now, but not the two hashed ones.
            let folders = path.ancestors().skip(1);
            for folder in folders.take_while(|folder| folder.components().count() > 2) {
                if root.remove_dir(folder).is_err() {
                    break;
                }
            }
            Ok(())
        })
        .await
    }

    fn list(&self, folder: &str) -> BoxStream<'_, Result<Entry, FileError>> {
        if !is_folder(folder) {
            let error = FileError::Folder(folder.to_owned());
            return stream::once(async { Err(error) }).boxed();
        }
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let (entries, mut listed) = mpsc::channel(AHEAD);
        let root = Arc::clone(&self.root);
        // Ends by itself when the reader is dropped.
        spawn_blocking(move || {
            if let Err(error) = walk(&root, &prefix, &entries) {
                let _ = entries.blocking_send(Err(error));
            }
        });
        stream::poll_fn(move |context| listed.poll_recv(context)).boxed()
    }

    async fn signed_url(
        &self,
        _key: &Key,
        _options: &LinkOptions,
    ) -> Result<Option<String>, FileError> {
        Ok(None)
    }

    async fn check(&self) -> Result<(), FileError> {
        let probe = self.incoming();
        self.blocking(move |root| {
            root.write(&probe, b"").map_err(FileError::storage)?;
            root.remove_file(&probe).map_err(FileError::storage)
        })
        .await
    }
}

enum Input {
    Path(PathBuf),
    Bytes(Bytes),
}

impl From<Source<'_>> for Input {
    fn from(source: Source<'_>) -> Self {
        match source {
            Source::Path(path) => Self::Path(path.to_owned()),
            Source::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

/// `<2 hex>/<2 hex>/<key>`, by the hash of the key's folder, so that files of one folder stay together.
fn path_of(key: &Key) -> PathBuf {
    let hash = hex::encode(digest::digest(&digest::SHA256, key.folder().as_bytes()));
    [&hash[..2], &hash[2..4], key.as_str()].iter().collect()
}

fn write(root: &Dir, path: &Path, input: Input) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, PRIVATE_FILE);
    let mut file = root.open_with(path, &options)?.into_std();
    match input {
        Input::Bytes(bytes) => file.write_all(&bytes)?,
        Input::Path(source) => {
            io::copy(&mut fs::File::open(source)?, &mut file)?;
        }
    }
    file.sync_all()
}

/// Moves a file to its path, and makes both the file and its name durable.
fn move_into_place(root: &Dir, from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(Path::new(""));
    for attempt in 1.. {
        match root.rename(from, root, to) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < ATTEMPTS => {
                make_folder(root, folder)?;
            }
            Err(error) => return Err(error),
        }
    }
    sync_folder(root, folder)
}

/// Creates a folder and its parents, each durably.
fn make_folder(root: &Dir, folder: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    cap_std::fs::DirBuilderExt::mode(&mut builder, PRIVATE_FOLDER);
    let mut above = PathBuf::new();
    for part in folder.components() {
        let made = above.join(part);
        match root.create_dir_with(&made, &builder) {
            Ok(()) => sync_folder(root, &above)?,
            // Deleted again already, with its parent: the caller retries.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        above = made;
    }
    Ok(())
}

fn sync_folder(root: &Dir, folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    match root.open(folder) {
        Ok(folder) => folder.sync_all(),
        // Deleted in between, with its contents.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sends every object whose key begins with the prefix. Skips links, names that are no keys, and objects that are deleted in
/// between.
fn walk(
    root: &Dir,
    prefix: &str,
    entries: &mpsc::Sender<Result<Entry, FileError>>,
) -> Result<(), FileError> {
    let mut folders = vec![PathBuf::from(".")];
    while let Some(folder) = folders.pop() {
        let read = match root.read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            read => read.map_err(FileError::storage)?,
        };
        for item in read {
            let item = item.map_err(FileError::storage)?;
            let path = folder.join(item.file_name());
            let kind = item.file_type().map_err(FileError::storage)?;
            if kind.is_dir() {
                if item.file_name() != INCOMING && leads_to(&path, prefix) {
                    folders.push(path);
                }
                continue;
            }
            let key = key_of(&path).filter(|key| key.as_str().starts_with(prefix));
            let (true, Some(key)) = (kind.is_file(), key) else {
                continue;
            };
            let metadata = match item.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                metadata => metadata.map_err(FileError::storage)?,
            };
            let changed = metadata.modified().map_err(FileError::storage)?.into_std();
            let entry = Entry {
                key,
                size: metadata.len(),
                changed_at: timestamp(changed),
            };
            if entries.blocking_send(Ok(entry)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The path within the hashed folders; none for those themselves.
fn inner(path: &Path) -> Option<&str> {
    let path = path.strip_prefix(".").unwrap_or(path).to_str()?;
    path.splitn(3, '/').nth(2)
}

/// Whether objects whose keys begin with the prefix can be below this folder.
fn leads_to(folder: &Path, prefix: &str) -> bool {
    inner(folder).is_none_or(|inner| {
        let inner = format!("{inner}/");
        inner.starts_with(prefix) || prefix.starts_with(&inner)
    })
}

/// The key whose object has this path, if there is one.
fn key_of(path: &Path) -> Option<Key> {
    let key = Key::parse(inner(path)?).ok()?;
    (path.strip_prefix(".").unwrap_or(path) == path_of(&key)).then_some(key)
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    Timestamp::UNIX_EPOCH.plus(since.unwrap_or_default())
}
