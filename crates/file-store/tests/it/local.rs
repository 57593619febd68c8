//! What is specific to the local folder.

use std::{fs, path::Path};

use bytes::Bytes;
use futures::TryStreamExt as _;
use waybill_file_store::{FileError, FileStore as _, Key, LocalStore, Source};

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

/// All files below, as relative paths.
/// All files but the locks of spools.
fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if !path.ends_with("lock") && !path.ends_with(".spool-lock") {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

async fn put(store: &LocalStore, name: &str, text: &'static str) {
    let source = Source::Bytes(Bytes::from_static(text.as_bytes()));
    store.put(&key(name), source, "text/plain").await.unwrap();
}

#[tokio::test]
async fn files_lie_in_hashed_folders_that_go_with_the_last_of_them() {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    put(&store, "orders/1/a", "a").await;
    put(&store, "orders/1/b", "b").await;
    let found = files(root.path());
    assert_eq!(found.len(), 2);
    let (folder, name) = found[0].split_at(6);
    assert_eq!(name, "orders/1/a");
    assert_eq!(found[1], format!("{folder}orders/1/b"));
    store.delete(&key("orders/1/a")).await.unwrap();
    assert_eq!(files(root.path()), [format!("{folder}orders/1/b")]);
    store.delete(&key("orders/1/b")).await.unwrap();
    assert!(!root.path().join(folder).join("orders").exists());
}

#[tokio::test]
async fn a_folder_is_no_object() {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    put(&store, "orders/1/a", "a").await;
    let place = files(root.path())[0].replace("orders/1/a", "orders/1/b");
    fs::create_dir_all(root.path().join(place)).unwrap();
    for name in ["orders/1/b", "orders/1"] {
        let opened = store.open(&key(name), None).await;
        assert!(matches!(opened, Err(FileError::NotFound)), "{opened:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("a"), b"secret").unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    put(&store, "orders/1/a", "ours").await;
    let place = root.path().join(&files(root.path())[0]);

    // The file itself as a link.
    fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink(outside.path().join("a"), &place).unwrap();
    let opened = store.open(&key("orders/1/a"), None).await;
    assert!(matches!(opened, Err(FileError::Storage(_))), "{opened:?}");
    let listed: Vec<_> = store.list("").try_collect().await.unwrap();
    assert!(listed.is_empty(), "{listed:?}");
    // Writing replaces the link and leaves its target.
    put(&store, "orders/1/a", "new").await;
    assert_eq!(fs::read(outside.path().join("a")).unwrap(), b"secret");
    assert_eq!(fs::read(&place).unwrap(), b"new");

    // Its folder as a link.
    let folder = place.parent().unwrap();
    fs::remove_dir_all(folder).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder).unwrap();
    assert!(store.open(&key("orders/1/a"), None).await.is_err());
    let source = Source::Bytes(Bytes::from_static(b"new"));
    assert!(
        store
            .put(&key("orders/1/a"), source, "text/plain")
            .await
            .is_err()
    );
    assert!(store.delete(&key("orders/1/a")).await.is_err());
    assert_eq!(fs::read(outside.path().join("a")).unwrap(), b"secret");
}

#[tokio::test]
async fn foreign_files_are_not_listed() {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    put(&store, "orders/1/a", "a").await;
    fs::write(root.path().join("README"), b"").unwrap();
    fs::create_dir_all(root.path().join("00/00/orders/1")).unwrap();
    fs::write(root.path().join("00/00/orders/1/a"), b"in a wrong place").unwrap();
    fs::write(root.path().join("00/00/orders/1/.hidden"), b"").unwrap();
    fs::write(root.path().join(".incoming/half"), b"").unwrap();
    let listed: Vec<_> = store.list("").try_collect().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].size, 1);
}

#[tokio::test]
async fn what_a_killed_process_was_receiving_is_deleted_at_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let running = LocalStore::open(root.path()).unwrap();
    let killed = root
        .path()
        .join(".incoming/spool-01890a5d-ac96-774b-bcce-b302099a8057");
    fs::create_dir(&killed).unwrap();
    fs::write(killed.join("half"), b"half of it").unwrap();
    let next = LocalStore::open(root.path()).unwrap();
    assert!(!killed.exists());
    // The one beside it can still write, and its own folder goes with it.
    put(&running, "orders/1/a", "a").await;
    let folders = || fs::read_dir(root.path().join(".incoming")).unwrap().count();
    let both = folders();
    drop(running);
    assert_eq!(folders(), both - 1);
    let listed: Vec<_> = next.list("").try_collect().await.unwrap();
    assert_eq!(listed.len(), 1);
}

#[tokio::test]
async fn a_source_that_is_missing_is_no_missing_object() {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    let source = Source::Path(Path::new("/no/such/file"));
    let outcome = store.put(&key("orders/1/a"), source, "text/plain").await;
    assert!(matches!(outcome, Err(FileError::Storage(_))), "{outcome:?}");
    assert!(files(root.path()).is_empty(), "nothing is left");
}

#[tokio::test]
async fn writing_and_deleting_at_once_loses_nothing() {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    for _ in 0..30 {
        let (store, other) = (store.clone(), store.clone());
        let writing = tokio::spawn(async move { put(&store, "orders/1/kept", "kept").await });
        let deleting = tokio::spawn(async move {
            put(&other, "orders/1/gone", "gone").await;
            other.delete(&key("orders/1/gone")).await.unwrap();
        });
        writing.await.unwrap();
        deleting.await.unwrap();
        let store = LocalStore::open(root.path()).unwrap();
        let kept = store.open(&key("orders/1/kept"), None).await.unwrap();
        assert_eq!(kept.bytes().await.unwrap(), "kept");
        store.delete(&key("orders/1/kept")).await.unwrap();
    }
}
