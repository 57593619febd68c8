//! One client type for both shapes: a call in memory or over the network looks the same to the caller.

mod connect;
mod message;
mod peer;
mod pool;
mod remote;

use std::{
    convert::Infallible,
    future::Future,
    sync::atomic::{AtomicI32, Ordering},
    time::{Duration, Instant},
};

use backon::{ExponentialBuilder, Retryable as _};
use http::{Request, Response};
use tonic::{
    Status,
    body::Body,
    metadata::{AsciiMetadataValue, MetadataMap},
    service::Routes,
};
use tower::util::BoxCloneSyncService;
use waybill_primitives::backoff;

pub use pool::Resolve;
pub use remote::{remote, resolved};

use crate::{AppError, CallContext, ErrorKind, trace};

/// The transport of every client: `OrderServiceClient<GrpcChannel>`. It never fails: transport errors are responses with the
/// status `UNAVAILABLE`.
pub type GrpcChannel = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long a call may take when the caller sets no deadline.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10);

/// Calls routes of this process without a socket, and without the server's layers:
/// [`crate::service::start`] gives a channel with them.
pub fn local(routes: Routes) -> GrpcChannel {
    BoxCloneSyncService::new(routes.prepare())
}

/// The caller's deadline in the `grpc-timeout` header; none if absent or malformed.
pub(crate) fn deadline_of(headers: &http::HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(value * 3600),
        "M" => Duration::from_secs(value * 60),
        "S" => Duration::from_secs(value),
        "m" => Duration::from_millis(value),
        "u" => Duration::from_micros(value),
        "n" => Duration::from_nanos(value),
        _ => return None,
    })
}

/// A request that carries the context `ctx`: deadline, trace, request id, token, idempotency key and the client's address.
pub fn outgoing<T>(ctx: &CallContext, message: T) -> tonic::Request<T> {
    outgoing_within(ctx, DEFAULT_DEADLINE, message)
}

/// As [`outgoing`], with a deadline of its own; never later than that of `ctx`.
pub fn outgoing_within<T>(ctx: &CallContext, deadline: Duration, message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    let left = ctx.deadline.map(|at| {
        at.saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1))
    });
    request.set_timeout(left.map_or(deadline, |left| left.min(deadline)));
    let metadata = request.metadata_mut();
    put(metadata, "x-request-id", Some(&ctx.request_id));
    let traceparent = trace::current().or_else(|| ctx.traceparent.clone());
    put(metadata, "traceparent", traceparent.as_deref());
    let authorization = ctx.token().map(|token| format!("Bearer {token}"));
    put(metadata, "authorization", authorization.as_deref());
    put(metadata, "idempotency-key", ctx.idempotency_key.as_deref());
    put(metadata, "x-client-address", ctx.client_address.as_deref());
    request
}

/// Leaves out values that a header cannot hold.
fn put(metadata: &mut MetadataMap, key: &'static str, value: Option<&str>) {
    let value = value.filter(|text| !text.is_empty());
    if let Some(value) = value.and_then(|text| AsciiMetadataValue::try_from(text).ok()) {
        metadata.insert(key, value);
    }
}

/// No retry of a read starts later than this after the first attempt.
const READ_PATIENCE: Duration = Duration::from_secs(3);
/// Pauses between the attempts of a read, of which there are three at most.
const READ_PAUSES: ExponentialBuilder =
    backoff(Duration::from_millis(50), Duration::from_millis(100))
        .with_max_times(2)
        .with_jitter();
/// Retries use a budget of the process, so that they do not multiply the load on a failing service: each first attempt adds one,
/// up to this many; each retry takes ten.
const BUDGET_MAX: i32 = 500;
const REPEAT_COST: i32 = 10;
static BUDGET: AtomicI32 = AtomicI32::new(BUDGET_MAX);

/// Makes a read and retries it when the service is unavailable. Never for writes: clients repeat those themselves, with their
/// idempotency key.
pub async fn retry_read<T, F, Fut>(mut call: F) -> Result<T, AppError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<tonic::Response<T>, Status>>,
{
    let started = Instant::now();
    let _ = BUDGET.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        (left < BUDGET_MAX).then_some(left + 1)
    });
    let pays = |left| (left >= REPEAT_COST).then_some(left - REPEAT_COST);
    let attempt = || {
        let call = call();
        async move { Ok(call.await?.into_inner()) }
    };
    attempt
        .retry(READ_PAUSES)
        .when(|error: &AppError| {
            error.kind == ErrorKind::Unavailable
                && started.elapsed() < READ_PATIENCE
                && BUDGET
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, pays)
                    .is_ok()
        })
        .await
}
