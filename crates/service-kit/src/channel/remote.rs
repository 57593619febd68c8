//! Calls over the network: distributed among replicas, and sent again where that is safe.

use std::{convert::Infallible, error::Error, sync::Arc, time::Duration};

use backon::ExponentialBuilder;
use http::{Request, Response, Uri};
use http_body_util::BodyExt as _;
use tokio::time::Instant;
use tonic::{Status, body::Body};
use tower::{service_fn, util::BoxCloneSyncService};
use waybill_primitives::{Outage, Report, backoff, pause_after};

use super::{
    BoxError, DEFAULT_DEADLINE, GrpcChannel, deadline_of,
    message::{Loss, Message},
    pool::{Pool, Resolve},
};
use crate::AppError;

/// A call is sent this often at most.
const ATTEMPTS: i32 = 4;
/// Between two attempts.
const PAUSES: ExponentialBuilder =
    backoff(Duration::from_millis(25), Duration::from_millis(100)).with_jitter();

/// Calls the servers at `http://host:port`, in turn if the name has several addresses. Connects with the first call, and again
/// after a loss. A call that certainly was never started is sent again, to another server if possible, even if it is a write. A
/// service that is down or hangs gives `UNAVAILABLE` at once, one that is slow within the call's deadline.
pub fn remote(url: &str) -> Result<GrpcChannel, AppError> {
    let invalid = |what: &dyn std::fmt::Display| {
        AppError::internal(format!("{url} is not a gRPC address: {what}"))
    };
    let uri: Uri = url.parse().map_err(|error| invalid(&error))?;
    let host = uri.host().ok_or_else(|| invalid(&"it has no host"))?;
    let port = uri.port_u16().unwrap_or(80);
    let name = (host.trim_matches(['[', ']']).to_owned(), port);
    let resolve = move || {
        let name = name.clone();
        Box::pin(async move { Ok(tokio::net::lookup_host(name).await?.collect()) }) as _
    };
    Ok(resolved(uri, Arc::new(resolve)))
}

/// As [`remote`], with another source of addresses than the system's resolver.
pub fn resolved(origin: Uri, resolve: Resolve) -> GrpcChannel {
    let remote = Arc::new(Remote {
        target: origin.to_string(),
        pool: Pool::new(origin, resolve),
        away: Outage::default(),
        late: Outage::default(),
    });
    BoxCloneSyncService::new(service_fn(move |request: Request<Body>| {
        let remote = Arc::clone(&remote);
        async move {
            let answer = remote.call(request).await;
            Ok::<_, Infallible>(answer.unwrap_or_else(Status::into_http))
        }
    }))
}

struct Remote {
    target: String,
    pool: Arc<Pool>,
    /// It cannot be reached.
    away: Outage,
    /// Calls end without a response.
    late: Outage,
}

impl Remote {
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, Status> {
        let deadline = deadline_of(request.headers()).unwrap_or(DEFAULT_DEADLINE);
        // The server's own deadline ends first; this one is for a server that does not respond at all.
        let until = Instant::now() + deadline + Duration::from_millis(100);
        let mut message = Message::read(request).await?;
        match tokio::time::timeout_at(until, self.send(&mut message, deadline)).await {
            Ok(Ok(response)) => {
                self.answered();
                // Its messages may still be in flight when the connection ends.
                Ok(response.map(|body| Body::new(body.map_err(cut_off))))
            }
            Ok(Err(error)) => {
                self.cannot_be_reached(&*error);
                Err(unreachable())
            }
            Err(_) => {
                self.did_not_answer(message.path(), deadline);
                Err(unreachable())
            }
        }
    }

    async fn send(
        &self,
        message: &mut Message,
        deadline: Duration,
    ) -> Result<Response<Body>, BoxError> {
        let mut peer = self.pool.pick(None).await?;
        if peer.is_none() && message.path().starts_with("grpc.health.v1.") {
            // Not held back: its response says what is wrong. If it succeeds, other calls are let through again.
            if let Some(here) = self.pool.peers().await?.first() {
                return tokio::join!(here.ask(message.next()), here.look_now()).0;
            }
        }
        for attempt in 1.. {
            let Some(here) = peer else { break };
            let error = match here.send(message.next(), deadline).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let loss = Loss::of(&*error);
            let last = loss == Loss::Unknown || !message.can_be_repeated() || attempt == ATTEMPTS;
            let next = self.pool.pick(Some(&here)).await?;
            let elsewhere = next.as_ref().is_some_and(|next| !Arc::ptr_eq(next, &here));
            if loss == Loss::NotConnected && (last || elsewhere) {
                here.hold_back();
            }
            if last {
                return Err(error);
            }
            metrics::counter!("waybill_calls_repeated_total", "service" => self.target.clone())
                .increment(1);
            // A connection that ends fails the calls that come before it notices. Without a pause that could use up all attempts.
            let pause = !elsewhere && (loss == Loss::NotConnected || attempt > 1);
            if pause {
                tokio::time::sleep(pause_after(PAUSES, attempt)).await;
            }
            peer = next;
        }
        Err("it does not answer; calls to it are held back until it does".into())
    }

    fn answered(&self) {
        let service = &self.target;
        if let Some(report) = self.away.succeeded() {
            let Report { failures, lasted } = report;
            tracing::info!(service, failures, ?lasted, "a service can be reached again");
        }
        if let Some(report) = self.late.succeeded() {
            let Report { failures, lasted } = report;
            tracing::info!(
                service,
                failures,
                ?lasted,
                "a service answers in time again"
            );
        }
    }

    fn cannot_be_reached(&self, error: &(dyn Error + 'static)) {
        if let Some(Report { failures, .. }) = self.away.failed() {
            let error = crate::error::chain(error);
            tracing::warn!(service = self.target, failures, %error, "a service cannot be reached");
        }
    }

    fn did_not_answer(&self, method: &str, deadline: Duration) {
        if let Some(Report { failures, .. }) = self.late.failed() {
            let service = &self.target;
            tracing::warn!(
                service,
                method,
                ?deadline,
                failures,
                "a service did not answer in time"
            );
        }
    }
}

/// The error of a response that was cut off, which says nothing about the call itself.
fn cut_off(error: Status) -> Status {
    let mut status = Status::unavailable(format!("the answer was cut off: {}", error.message()));
    status.set_source(Arc::new(error));
    status
}

fn unreachable() -> Status {
    AppError::unavailable("a part of the shop is temporarily unavailable; try again")
        .with_retry_after(Duration::from_secs(1))
        .into()
}
