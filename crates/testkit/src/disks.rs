//! Small file systems that tests can fill or make fail. Needs root.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::skip;

/// A mounted tmpfs; unmounted when it is dropped.
pub struct SmallDisk {
    // Dropped after the file system is unmounted.
    folder: TempDir,
}

impl SmallDisk {
    /// None, after printing SKIPPED, where file systems cannot be mounted.
    ///
    /// # Panics
    /// With `CI=true`, if they cannot.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let folder = tempfile::Builder::new()
            .prefix("waybill-disk-")
            .tempdir()
            .expect("a temporary folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            skip::skip("a small disk", "mounting a tmpfs takes root");
            return None;
        }
        Some(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file until nothing more fits.
    pub fn fill(&self) {
        let Ok(mut file) = File::create(self.filler()) else {
            return;
        };
        for size in [1 << 16, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Deletes that file.
    pub fn free(&self) -> io::Result<()> {
        fs::remove_file(self.filler())
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazy unmount: a process that is still ending must not keep it mounted.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.path())
            .status();
    }
}

/// An ext4 file system in a sparse file on a small disk: once that disk is full, writes fail with I/O errors, and the system
/// makes the file system read-only.
pub struct FailingDisk {
    // Unmounted before the disk that contains it.
    folder: TempDir,
    below: SmallDisk,
}

impl FailingDisk {
    /// None, after printing SKIPPED, where file systems cannot be mounted.
    ///
    /// # Panics
    /// With `CI=true`, if they cannot.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let below = SmallDisk::mount(megabytes)?;
        let image = below.path().join("image");
        let sparse = File::create(&image).and_then(|file| file.set_len(u64::from(megabytes) << 20));
        let folder = tempfile::Builder::new()
            .prefix("waybill-disk-")
            .tempdir()
            .expect("a temporary folder");
        let made = Command::new("mkfs.ext4").arg("-q").arg(&image).status();
        let disk = Self { folder, below };
        if sparse.is_err() || !made.is_ok_and(|status| status.success()) || !disk.remount() {
            skip::skip(
                "a failing disk",
                "it takes root, mkfs.ext4 and a loop device",
            );
            return None;
        }
        Some(disk)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// From now on every write to a block that was not written before fails.
    pub fn fail(&self) {
        self.below.fill();
    }

    /// Removes the cause; the processes that use the disk must have ended.
    pub fn repair(&self) -> bool {
        self.unmount();
        self.below.free().is_ok() && self.remount()
    }

    fn remount(&self) -> bool {
        let mounted = Command::new("mount")
            .args(["-o", "loop,errors=remount-ro"])
            .arg(self.below.path().join("image"))
            .arg(self.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success())
    }

    fn unmount(&self) {
        let _ = Command::new("umount")
            .arg(self.path())
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for FailingDisk {
    fn drop(&mut self) {
        self.unmount();
    }
}
