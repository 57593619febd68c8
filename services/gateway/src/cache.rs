//! Product lists as the bytes that clients get, until something changes.
//!
//! The key holds a generation number. A change starts a new generation, so the next read asks the order service again, and an
//! answer that was on its way while the change happened is kept under the old number, where nobody looks.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::HeaderValue;
use moka::future::Cache;

use crate::error::ApiError;

/// Bytes of all lists together at most.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// A list ready to be sent.
#[derive(Debug, Clone)]
pub struct CachedList {
    pub body: Bytes,
    pub etag: HeaderValue,
}

impl CachedList {
    pub fn new(body: Vec<u8>) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, &body);
        let etag = format!("\"{}\"", hex::encode(&digest.as_ref()[..12]));
        Self {
            // Hexadecimal digits in quotes are a valid header.
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
            body: Bytes::from(body),
        }
    }
}

type Key = (u64, Vec<u8>);

/// Lists by generation and query.
pub struct ProductCache {
    lists: Cache<Key, Arc<CachedList>>,
    generation: AtomicU64,
}

impl ProductCache {
    /// A list is asked for again after `ttl` even if no event says that it changed.
    pub fn new(ttl: Duration) -> Self {
        let lists = Cache::builder()
            .max_capacity(MAX_BYTES)
            .weigher(|key: &Key, list: &Arc<CachedList>| {
                u32::try_from(key.1.len() + list.body.len() + 128).unwrap_or(u32::MAX)
            })
            .time_to_live(ttl)
            .build();
        Self {
            lists,
            generation: AtomicU64::new(0),
        }
    }

    /// Something that a list shows has changed.
    pub fn invalidate(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// The list of `query`; concurrent callers share one load.
    pub async fn get<F>(&self, query: Vec<u8>, load: F) -> Result<Arc<CachedList>, ApiError>
    where
        F: Future<Output = Result<CachedList, ApiError>>,
    {
        let key = (self.generation.load(Ordering::SeqCst), query);
        self.lists
            .try_get_with(key, async { load.await.map(Arc::new) })
            .await
            .map_err(|error: Arc<ApiError>| error.as_ref().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> CachedList {
        CachedList::new(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_change_during_a_load_is_not_covered_up_by_it() {
        let cache = ProductCache::new(Duration::from_mins(1));
        let query = || b"q".to_vec();
        let loading = cache.get(query(), async {
            cache.invalidate();
            Ok(list("old"))
        });
        assert_eq!(loading.await.unwrap().body, "old");
        let next = cache.get(query(), async { Ok(list("new")) }).await.unwrap();
        assert_eq!(next.body, "new");
        let again = cache.get(query(), async { Ok(list("never asked for")) });
        assert_eq!(again.await.unwrap().etag, next.etag);
    }

    #[tokio::test]
    async fn failures_are_not_kept() {
        let cache = ProductCache::new(Duration::from_mins(1));
        let failed = cache
            .get(Vec::new(), async {
                Err(ApiError::of_status(http::StatusCode::SERVICE_UNAVAILABLE))
            })
            .await;
        assert_eq!(failed.unwrap_err().code, "UNAVAILABLE");
        assert!(cache.get(Vec::new(), async { Ok(list("x")) }).await.is_ok());
    }
}
