//! What happens on a connection: requests being handled, answers being sent, and when something last moved.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use http::{Response, Version};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::{Duration, Instant};

/// Writes up to this many bytes are no progress: pings of HTTP/2 (17 bytes each), which keep a connection, and are no use of it.
const UPKEEP: usize = 64;

/// The activity of one connection.
#[derive(Debug)]
pub struct Activity {
    /// Requests whose handler runs; it has a deadline.
    handled: AtomicUsize,
    /// Answers that are not sent to their end.
    answers: AtomicUsize,
    moved: Mutex<Instant>,
    asked: AtomicBool,
    http1: AtomicBool,
    tunnel: AtomicBool,
}

/// What a connection without progress needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// Something happens, or may until this time.
    Not(Instant),
    /// Nothing was ever asked.
    Never,
    /// Nothing was asked for too long.
    Unused,
    /// The client does not take its answers.
    Stuck,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            handled: AtomicUsize::new(0),
            answers: AtomicUsize::new(0),
            moved: Mutex::new(Instant::now()),
            asked: AtomicBool::new(false),
            http1: AtomicBool::new(false),
            tunnel: AtomicBool::new(false),
        }
    }
}

impl Activity {
    /// Counts a request while its handler runs.
    pub fn handle(self: &Arc<Self>, version: Version) -> Handling {
        self.moved();
        self.asked.store(true, Ordering::Relaxed);
        self.http1
            .fetch_or(version < Version::HTTP_2, Ordering::Relaxed);
        self.handled.fetch_add(1, Ordering::Relaxed);
        Handling(Arc::clone(self))
    }

    /// Whether a WebSocket on HTTP/2 was opened, whose frames are not seen here.
    pub fn has_tunnel(&self) -> bool {
        self.tunnel.load(Ordering::Relaxed)
    }

    /// The client has taken so many bytes: what is sent may be buffered, with nothing of it left in an answer.
    pub fn wrote(&self, bytes: usize) {
        if bytes > UPKEEP {
            self.moved();
        }
    }

    fn moved(&self) {
        *self.moved.lock() = Instant::now();
    }

    /// Whether nothing has moved for `patience`. On HTTP/1 that concerns only the first request: hyper limits the wait for the next
    /// one, and the connection the time in which nothing is taken.
    pub fn idle(&self, patience: Duration) -> Idle {
        // First: a request that ends after this has moved before.
        let handled = self.handled.load(Ordering::Acquire);
        let until = *self.moved.lock() + patience;
        let now = Instant::now();
        if handled > 0 || self.http1.load(Ordering::Relaxed) {
            return Idle::Not(now + patience);
        }
        if now < until {
            return Idle::Not(until);
        }
        if !self.asked.load(Ordering::Relaxed) {
            Idle::Never
        } else if self.answers.load(Ordering::Relaxed) == 0 {
            Idle::Unused
        } else {
            Idle::Stuck
        }
    }
}

/// A request that is being handled.
#[derive(Debug)]
pub struct Handling(Arc<Activity>);

impl Handling {
    /// The handler has answered: from now on its answer is sent. `connect`: the request asked for a WebSocket on HTTP/2.
    pub fn answer(self, connect: bool, answer: Response<Body>) -> Response<Answering> {
        let activity = Arc::clone(&self.0);
        if connect && answer.status().is_success() {
            activity.tunnel.store(true, Ordering::Relaxed);
        }
        activity.answers.fetch_add(1, Ordering::Relaxed);
        answer.map(|body| Answering { body, activity })
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.moved();
        self.0.handled.fetch_sub(1, Ordering::Release);
    }
}

/// The body of an answer; counts until it is sent or dropped.
#[derive(Debug)]
pub struct Answering {
    body: Body,
    activity: Arc<Activity>,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if frame.is_ready() {
            self.activity.moved();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.activity.moved();
        self.activity.answers.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn answer(activity: &Arc<Activity>, connect: bool, status: StatusCode) {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = status;
        drop(activity.handle(Version::HTTP_2).answer(connect, answer));
    }

    /// As if nothing had happened for longer than patience lasts.
    fn rest(activity: &Activity) {
        *activity.moved.lock() -= 2 * PATIENCE;
    }

    #[test]
    fn only_a_websocket_that_was_opened_is_a_tunnel() {
        let activity = Arc::<Activity>::default();
        answer(&activity, false, StatusCode::OK);
        answer(&activity, true, StatusCode::FORBIDDEN);
        assert!(!activity.has_tunnel());
        answer(&activity, true, StatusCode::OK);
        assert!(activity.has_tunnel());
    }

    #[test]
    fn what_is_written_counts_and_pings_do_not() {
        let activity = Arc::<Activity>::default();
        answer(&activity, false, StatusCode::OK);
        rest(&activity);
        activity.wrote(2 * 17);
        assert_eq!(activity.idle(PATIENCE), Idle::Unused);
        activity.wrote(1_000);
        assert!(matches!(activity.idle(PATIENCE), Idle::Not(_)));
        // On HTTP/1, others limit the time after the first request.
        drop(activity.handle(Version::HTTP_11));
        rest(&activity);
        assert!(matches!(activity.idle(PATIENCE), Idle::Not(_)));
    }
}
