//! Caches products, product lists and categories as JSON until they change. The address of the gateway, which a client chooses, is in
//! no key and no entry.
//!
//! Every key contains a generation number. A change starts a new generation, so the next read calls the order service again. An
//! answer that was in flight during the change is stored under the old number, which is never read again.
//!
//! Under load, orders change the stock many times a second. Each order changes few products, whose entries have generations of
//! their own. Lists, which depend on all products, start a new generation at most once per [`PAUSE`]: a list is loaded a few
//! times a second at most, and a change is visible within a second. Writes through this gateway are visible at once.
//!
//! While the order service is unavailable, its last answer is served for a limited time, with its age (`stale-if-error`, RFC 5861).

use std::{
    future::{Future, ready},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use http::{HeaderValue, StatusCode};
use moka::{Entry, future::Cache};
use parking_lot::Mutex;
use serde::Serialize;
use waybill_proto::json::Version;
use waybill_service_kit::AppError;

use crate::{error::ApiError, relative_json::RelativeJson};

/// Maximum size of all entries together, in bytes.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// Minimum time between two generations started by events.
const PAUSE: Duration = Duration::from_millis(200);
/// The same for categories, whose answer contains counts of all products.
const CATEGORY_PAUSE: Duration = Duration::from_millis(500);
/// Number of generation counters that all products share: more than products change between two reads, and few enough to keep.
const SHARDS: usize = 1024;

/// An answer to all clients.
#[derive(Debug, Clone)]
pub struct Cached {
    pub body: RelativeJson,
    pub etag: HeaderValue,
    /// Set if the answer may be outdated.
    pub stale: Option<Duration>,
}

impl Cached {
    pub fn new<T: Serialize>(answer: &T) -> Result<Self, AppError> {
        Self::tagged(answer, "")
    }

    /// The entity tag begins with the version, so that it can be sent back as `If-Match`; the rest is a hash of what changes
    /// without a new version (the stock).
    pub fn versioned<T: Serialize + Version>(answer: &T) -> Result<Self, AppError> {
        Self::tagged(answer, &format!("{}-", answer.version()))
    }

    fn tagged<T: Serialize>(answer: &T, prefix: &str) -> Result<Self, AppError> {
        let body = RelativeJson::of(answer)?;
        let digest = ring::digest::digest(&ring::digest::SHA256, body.text());
        let etag = format!("\"{prefix}{}\"", hex::encode(&digest.as_ref()[..12]));
        Ok(Self {
            // Digits, letters and hyphens in quotes are a valid header.
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
            body,
            stale: None,
        })
    }
}

impl Cached {
    /// The entity tag of the answer with URLs below `base`: one with other URLs is another answer.
    pub fn etag_below(&self, base: &str) -> HeaderValue {
        let tag = self.etag.to_str().unwrap_or_default();
        if !self.body.has_urls() {
            return self.etag.clone();
        }
        let digest = ring::digest::digest(&ring::digest::SHA256, base.as_bytes());
        let (tag, base) = (
            tag.trim_end_matches('"'),
            hex::encode(&digest.as_ref()[..4]),
        );
        HeaderValue::try_from(format!("{tag}-{base}\"")).unwrap_or_else(|_| self.etag.clone())
    }
}

/// The cache entries that an event changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Ids of products.
    pub products: Vec<String>,
    pub lists: bool,
    pub categories: bool,
    /// Everything may have changed.
    pub all: bool,
}

/// A generation counter: each change increases it, but events do so at most once per pause.
struct Generation {
    number: AtomicU64,
    pause: Duration,
    /// A change is pending until the pause ends.
    due: AtomicBool,
    last: Mutex<Option<Instant>>,
}

impl Generation {
    fn new(pause: Duration) -> Self {
        Self {
            number: AtomicU64::new(0),
            pause,
            due: AtomicBool::new(false),
            last: Mutex::new(None),
        }
    }

    /// Starts a new generation now, or when the pause is over.
    fn touch(&self) {
        self.due.store(true, Ordering::SeqCst);
        self.flush();
    }

