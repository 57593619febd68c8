//! Downloads to clients that may be slow or gone.
//!
//! While a client does not read a body, its stream and the file behind it stay open. So each user has a limited number of
//! concurrent downloads. One that makes no progress for [`IDLE`] is aborted: its resources are released, and the client sees a
//! truncated body.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream::BoxStream};
use parking_lot::Mutex;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::AbortHandle,
    time::Instant,
};
use waybill_service_kit::{AppError, CallContext};

use crate::{
    error::ApiError,
    limits::{Key, address_key},
};

/// A download without progress for this long is aborted.
const IDLE: Duration = Duration::from_mins(1);
/// How long a download over the limit waits for a free place: a page loads all its pictures at once.
const QUEUE: Duration = Duration::from_secs(2);

/// The concurrent downloads of each client.
pub struct Downloads {
    most: usize,
    readers: Mutex<HashMap<Key, Weak<Semaphore>>>,
}

/// A client's place for one download; dropping it frees the place.
pub type Place = OwnedSemaphorePermit;

impl Downloads {
    pub fn new(most: u32) -> Self {
        Self {
            most: most as usize,
            readers: Mutex::default(),
        }
    }

    /// Waits for a free place.
    pub async fn place(&self, context: &CallContext) -> Result<Place, ApiError> {
        let key = match context.user() {
            Ok(user) if !user.guest => Key::User(user.id.uuid()),
            _ => Key::Address(address_key(
                context.client_address.as_deref().unwrap_or_default(),
            )),
        };
        let places = {
            let mut readers = self.readers.lock();
            let known = readers.get(&key).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let places = Arc::new(Semaphore::new(self.most));
                readers.insert(key, Arc::downgrade(&places));
                places
            })
        };
        match tokio::time::timeout(QUEUE, places.acquire_owned()).await {
            Ok(place) => Ok(place.map_err(AppError::internal)?),
            Err(_) => Err(AppError::too_many_requests(
                "too many concurrent downloads; finish one of them first",
                Duration::from_secs(1),
            )
            .into()),
        }
    }

    /// Removes clients without downloads. Called every few seconds.
    pub fn tidy(&self) {
        let mut readers = self.readers.lock();
        readers.retain(|_, places| places.strong_count() > 0);
        readers.shrink_to_fit();
    }
}

/// What a download holds while it runs.
type Held = Option<(BoxStream<'static, Result<Bytes, axum::Error>>, Place)>;

struct Reading {
    held: Mutex<Held>,
    moved: Mutex<Instant>,
}

/// The stream of a body with its idle timeout.
struct Watched {
    reading: Arc<Reading>,
    watch: AbortHandle,
}

/// A body of these bytes. It holds its place until it ends or is aborted.
pub fn body<E>(bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static, place: Place) -> Body
where
    E: Into<axum::BoxError> + 'static,
{
    Body::from_stream(watched(bytes, place, IDLE))
}

fn watched<E>(
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    place: Place,
    idle: Duration,
) -> Watched
where
    E: Into<axum::BoxError> + 'static,
{
    let bytes = bytes.map(|bytes| bytes.map_err(axum::Error::new)).boxed();
    let reading = Arc::new(Reading {
        held: Mutex::new(Some((bytes, place))),
        moved: Mutex::new(Instant::now()),
    });
    let watch = tokio::spawn(watch(Arc::clone(&reading), idle)).abort_handle();
    Watched { reading, watch }
}

async fn watch(reading: Arc<Reading>, idle: Duration) {
    loop {
        let until = *reading.moved.lock() + idle;
        if until <= Instant::now() {
            break;
        }
        tokio::time::sleep_until(until).await;
    }
    if reading.held.lock().take().is_some() {
        metrics::counter!("waybill_downloads_given_up_total").increment(1);
        tracing::info!("a download made no progress and was aborted");
    }
}

impl Stream for Watched {
    type Item = Result<Bytes, axum::Error>;
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut held = self.reading.held.lock();
        let Some((bytes, _)) = held.as_mut() else {
            let given_up = axum::Error::new("nobody read this for too long");
            return Poll::Ready(Some(Err(given_up)));
        };
        let next = ready!(bytes.poll_next_unpin(cx));
        *self.reading.moved.lock() = Instant::now();
        Poll::Ready(next)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.abort();
        self.reading.held.lock().take();
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    /// Endless bytes; the token is dropped with them.
    fn endless(held: Arc<()>) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
        stream::repeat_with(move || {
            let _ = &held;
            Ok(Bytes::from_static(b"x"))
        })
    }

    #[tokio::test]
    async fn what_nobody_reads_is_let_go_and_what_is_read_slowly_is_not() {
        let downloads = Downloads::new(2);
        let context = CallContext::default();
        let idle = Duration::from_secs(2);
        let [stopped, slow] = [Arc::new(()), Arc::new(())];
        let place = downloads.place(&context).await.unwrap();
        let mut left = watched(endless(Arc::clone(&stopped)), place, idle);
        assert!(left.next().await.unwrap().is_ok());
        let place = downloads.place(&context).await.unwrap();
        let mut read = watched(endless(Arc::clone(&slow)), place, idle);
        while Arc::strong_count(&stopped) > 1 {
            assert!(read.next().await.unwrap().is_ok());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(
            left.next().await.unwrap().is_err(),
            "a truncated body must not look complete"
        );
        assert!(read.next().await.unwrap().is_ok());
        drop(read);
        assert_eq!(Arc::strong_count(&slow), 1);
        // Both places are free again.
        let first = downloads.place(&context).await.unwrap();
        let second = downloads.place(&context).await.unwrap();
        let refused = downloads.place(&context).await.unwrap_err();
        assert_eq!(refused.code, waybill_service_kit::ErrorCode::RateLimited);
        drop((first, second));
        downloads.tidy();
        assert!(downloads.readers.lock().is_empty());
    }
}
