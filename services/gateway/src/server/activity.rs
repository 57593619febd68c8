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
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::{Duration, Instant};

/// The activity of one connection.
#[derive(Debug)]
pub struct Activity {
    /// Requests whose handler runs; it has a deadline.
    handled: AtomicUsize,
    /// Answers that are not sent to their end.
    answered: AtomicUsize,
    moved: Mutex<Instant>,
    asked: AtomicBool,
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
            answered: AtomicUsize::new(0),
            moved: Mutex::new(Instant::now()),
            asked: AtomicBool::new(false),
            tunnel: AtomicBool::new(false),
        }
    }
}

impl Activity {
    /// Counts a request while its handler runs. `connect`: it asks for a WebSocket on HTTP/2, whose frames are not seen here.
    pub fn handle(self: &Arc<Self>, connect: bool) -> Handling {
        self.moved();
        self.asked.store(true, Ordering::Relaxed);
        self.tunnel.fetch_or(connect, Ordering::Relaxed);
        self.handled.fetch_add(1, Ordering::Relaxed);
        Handling(Arc::clone(self))
    }

    /// Whether a WebSocket on HTTP/2 was asked for.
    pub fn has_tunnel(&self) -> bool {
        self.tunnel.load(Ordering::Relaxed)
    }

    fn moved(&self) {
        *self.moved.lock() = Instant::now();
    }

    /// Whether nothing has moved for `patience`. HTTP/2 pings do not count: they keep a connection, and are no use of it.
    pub fn idle(&self, patience: Duration) -> Idle {
        let until = *self.moved.lock() + patience;
        let now = Instant::now();
        if self.handled.load(Ordering::Relaxed) > 0 {
            return Idle::Not(now + patience);
        }
        if now < until {
            return Idle::Not(until);
        }
        if !self.asked.load(Ordering::Relaxed) {
            Idle::Never
        } else if self.answered.load(Ordering::Relaxed) == 0 {
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
    /// The handler has answered: from now on its answer is sent.
    pub fn answer(self, body: Body) -> Answering {
        self.0.answered.fetch_add(1, Ordering::Relaxed);
        Answering {
            body,
            activity: Arc::clone(&self.0),
        }
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.moved();
        self.0.handled.fetch_sub(1, Ordering::Relaxed);
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
        self.activity.answered.fetch_sub(1, Ordering::Relaxed);
    }
}
