//! One test suite that every storage passes.

use std::{fs, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use waybill_file_store::{
    Entry, FileError, FileStore, FilesSettings, Key, LinkOptions, LocalStore, Object, Source,
    content_disposition, from_settings,
};
use waybill_primitives::Timestamp;
use waybill_service_kit::{
    chain,
    settings::{Sources, load},
};
use waybill_testkit::S3Server;

use crate::{
    cloudinary::Cloudinary,
    support::{encoded, halves},
};

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

async fn put(store: &dyn FileStore, name: &str, bytes: impl Into<Bytes>) {
    let source = Source::Bytes(bytes.into());
    store.put(&key(name), source, "image/png").await.unwrap();
}

async fn get(store: &dyn FileStore, name: &str) -> Bytes {
    let object = store.open(&key(name), None).await.unwrap();
    assert_eq!(object.range, 0..object.size);
    object.bytes().await.unwrap()
}

async fn names(store: &dyn FileStore, folder: &str) -> Vec<String> {
    let entries: Vec<Entry> = store.list(folder).try_collect().await.unwrap();
    let mut names: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.key.to_string())
        .collect();
    names.sort();
    names
}

/// The suite. The store is empty and reachable.
async fn conforms(store: &dyn FileStore) {
    store.check().await.expect("the storage answers");
    assert!(names(store, "").await.is_empty());
    writes_and_reads(store).await;
    reads_ranges(store).await;
    deletes(store).await;
    lists(store).await;
    takes_large_files(store).await;
}

async fn writes_and_reads(store: &dyn FileStore) {
    put(store, "orders/1/a", "first").await;
    assert_eq!(get(store, "orders/1/a").await, "first");
    put(store, "orders/1/a", "second, and longer").await;
    assert_eq!(get(store, "orders/1/a").await, "second, and longer");
    put(store, "orders/1/empty", "").await;
    let empty = store.open(&key("orders/1/empty"), None).await.unwrap();
    assert_eq!((empty.size, empty.bytes().await.unwrap().len()), (0, 0));
    let missing = store.open(&key("orders/1/missing"), None).await;
    assert!(matches!(missing, Err(FileError::NotFound)), "{missing:?}");
}

async fn reads_ranges(store: &dyn FileStore) {
    put(store, "orders/1/digits", "0123456789").await;
    let open = async |range| store.open(&key("orders/1/digits"), Some(range)).await;
    for (range, expected) in [
        (0..10, "0123456789"),
        (0..1, "0"),
        (3..7, "3456"),
        (9..10, "9"),
        (5..1000, "56789"),
    ] {
        let object: Object = open(range.clone()).await.unwrap();
        assert_eq!(object.size, 10, "{range:?}");
        assert_eq!(object.range, range.start..range.end.min(10));
        assert_eq!(object.bytes().await.unwrap(), expected);
    }
    for range in [10..11, 500..600, 4..4] {
        let outside = open(range.clone()).await;
        assert!(
            matches!(outside, Err(FileError::Range { size: 10 })),
            "{range:?}: {outside:?}"
        );
    }
    let missing = store.open(&key("orders/1/missing"), Some(0..1)).await;
    assert!(matches!(missing, Err(FileError::NotFound)), "{missing:?}");
}

async fn deletes(store: &dyn FileStore) {
    put(store, "orders/1/gone", "gone").await;
    for _ in 0..2 {
        store.delete(&key("orders/1/gone")).await.unwrap();
        let missing = store.open(&key("orders/1/gone"), None).await;
        assert!(matches!(missing, Err(FileError::NotFound)), "{missing:?}");
    }
    assert_eq!(get(store, "orders/1/digits").await, "0123456789");
}

async fn lists(store: &dyn FileStore) {
    for entry in store.list("").collect::<Vec<_>>().await {
        store.delete(&entry.unwrap().key).await.unwrap();
    }
    let before = Timestamp::now().minus(Duration::from_mins(2));
    for name in ["orders/1/a", "orders/1/b", "orders/12/c", "products/1/d"] {
        put(store, name, name.to_owned()).await;
    }
    let all = ["orders/1/a", "orders/1/b", "orders/12/c", "products/1/d"];
    assert_eq!(names(store, "").await, all);
    assert_eq!(names(store, "orders").await, all[..3]);
    assert_eq!(names(store, "orders/1").await, all[..2]);
    assert!(names(store, "order").await.is_empty());
    assert!(names(store, "nothing/here").await.is_empty());
    for bad in ["orders/", "../orders", "/orders"] {
        let refused: Result<Vec<_>, _> = store.list(bad).try_collect().await;
        assert!(matches!(refused, Err(FileError::Folder(_))), "{bad}");
    }
    let entries: Vec<Entry> = store.list("products").try_collect().await.unwrap();
    assert_eq!(entries[0].size, 12);
    assert!(entries[0].changed_at > before);
    assert!(entries[0].changed_at < Timestamp::now().plus(Duration::from_mins(2)));
}

