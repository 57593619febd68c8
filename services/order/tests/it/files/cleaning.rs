//! No unreferenced objects stay in the storage: after deletions, interrupted uploads, and with several replicas.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures::stream::BoxStream;
use tokio::sync::Notify;
use waybill_file_store::{
    Entry, FileError, FileStore, Key, LinkOptions, LocalStore, Object, Source,
};
use waybill_order::Migrator;
use waybill_proto::order::FilePurpose::Reference;
use waybill_service_kit::ErrorCode;
use waybill_testkit::{TestDb, World};

use super::samples::{of_order, pdf, png};
use crate::shop::{Shop, on_any_database};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_deleted_file_takes_its_objects_along() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let service = shop.service("Logo", 5000).await;
        let order = shop.place(&who, &[(&service, 1)]).await;
        let target = of_order(&order, Reference, "a.png");
        let file = shop.upload(&who, target.clone(), &png()).await.unwrap();
        let kept = shop.upload(&who, target, &pdf(10)).await.unwrap();
        assert_eq!(shop.objects().await.len(), 3);
        shop.delete_file(&who, &file.id).await.unwrap();
        let error = shop.read_file(&who, &file.id).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        // Two replicas clean up at once.
        let second = shop.second().await;
        tokio::join!(shop.clean_up(), second.clean_up());
        second.close().await;
        let key = format!("orders/{}/{}", order.id, kept.id);
        assert_eq!(shop.objects().await, [key]);
        // Kept files have no pending removals.
        shop.clock.advance(HOUR * 48);
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 1);
    })
    .await;
}

/// A storage that can block after writing an object, and that can refuse to delete.
#[derive(Debug)]
struct Moody {
    inner: LocalStore,
    /// Writes wait here after they are done.
    stuck: AtomicBool,
    written: Notify,
    go_on: Notify,
    refuses: AtomicBool,
}

#[async_trait]
impl FileStore for Moody {
    async fn put(&self, key: &Key, source: Source<'_>, kind: &str) -> Result<(), FileError> {
        self.inner.put(key, source, kind).await?;
        if self.stuck.load(Ordering::Relaxed) {
            self.written.notify_one();
            self.go_on.notified().await;
        }
        Ok(())
    }

    async fn open(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, FileError> {
        self.inner.open(key, range).await
    }

    async fn delete(&self, key: &Key) -> Result<(), FileError> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err(FileError::Storage("it is away".into()));
        }
        self.inner.delete(key).await
    }

    fn list(&self, folder: &str) -> BoxStream<'_, Result<Entry, FileError>> {
        self.inner.list(folder)
    }

    async fn signed_url(&self, key: &Key, with: &LinkOptions) -> Result<Option<String>, FileError> {
        self.inner.signed_url(key, with).await
    }

    async fn check(&self) -> Result<(), FileError> {
        self.inner.check().await
    }
}

/// A shop with this storage.
struct MoodyShop {
    shop: Shop,
    moody: Arc<Moody>,
    _database: TestDb,
}

impl World for MoodyShop {
    type Migrations = Migrator;

    async fn open(database: TestDb) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let moody = Arc::new(Moody {
            inner: LocalStore::open(&folder.path().join("files")).unwrap(),
            stuck: AtomicBool::new(false),
            written: Notify::new(),
            go_on: Notify::new(),
            refuses: AtomicBool::new(false),
        });
        Self {
            shop: Shop::open_on(&database.url(), moody.clone(), folder).await,
            moody,
            _database: database,
        }
    }

    async fn close(self) {
        self.shop.verify().await;
        self.shop.close().await;
    }
}

#[tokio::test]
async fn objects_of_an_unfinished_upload_are_removed_and_it_can_no_longer_complete() {
    waybill_testkit::on_any_database(async |world: &MoodyShop| {
        let MoodyShop { shop, moody, .. } = world;
        let who = shop.customer();
        let service = shop.service("Logo", 5000).await;
        let order = shop.place(&who, &[(&service, 1)]).await;
        moody.stuck.store(true, Ordering::Relaxed);
        let file = pdf(10);
        let upload = shop.upload(&who, of_order(&order, Reference, "a.pdf"), &file);
        let cleaner = async {
            moody.written.notified().await;
            assert_eq!(shop.objects().await.len(), 1);
            // It may still complete; its objects are kept.
            shop.clean_up().await;
            assert_eq!(shop.objects().await.len(), 1);
            shop.clock.advance(HOUR + Duration::from_secs(1));
            shop.clean_up().await;
            assert!(shop.objects().await.is_empty());
            moody.go_on.notify_one();
        };
        let (outcome, ()) = tokio::join!(upload, cleaner);
        assert_eq!(outcome.unwrap_err().code, ErrorCode::Unavailable);
        assert!(shop.file_list(&who, &order).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn removals_are_retried_later_if_the_storage_is_unavailable() {
    waybill_testkit::on_any_database(async |world: &MoodyShop| {
        let MoodyShop { shop, moody, .. } = world;
        let who = shop.customer();
        let service = shop.service("Logo", 5000).await;
        let order = shop.place(&who, &[(&service, 1)]).await;
        let target = of_order(&order, Reference, "a.pdf");
        let file = shop.upload(&who, target, &pdf(10)).await.unwrap();
        moody.refuses.store(true, Ordering::Relaxed);
        shop.delete_file(&who, &file.id).await.unwrap();
        shop.clean_up().await;
        moody.refuses.store(false, Ordering::Relaxed);
        // Not at once: it was just tried.
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 1);
        shop.clock.advance(Duration::from_mins(2));
        shop.clean_up().await;
        assert!(shop.objects().await.is_empty());
    })
    .await;
}
