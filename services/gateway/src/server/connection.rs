//! The stream of a connection: it keeps its places while it is open, and ends if the client accepts no data.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};
use waybill_service_kit::accept::Accepted;

use super::{activity::Activity, places::Place};

/// A client that accepts no data for this long is considered gone; otherwise its answers would be kept forever.
const STUCK: Duration = Duration::from_mins(1);

/// A connection with its permit, which it keeps as a WebSocket.
pub struct Connection {
    stream: Accepted,
    /// Timer that runs while the client accepts no data.
    pub(super) stuck: Option<Pin<Box<Sleep>>>,
    pub(super) timeout: Duration,
    activity: Arc<Activity>,
    _place: Place,
}

impl Connection {
    pub fn new(stream: Accepted, place: Place, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            stuck: None,
            timeout: STUCK,
            activity,
            _place: place,
        }
    }

    /// The result of a write; fails if the client has accepted no data for too long.
    fn within_patience(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(outcome) = &written {
            self.stuck = None;
            self.activity.wrote(*outcome.as_ref().unwrap_or(&0));
            return written;
        }
        let timeout = self.timeout;
        let stuck = self
            .stuck
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        stuck
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.within_patience(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        self.within_patience(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