async fn takes_large_files(store: &dyn FileStore) {
    // Several parts, where a storage uses parts, and the last one not full.
    let large: Vec<u8> = (0..20_000_003_u32).map(|at| (at % 251) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    fs::write(&path, &large).unwrap();
    let source = Source::Path(&path);
    store
        .put(&key("orders/2/large"), source, "video/mp4")
        .await
        .unwrap();
    assert!(
        get(store, "orders/2/large").await == large,
        "the bytes are the same"
    );
    let part = store
        .open(&key("orders/2/large"), Some(8_388_600..8_388_620))
        .await
        .unwrap();
    assert_eq!(part.size, large.len() as u64);
    assert_eq!(part.bytes().await.unwrap(), large[8_388_600..8_388_620]);
    fs::write(&path, b"small").unwrap();
    store
        .put(&key("orders/2/large"), source_of(&path), "video/mp4")
        .await
        .unwrap();
    assert_eq!(get(store, "orders/2/large").await, "small");
}

const PLAN: &str = "Größe & \"Plan\".pdf";

fn link_options(expires: Duration) -> LinkOptions {
    LinkOptions {
        expires,
        content_type: "application/pdf".to_owned(),
        file_name: PLAN.to_owned(),
        inline: false,
    }
}

/// Links of the storage itself: they download the file, but not after they were modified or have expired. `changes` are applied
/// to a link; one that ends with `other` makes it the link of another object.
async fn signs_links(store: &dyn FileStore, changes: &[(&str, &str)]) -> reqwest::Response {
    put(store, "orders/3/plan", "the plan").await;
    put(store, "orders/3/other", "another").await;
    let link = async |expires| {
        let options = link_options(expires);
        let link = store.signed_url(&key("orders/3/plan"), &options).await;
        link.unwrap().expect("the storage has links")
    };
    let good = link(Duration::from_mins(5)).await;
    let answer = reqwest::get(&good).await.unwrap();
    assert_eq!(answer.status(), 200, "{good}");
    for (from, to) in changes {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from}");
        let status = reqwest::get(&changed).await.unwrap().status();
        assert!(matches!(status.as_u16(), 401 | 403), "{status}: {changed}");
    }
    let short = link(Duration::from_secs(1)).await;
    until(async || !reqwest::get(&short).await.unwrap().status().is_success()).await;
    answer
}

#[tokio::test]
async fn a_bucket_conforms() {
    let server = S3Server::start().await;
    let store = store_of(&server.settings());
    conforms(store.as_ref()).await;
    let changes = [
        ("orders/3/plan", "orders/3/other"),
        ("X-Amz-Expires=300", "X-Amz-Expires=301"),
        ("pdf", "html"),
    ];
    let answer = signs_links(store.as_ref(), &changes).await;
    let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    let disposition = content_disposition(PLAN, false);
    assert_eq!(header("content-disposition"), disposition);
    assert_eq!(answer.text().await.unwrap(), "the plan");
}

#[tokio::test]
async fn cloudinary_conforms() {
    let Some(server) = Cloudinary::start().await else {
        return;
    };
    let store = store_of(&server.settings());
    conforms(store.as_ref()).await;
    let changes = [
        ("orders%2F3%2Fplan", "orders%2F3%2Fother"),
        ("expires_at=1", "expires_at=2"),
        ("attachment=true", "attachment=false"),
        ("type=authenticated", "type=upload"),
    ];
    let answer = signs_links(store.as_ref(), &changes).await;
    assert_eq!(answer.text().await.unwrap(), "the plan");
}