    /// Starts the pending generation once the pause is over.
    fn flush(&self) {
        let mut last = self.last.lock();
        if last.is_none_or(|last| last.elapsed() >= self.pause)
            && self.due.swap(false, Ordering::SeqCst)
        {
            *last = Some(Instant::now());
            self.number.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn current(&self) -> u64 {
        if self.due.load(Ordering::SeqCst) {
            self.flush();
        }
        self.number.load(Ordering::SeqCst)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum What {
    List(Vec<u8>),
    Categories,
    /// By its id.
    Product(String),
}

type Key = (u64, u64, What);

fn weight(what: &What, entry: &Cached) -> u32 {
    let key = match what {
        What::List(query) => query.len(),
        What::Product(id) => id.len(),
        What::Categories => 0,
    };
    u32::try_from(key + entry.body.text().len() + 160).unwrap_or(u32::MAX)
}

/// The public part of the catalogue.
pub struct ProductCache {
    entries: Cache<Key, Arc<Cached>>,
    /// The last answers, possibly outdated, with the time of their request.
    last: Cache<What, (Instant, Arc<Cached>)>,
    /// The generation of all entries together.
    epoch: AtomicU64,
    lists: Generation,
    categories: Generation,
    products: Box<[AtomicU64]>,
}

impl ProductCache {
    /// An answer expires after `ttl` even without an event, and is served for up to `stale` while loading a new one fails.
    pub fn new(ttl: Duration, stale: Duration) -> Self {
        Self::with_pauses(ttl, stale, PAUSE, CATEGORY_PAUSE)
    }

    fn with_pauses(ttl: Duration, stale: Duration, lists: Duration, categories: Duration) -> Self {
        Self {
            entries: Cache::builder()
                .max_capacity(MAX_BYTES)
                .weigher(|key: &Key, entry: &Arc<Cached>| weight(&key.2, entry))
                .time_to_live(ttl)
                .build(),
            last: Cache::builder()
                .max_capacity(MAX_BYTES)
                .weigher(|what: &What, (_, entry): &(Instant, Arc<Cached>)| weight(what, entry))
                .time_to_live(stale)
                .build(),
            epoch: AtomicU64::new(0),
            lists: Generation::new(lists),
            categories: Generation::new(categories),
            products: (0..SHARDS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    fn shard(&self, product: &str) -> &AtomicU64 {
        let mut hasher = DefaultHasher::new();
        product.hash(&mut hasher);
        let at = usize::try_from(hasher.finish() % SHARDS as u64).unwrap_or(0);
        &self.products[at]
    }

    /// Everything may have changed; the next read loads again.
    pub fn invalidate(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Applies a change reported by an event; it is visible within a second.
    pub fn touch(&self, touched: &Touched) {
        if touched.all {
            self.lists.touch();
            self.categories.touch();
            for shard in &self.products {
                shard.fetch_add(1, Ordering::SeqCst);
            }
            return;
        }
        for product in &touched.products {
            self.shard(product).fetch_add(1, Ordering::SeqCst);
        }
        if touched.lists {
            self.lists.touch();
        }
        if touched.categories {
            self.categories.touch();
        }
    }

    /// The list of `query`; concurrent callers share one load.
    pub async fn list<F>(&self, query: Vec<u8>, load: F) -> Result<Arc<Cached>, ApiError>
    where
        F: Future<Output = Result<Cached, ApiError>>,
    {
        self.get(self.lists.current(), What::List(query), load)
            .await
    }

    /// All active categories.
    pub async fn categories<F>(&self, load: F) -> Result<Arc<Cached>, ApiError>
    where
        F: Future<Output = Result<Cached, ApiError>>,
    {
        self.get(self.categories.current(), What::Categories, load)
            .await
    }

    /// One product.
    pub async fn product<F>(&self, id: String, load: F) -> Result<Arc<Cached>, ApiError>
    where
        F: Future<Output = Result<Cached, ApiError>>,
    {
        let generation = self.shard(&id).load(Ordering::SeqCst);
        self.get(generation, What::Product(id), load).await
    }

    async fn get<F>(&self, generation: u64, what: What, load: F) -> Result<Arc<Cached>, ApiError>
    where
        F: Future<Output = Result<Cached, ApiError>>,
    {
        let key = (self.epoch.load(Ordering::SeqCst), generation, what.clone());
        let load = async {
            let asked = Instant::now();
            let entry = load.await.map(Arc::new)?;
            let last = (asked, Arc::clone(&entry));
            // Unless a later request has stored a newer answer.
            let newer = |old: Option<Entry<_, (Instant, _)>>| match old {
                Some(old) if old.value().0 > asked => ready(old.into_value()),
                _ => ready(last),
            };
            self.last.entry(what.clone()).and_upsert_with(newer).await;
            Ok(entry)
        };
        let error: Arc<ApiError> = match self.entries.try_get_with(key, load).await {
            Ok(entry) => return Ok(entry),
            Err(error) => error,
        };
        match error.status {
            // The service or its database is down or hangs.
            StatusCode::SERVICE_UNAVAILABLE => {
                if let Some((asked, entry)) = self.last.get(&what).await {
                    return Ok(Arc::new(Cached {
                        stale: Some(asked.elapsed()),
                        ..entry.as_ref().clone()
                    }));
                }
            }
            StatusCode::NOT_FOUND => self.last.invalidate(&what).await,
            _ => {}
        }
        Err(Arc::unwrap_or_clone(error))
    }
}

#[cfg(test)]
mod tests {
    use waybill_proto::order::ProductImage;

    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    fn entry(text: &str) -> Cached {
        Cached::new(&text).unwrap()
    }

    fn text(cached: &Cached) -> String {
        serde_json::from_slice(cached.body.text()).unwrap()
    }

    fn lists() -> Touched {
        Touched {
            lists: true,
            ..Touched::default()
        }
    }

    fn product(id: &str) -> Touched {
        Touched {
            products: vec![id.to_owned()],
            ..Touched::default()
        }
    }

    async fn list(cache: &ProductCache, loaded: &str) -> String {
        let list = cache.list(b"q".to_vec(), async { Ok(entry(loaded)) }).await;
        text(&list.unwrap())
    }

    async fn one(cache: &ProductCache, id: &str, loaded: &str) -> String {
        let found = cache
            .product(id.to_owned(), async { Ok(entry(loaded)) })
            .await;
        text(&found.unwrap())
    }

    #[test]
    fn an_answer_with_other_urls_has_another_entity_tag() {
        let picture = Cached::new(&ProductImage {
            url: "/api/v1/media/1".to_owned(),
            ..ProductImage::default()
        });
        let picture = picture.unwrap();
        let (http, https) = ("http://shop.example", "https://shop.example");
        assert_ne!(picture.etag_below(http), picture.etag_below(https));
        assert_eq!(picture.etag_below(http), picture.etag_below(http));
        let plain = Cached::new(&serde_json::json!({"name": "Cup"})).unwrap();
        assert_eq!(plain.etag_below(http), plain.etag_below(https));
    }

    #[tokio::test]
    async fn a_change_during_a_load_is_not_covered_up_by_it() {
        let cache = ProductCache::with_pauses(LONG, LONG, Duration::ZERO, Duration::ZERO);
        let loading = cache.list(b"q".to_vec(), async {
            cache.touch(&lists());
            Ok(entry("old"))
        });
        assert_eq!(text(&loading.await.unwrap()), "old");
        assert_eq!(list(&cache, "new").await, "new");
        assert_eq!(list(&cache, "never asked for").await, "new");
        let loading = cache.product("p".to_owned(), async {
            cache.touch(&product("p"));
            Ok(entry("old"))
        });
        assert_eq!(text(&loading.await.unwrap()), "old");
        assert_eq!(one(&cache, "p", "new").await, "new");
        let loading = cache.categories(async {
            cache.invalidate();
            Ok(entry("old"))
        });
        assert_eq!(text(&loading.await.unwrap()), "old");
        let next = cache.categories(async { Ok(entry("new")) }).await;
        assert_eq!(text(&next.unwrap()), "new");
    }

    #[tokio::test]
    async fn a_storm_of_events_makes_one_load_in_a_pause_and_own_writes_show_at_once() {
        let cache = ProductCache::with_pauses(LONG, LONG, LONG, LONG);
        assert_eq!(list(&cache, "1").await, "1");
        cache.touch(&lists());
        assert_eq!(list(&cache, "2").await, "2");
        for _ in 0..1_000 {
            cache.touch(&lists());
            assert_eq!(list(&cache, "not yet").await, "2");
        }
        cache.invalidate();
        assert_eq!(list(&cache, "3").await, "3");
    }

    #[tokio::test]
    async fn what_waited_for_the_pause_comes_after_it() {
        let pause = Duration::from_millis(20);
        let cache = ProductCache::with_pauses(LONG, LONG, pause, pause);
        let mut seen = 0;
        cache.touch(&lists());
        list(&cache, "0").await;
        cache.touch(&lists());
        // The new generation starts when the pause ends, without another event.
        while list(&cache, "1").await != "1" {
            seen += 1;
            tokio::task::yield_now().await;
        }
        assert!(seen < 10_000_000);
        assert_eq!(list(&cache, "2").await, "1");
    }

    #[tokio::test]
    async fn an_order_touches_its_products_and_no_others() {
        let cache = ProductCache::new(LONG, LONG);
        // Two products that do not share a counter.
        let (a, b) = ("a", "b");
        assert!(!std::ptr::eq(cache.shard(a), cache.shard(b)));
        one(&cache, a, "a1").await;
        one(&cache, b, "b1").await;
        cache.touch(&product(a));
        assert_eq!(one(&cache, a, "a2").await, "a2");
        assert_eq!(one(&cache, b, "b2").await, "b1");
        cache.touch(&Touched {
            all: true,
            ..Touched::default()
        });
        assert_eq!(one(&cache, b, "b3").await, "b3");
    }

    #[tokio::test]
    async fn an_answer_that_was_overtaken_does_not_become_the_last_one() {
        let cache = ProductCache::new(LONG, LONG);
        let slow = cache.product("p".to_owned(), async {
            cache.touch(&product("p"));
            assert_eq!(one(&cache, "p", "new").await, "new");
            Ok(entry("old"))
        });
        assert_eq!(text(&slow.await.unwrap()), "old");
        cache.invalidate();
        let away = async { Err(ApiError::of_status(StatusCode::SERVICE_UNAVAILABLE)) };
        let last = cache.product("p".to_owned(), away).await.unwrap();
        assert!(last.stale.is_some());
        assert_eq!(text(&last), "new");
    }

    #[tokio::test]
    async fn failures_are_not_kept() {
        let cache = ProductCache::new(LONG, LONG);
        let failed = cache
            .list(Vec::new(), async {
                Err(ApiError::of_status(http::StatusCode::SERVICE_UNAVAILABLE))
            })
            .await;
        assert_eq!(
            failed.unwrap_err().code,
            waybill_service_kit::ErrorCode::Unavailable
        );
        assert!(
            cache
                .list(Vec::new(), async { Ok(entry("x")) })
                .await
                .is_ok()
        );
    }
}
