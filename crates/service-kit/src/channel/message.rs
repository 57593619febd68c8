//! The request of a call, and whether it can be sent again.

use std::error::Error;

use bytes::Bytes;
use http::{Request, request::Parts};
use http_body_util::{BodyExt as _, Full};
use tonic::{ConnectError, Status, body::Body};

/// A request that can be sent again if its body is one message.
pub(super) struct Message {
    parts: Parts,
    body: Content,
}

enum Content {
    One(Bytes),
    Stream(Option<Body>),
}

impl Message {
    pub(super) async fn read(request: Request<Body>) -> Result<Self, Status> {
        let (parts, body) = request.into_parts();
        let body = if waybill_proto::takes_stream(parts.uri.path().trim_start_matches('/')) {
            Content::Stream(Some(body))
        } else {
            Content::One(body.collect().await?.to_bytes())
        };
        Ok(Self { parts, body })
    }

    /// The request. A stream is complete only the first time.
    pub(super) fn next(&mut self) -> Request<Body> {
        let body = match &mut self.body {
            Content::One(bytes) => Body::new(Full::new(bytes.clone())),
            Content::Stream(body) => body.take().unwrap_or_default(),
        };
        Request::from_parts(self.parts.clone(), body)
    }

    pub(super) fn can_be_repeated(&self) -> bool {
        matches!(self.body, Content::One(_))
    }

    /// The method, as `waybill.order.v1.OrderService/GetOrder`.
    pub(super) fn path(&self) -> &str {
        self.parts.uri.path().trim_start_matches('/')
    }
}

/// How a call ended without a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// There was no connection to send it on.
    NotConnected,
    /// The connection was closing. It is certain that the call was never started.
    NotStarted,
    /// It may have taken effect.
    Unknown,
}

impl Loss {
    /// Derives it from the causes of a transport error.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<ConnectError>() {
                return Self::NotConnected;
            }
            // hyper cancels requests that it has not written: this one was queued when the connection ended.
            let canceled = error
                .downcast_ref::<hyper::Error>()
                .is_some_and(hyper::Error::is_canceled);
            if canceled || error.downcast_ref::<h2::Error>().is_some_and(refused) {
                return Self::NotStarted;
            }
            cause = error.source();
        }
        Self::Unknown
    }
}

/// A stream is refused individually, or by a GOAWAY whose last stream id is lower. h2 returns the error of a received GOAWAY only
/// to such streams.
fn refused(error: &h2::Error) -> bool {
    let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    error.is_remote() && (refused || error.is_go_away())
}
