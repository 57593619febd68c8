//! Files and folders that only the user who runs the process can read: the data directory holds accounts, keys and uploads.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

/// Creates the folder and its missing parents (0700); an existing one stays as it is.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens the file for writing, and creates it if it is missing (0600).
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes the permissions of others from a data directory and its entries: versions before created them with the default ones. What
/// lies deeper cannot be reached then. A folder that is shared by design (with the sticky bit, such as `/tmp`) stays as it is.
#[cfg(unix)]
pub fn restrict(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    const STICKY: u32 = 0o1000;
    let without_others = |path: &Path| {
        let mode = fs::symlink_metadata(path)?.permissions().mode();
        let own = mode & 0o700;
        if mode & 0o777 == own {
            return Ok(());
        }
        fs::set_permissions(path, fs::Permissions::from_mode(own))
    };
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let ours = kind.is_dir() && entry.file_name() == "files"
            || kind.is_file() && is_data(&entry.file_name().to_string_lossy());
        if ours {
            match without_others(&entry.path()) {
                // SQLite removes its own files.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                outcome => outcome?,
            }
        }
    }
    if fs::metadata(folder)?.permissions().mode() & STICKY == 0 {
        without_others(folder)?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub fn restrict(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether a file of the data directory is one of ours: a database, a file that SQLite keeps beside it, or the lock.
#[cfg(unix)]
fn is_data(name: &str) -> bool {
    let base = ["-wal", "-shm", "-journal"]
        .into_iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    base == "lock"
        || Path::new(base)
            .extension()
            .is_some_and(|ending| ending == "db")
}
