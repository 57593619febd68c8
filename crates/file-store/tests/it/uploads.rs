//! Receiving files.

use std::{fs, io, path::Path, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use uuid::Uuid;
use waybill_file_store::{MediaType, Spool, Upload, UploadError, sweep};

fn parts(parts: &[&'static [u8]]) -> Vec<Result<Bytes, io::Error>> {
    parts
        .iter()
        .map(|part| Ok(Bytes::from_static(part)))
        .collect()
}

#[tokio::test]
async fn a_file_is_received_whole_with_its_hash_and_type() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("made");
    let sent = stream::iter(parts(&[b"%P", b"", b"DF-1", b".7 and more"]));
    let upload = Upload::receive(&folder, 100, sent).await.unwrap();
    assert_eq!(upload.size(), 17);
    assert_eq!(upload.media_type(), Some(MediaType::Pdf));
    assert_eq!(fs::read(upload.path()).unwrap(), b"%PDF-1.7 and more");
    assert_eq!(
        hex::encode(upload.sha256()),
        "1ac0bd55bab3ab5218e04fb7aab1bd288fe8e3eb30c2f1844eb0316a0a05b72c"
    );
    drop(upload);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[tokio::test]
async fn receiving_ends_as_soon_as_the_limit_is_exceeded() {
    let folder = tempfile::tempdir().unwrap();
    let exact = stream::iter(parts(&[b"12345", b"67890"]));
    assert_eq!(
        Upload::receive(folder.path(), 10, exact)
            .await
            .unwrap()
            .size(),
        10
    );
    // A sender that never ends.
    let endless = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(b"1234")));
    let refused = Upload::receive(folder.path(), 10, endless).await;
    assert!(matches!(refused, Err(UploadError::TooLarge { limit: 10 })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_sender_that_breaks_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let broken =
        stream::iter(parts(&[b"1234"])).chain(stream::iter([Err(io::Error::other("gone"))]));
    let refused = Upload::receive(folder.path(), 10, broken).await;
    assert!(matches!(refused, Err(UploadError::Stream(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_a_crash_left_is_swept_away_and_what_is_new_stays() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["old", "new", "other"] {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    for name in ["old", "other"] {
        age(&folder.path().join(name));
    }
    let is_ours = |name: &str| name != "other";
    sweep(folder.path(), is_ours, Duration::from_hours(24)).unwrap();
    assert!(!folder.path().join("old").exists());
    assert!(folder.path().join("new").exists());
    assert!(folder.path().join("other").exists());
    sweep(&folder.path().join("missing"), is_ours, Duration::ZERO).unwrap();
}

/// As if it was changed last a day ago.
fn age(path: &Path) {
    let hours_ago = std::time::SystemTime::now() - Duration::from_hours(25);
    fs::File::open(path)
        .unwrap()
        .set_modified(hours_ago)
        .unwrap();
}

#[test]
fn a_start_deletes_what_killed_processes_left_and_nothing_of_those_that_run() {
    let folder = tempfile::tempdir().unwrap();
    let running = Spool::open(folder.path()).unwrap();
    fs::write(running.path().join("upload-1"), b"in progress").unwrap();
    // A killed process has no lock any more.
    let killed = folder.path().join(format!("spool-{}", Uuid::now_v7()));
    fs::create_dir(&killed).unwrap();
    fs::write(killed.join("lock"), b"").unwrap();
    fs::write(killed.join("upload-2"), b"half of it").unwrap();
    let second = Spool::open(folder.path()).unwrap();
    assert!(!killed.exists());
    assert!(running.path().join("upload-1").exists());
    assert_ne!(second.path(), running.path());
    let path = running.path().to_owned();
    drop(running);
    assert!(!path.exists());
    assert!(second.path().exists());
}

#[test]
fn a_spool_leaves_alone_what_others_keep_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("kept"), b"").unwrap();
    let id = Uuid::now_v7();
    let kept: Vec<_> = ["photos", "spool-", "spool-1", &id.to_string()]
        .into_iter()
        .map(|name| folder.path().join(name).join("kept"))
        .collect();
    for path in &kept {
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
        age(path);
    }
    let foreign = folder.path().join("order.db");
    fs::write(&foreign, b"").unwrap();
    age(&foreign);
    let abandoned = folder.path().join("upload-old");
    fs::write(&abandoned, b"").unwrap();
    age(&abandoned);
    #[cfg(unix)]
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(format!("spool-{id}")))
        .unwrap();
    // The folder of a process on a file system without locks may be in use.
    let unlocked = folder.path().join(format!("unlocked-spool-{id}"));
    fs::create_dir(&unlocked).unwrap();
    for name in ["new", "old"] {
        fs::write(unlocked.join(name), b"").unwrap();
    }
    age(&unlocked.join("old"));
    let _spool = Spool::open(folder.path()).unwrap();
    for path in kept.iter().chain([
        &foreign,
        &elsewhere.path().join("kept"),
        &unlocked.join("new"),
    ]) {
        assert!(path.exists(), "{}", path.display());
    }
    assert!(!abandoned.exists());
    assert!(!unlocked.join("old").exists());
}