#[tokio::test]
async fn cloudinary_gets_the_resource_types_of_pictures_videos_and_other_files() {
    let Some(server) = Cloudinary::start().await else {
        return;
    };
    let store = store_of(&server.settings());
    let picture = encoded(halves(20, 20), image::ImageFormat::Png);
    for (name, bytes) in [
        ("orders/1/a.png", picture.clone()),
        (
            "orders/1/a.webp",
            encoded(halves(10, 10), image::ImageFormat::WebP),
        ),
        ("orders/1/a", b"no picture".to_vec()),
        ("orders/1/a.mp4", b"\0\0\0\x18ftypmp42".to_vec()),
        ("orders/1/a.pdf", b"%PDF-1.7".to_vec()),
    ] {
        put(store.as_ref(), name, bytes.clone()).await;
        assert_eq!(get(store.as_ref(), name).await, bytes, "{name}");
    }
    let all = [
        "orders/1/a",
        "orders/1/a.mp4",
        "orders/1/a.pdf",
        "orders/1/a.png",
        "orders/1/a.webp",
    ];
    assert_eq!(names(store.as_ref(), "orders").await, all);
    store.delete(&key("orders/1/a.png")).await.unwrap();
    assert_eq!(names(store.as_ref(), "").await.len(), 4);
    // The provider checks pictures too.
    let source = Source::Bytes(Bytes::from_static(b"no picture"));
    let refused = store.put(&key("orders/1/b.png"), source, "image/png").await;
    let Err(error @ FileError::Storage(_)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        chain(&error).contains("Invalid image file"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn a_range_is_cut_out_where_the_provider_sends_everything() {
    let Some(server) = Cloudinary::start().await else {
        return;
    };
    let store = store_of(&server.settings());
    put(store.as_ref(), "orders/without-ranges/a", "0123456789").await;
    for (range, expected) in [(0..10, "0123456789"), (3..7, "3456"), (5..50, "56789")] {
        let part = store
            .open(&key("orders/without-ranges/a"), Some(range))
            .await;
        let part = part.unwrap();
        assert_eq!(part.size, 10);
        assert_eq!(part.bytes().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn an_unreachable_or_refusing_cloudinary_is_an_error() {
    let Some(server) = Cloudinary::start().await else {
        return;
    };
    for (name, value) in [
        ("WAYBILL_FILES_CLOUDINARY_SECRET", "wrong"),
        ("WAYBILL_FILES_CLOUDINARY_URL", "http://127.0.0.1:1"),
    ] {
        let store = store_of(&with(&server.settings(), name, value));
        let refused = store.check().await;
        assert!(matches!(refused, Err(FileError::Storage(_))), "{refused:?}");
        let source = Source::Bytes(Bytes::from_static(b"a"));
        let refused = store.put(&key("orders/1/a"), source, "text/plain").await;
        let Err(error @ FileError::Storage(_)) = refused else {
            panic!("{refused:?}");
        };
        assert!(!chain(&error).contains("signature="), "{}", chain(&error));
    }
}

#[tokio::test]
async fn an_unreachable_or_refusing_bucket_is_an_error() {
    let server = S3Server::start().await;
    for (name, value) in [
        ("WAYBILL_FILES_S3_SECRET_KEY", "wrong"),
        ("WAYBILL_FILES_S3_BUCKET", "missing"),
        ("WAYBILL_FILES_S3_ENDPOINT", "http://127.0.0.1:1"),
    ] {
        let store = store_of(&with(&server.settings(), name, value));
        let refused = store.check().await;
        assert!(matches!(refused, Err(FileError::Storage(_))), "{refused:?}");
    }
}

/// The settings with another value for one of them.
fn with(
    settings: &[(&'static str, String)],
    name: &'static str,
    value: &str,
) -> Vec<(&'static str, String)> {
    let mut settings = settings.to_vec();
    settings.retain(|(other, _)| *other != name);
    settings.push((name, value.to_owned()));
    settings
}

/// Waits for a condition.
async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let timeout = Duration::from_mins(1);
    tokio::time::timeout(timeout, waiting)
        .await
        .expect("the condition holds");
}

/// The storage that these settings ask for.
fn store_of(settings: &[(&'static str, String)]) -> Arc<dyn FileStore> {
    let mut sources = Sources::empty();
    for (name, value) in settings {
        sources = sources.with(name, value.clone());
    }
    let (settings,) = load::<(FilesSettings,)>(&sources).expect("good settings");
    assert!(settings.errors().is_empty(), "{:?}", settings.errors());
    from_settings(&settings, std::path::Path::new("nowhere")).expect("a storage")
}

fn source_of(path: &std::path::Path) -> Source<'_> {
    Source::Path(path)
}

#[tokio::test]
async fn the_local_folder_conforms() {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    conforms(&store).await;
    // The platform serves these files itself.
    let options = LinkOptions {
        expires: Duration::from_mins(1),
        content_type: "image/png".to_owned(),
        file_name: "a.png".to_owned(),
        inline: true,
    };
    assert_eq!(
        store
            .signed_url(&key("orders/1/a"), &options)
            .await
            .unwrap(),
        None
    );
}
