//! Files and folders that only the user who runs the process can read: the data directory holds accounts, keys and uploads.

#[cfg(unix)]
use std::{ffi::OsStr, fs, os::unix::fs::PermissionsExt as _};
use std::{
    fs::{DirBuilder, File, OpenOptions},
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

/// Opens the file for reading and writing, and creates it if it is missing (0600).
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes the permissions of others from what is ours in a data directory: versions before created it with the default ones. What lies
/// deeper cannot be reached then. The directory itself stays as it is if it holds anything else (`/srv`, the root of a volume) or is
/// shared by design (with the sticky bit, such as `/tmp`). What the process may not change is a warning. `services`: the names of the
/// databases.
#[cfg(unix)]
pub fn restrict(folder: &Path, services: &[&str]) -> io::Result<()> {
    let mut is_ours_alone = true;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        let ours = kind.is_dir() && name == "files" || kind.is_file() && is_data(&name, services);
        is_ours_alone &= ours;
        if ours {
            without_others(&entry.path())?;
        }
    }
    let mode = fs::metadata(folder)?.permissions().mode();
    if is_ours_alone && mode & STICKY == 0 {
        without_others(folder)?;
    } else if mode & 0o077 != 0 {
        tracing::warn!(
            folder = %folder.display(),
            "the data directory holds other things as well, so its permissions stay: others can see the names in it"
        );
    }
    Ok(())
}

#[cfg(unix)]
const STICKY: u32 = 0o1000;

#[cfg(unix)]
fn without_others(path: &Path) -> io::Result<()> {
    let outcome = fs::symlink_metadata(path).and_then(|metadata| {
        let mode = metadata.permissions().mode();
        let own = mode & 0o700;
        if mode & 0o777 == own {
            return Ok(());
        }
        fs::set_permissions(path, fs::Permissions::from_mode(own))
    });
    match outcome {
        // SQLite removes its own files.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // It belongs to somebody else, or to a volume that sets all permissions itself.
        Err(error) if is_forbidden(&error) => {
            tracing::warn!(path = %path.display(), %error, "others may read this, and the process may not change that");
            Ok(())
        }
        outcome => outcome,
    }
}

#[cfg(unix)]
fn is_forbidden(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, Unsupported};
    matches!(
        error.kind(),
        PermissionDenied | ReadOnlyFilesystem | Unsupported
    )
}

#[cfg(not(unix))]
pub fn restrict(_: &Path, _: &[&str]) -> io::Result<()> {
    Ok(())
}

/// Whether a file of the data directory is one of ours: a database, a file that SQLite keeps beside it, or the lock.
#[cfg(unix)]
fn is_data(name: &OsStr, services: &[&str]) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let base = ["-wal", "-shm", "-journal"]
        .into_iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    let service = base.strip_suffix(".db");
    name == "lock" || service.is_some_and(|service| services.contains(&service))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn open(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// A folder for everybody with these files; those that end with `/` are folders.
    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name.trim_end_matches('/'));
            if name.ends_with('/') {
                fs::create_dir(&path).unwrap();
                open(&path, 0o755);
            } else {
                fs::write(&path, b"").unwrap();
                open(&path, 0o644);
            }
        }
        open(folder.path(), 0o755);
        folder
    }

    #[test]
    fn only_what_is_ours_in_a_shared_folder_is_restricted() {
        let shared = folder(&[
            "auth.db",
            "order.db-wal",
            "lock",
            "files/",
            "shop.db",
            "notes",
            "src/",
        ]);
        restrict(shared.path(), &["auth", "order"]).unwrap();
        let of = |name: &str| mode(&shared.path().join(name));
        for name in ["auth.db", "order.db-wal", "lock"] {
            assert_eq!(of(name), 0o600, "{name}");
        }
        assert_eq!(of("files"), 0o700);
        for (name, before) in [
            ("shop.db", 0o644),
            ("notes", 0o644),
            ("src", 0o755),
            ("", 0o755),
        ] {
            assert_eq!(of(name), before, "{name}");
        }
    }

    #[test]
    fn a_folder_with_nothing_else_is_restricted_itself() {
        let own = folder(&["auth.db", "auth.db-shm", "lock", "files/"]);
        restrict(own.path(), &["auth", "order"]).unwrap();
        assert_eq!(mode(own.path()), 0o700);
    }

    #[test]
    fn what_may_not_be_changed_is_no_reason_not_to_start() {
        // The process may read it, and no process may change it.
        assert!(without_others(Path::new("/proc/self/status")).is_ok());
    }
}
