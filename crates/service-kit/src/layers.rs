//! What runs before and after every handler, in both shapes: identity, deadline, panics, trace, metrics.

use std::{
    any::Any,
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyStream, StreamBody};
use opentelemetry::{global, propagation::Extractor};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::{
    AppError, CallContext, Caller, UserCaller,
    caller::new_request_id,
    channel::{DEFAULT_DEADLINE, deadline_of},
    tokens::{self, ServiceTokens, Verifier},
    trace,
};

/// How long a handler may run on after its caller's deadline, to finish its current statement.
const GRACE: Duration = Duration::from_secs(5);
/// The longest deadline that a caller gets.
const MAX_DEADLINE: Duration = Duration::from_mins(1);
/// The longest deadline where the caller sends a stream: a file from a phone on a slow line.
const MAX_UPLOAD_TIME: Duration = Duration::from_mins(15);
/// Every response carries the platform's version, for the gateway's system report.
const VERSION_HEADER: &str = "x-waybill-version";
/// Longer request ids are ignored.
const MAX_HEADER_TEXT: usize = 255;

/// The layers of a service's gRPC server. The handler finds a [`CallContext`] in the request's extensions, and nothing that the
/// caller may have put there.
#[derive(Clone)]
pub struct ServerLayer {
    service: &'static str,
    verifier: Arc<Verifier>,
    service_tokens: ServiceTokens,
}

impl ServerLayer {
    pub fn new(
        service: &'static str,
        verifier: Arc<Verifier>,
        service_tokens: ServiceTokens,
    ) -> Self {
        Self {
            service,
            verifier,
            service_tokens,
        }
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = Guarded<S>;
    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            inner,
            layer: self.clone(),
        }
    }
}

/// A service behind the [`ServerLayer`].
#[derive(Clone)]
pub struct Guarded<S> {
    inner: S,
    layer: ServerLayer,
}

impl<S> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // Uses the service that is ready; the clone replaces it.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move { Ok(layer.handle(inner, request).await) })
    }
}

impl ServerLayer {
    async fn handle<S>(self, mut inner: S, request: Request<Body>) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send + 'static,
        S::Future: Send,
    {
        let started = Instant::now();
        let (mut parts, mut body) = request.into_parts();
        // In one process, extensions that the caller set would reach the handler.
        parts.extensions.clear();
        let method = parts.uri.path().trim_start_matches('/').to_owned();
        let request_id = text(&parts.headers, "x-request-id").unwrap_or_else(new_request_id);
        let span = tracing::info_span!(
            "grpc",
            otel.name = %method,
            service = self.service,
            %method,
            %request_id,
            trace_id = tracing::field::Empty,
            user = tracing::field::Empty,
            order_id = tracing::field::Empty,
        );
        if !is_read(&method) {
            // Logged when the call ends; events that it causes may be consumed before.
            waybill_store::logged(self.service, &request_id);
        }
        let parent = global::get_text_map_propagator(|propagator| {
            propagator.extract(&Headers(&parts.headers))
        });
        let _ = span.set_parent(parent);
        let streams = waybill_proto::takes_stream(&method);
        let longest = if streams {
            MAX_UPLOAD_TIME
        } else {
            MAX_DEADLINE
        };
        let deadline = deadline_of(&parts.headers)
            .unwrap_or(DEFAULT_DEADLINE)
            .min(longest);

        let (service, layer) = (self.service, self);
        let work = async move {
            let mut context = layer.identify(&parts.headers, request_id).await?;
            context.deadline = Some(started + deadline);
            if let Caller::User(user) = &context.caller {
                tracing::Span::current().record("user", tracing::field::display(user.id));
                // A token says what its holder was when it was issued.
                if user.is_admin() && !is_read(parts.uri.path().trim_start_matches('/')) {
                    layer.verifier.confirm(user).await?;
                }
                if streams {
                    body = watched(body, Arc::clone(&layer.verifier), user.clone());
                }
            }
            parts.extensions.insert(context);
            let Ok(response) = inner.call(Request::from_parts(parts, body)).await;
            Ok::<_, Status>(response)
        };
        // A task of its own, so that a caller that hangs up or whose deadline passes does not interrupt a statement: on MySQL the
        // connection would be out of sync with its server from then on (transact-rs/sqlx#563).
        let work = tokio::time::timeout(deadline + GRACE, work).instrument(span.clone());
        let outcome = tokio::time::timeout(deadline, tokio::spawn(work)).await;
        let entered = span.enter();
        let mut response = match outcome {
            Ok(Ok(Ok(Ok(response)))) => response,
            Ok(Ok(Ok(Err(status)))) => status.into_http(),
            Ok(Err(error)) => {
                let what = match error.try_into_panic() {
                    Ok(panic) => format!("a handler panicked: {}", message(&*panic)),
                    Err(error) => error.to_string(),
                };
                Status::from(AppError::internal(what)).into_http()
            }
            Ok(Ok(Err(_))) | Err(_) => {
                tracing::warn!(?deadline, "a call did not end within its deadline");
                Status::deadline_exceeded("the call did not end within its deadline").into_http()
            }
        };
        let code = code_of(&response);
        let elapsed = started.elapsed();
        log(&method, code, elapsed);
        drop(entered);
        record(service, &method, code, elapsed);
        let version = http::HeaderValue::from_static(env!("CARGO_PKG_VERSION"));
        response.headers_mut().insert(VERSION_HEADER, version);
        response
    }

    async fn identify(
        &self,
        headers: &HeaderMap,
        request_id: String,
    ) -> Result<CallContext, Status> {
        let traceparent = trace::current_or_new(text(headers, "traceparent").as_deref());
        tracing::Span::current().record("trace_id", trace::trace_id(&traceparent));
        let mut context = CallContext {
            request_id,
            traceparent: Some(traceparent),
            // Of any length: the service must refuse a key that is too long, not ignore it.
            idempotency_key: visible(headers, "idempotency-key").map(str::to_owned),
            client_address: text(headers, "x-client-address"),
            ..CallContext::default()
        };
        let Some(authorization) = headers.get("authorization") else {
            return Ok(context);
        };
        let token = authorization
            .to_str()
            .ok()
            .and_then(bearer)
            .ok_or_else(|| AppError::unauthenticated("send the token as `Bearer …`"))?;
        context.caller = tokens::authenticate(&self.verifier, &self.service_tokens, token).await?;
        Ok(context.with_token(token))
    }
}

/// A body that ends with an error once the caller's token is revoked: sending a file may take longer than that.
fn watched(body: Body, verifier: Arc<Verifier>, user: UserCaller) -> Body {
    let frames = BodyStream::new(body).map(move |frame| {
        verifier.check_caller(&user)?;
        frame
    });
    Body::new(StreamBody::new(frames))
}

/// The token in the value of an `Authorization` header.
pub fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = visible(headers, name)?;
    (text.len() <= MAX_HEADER_TEXT).then(|| text.to_owned())
}

/// The value of a header, if it consists of visible ASCII characters.
fn visible<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then_some(text)
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Errors are sent as headers, without a body; everything else counts as a success here.
fn code_of(response: &Response<Body>) -> Code {
    response
        .headers()
        .get("grpc-status")
        .map_or(Code::Ok, |value| Code::from_bytes(value.as_bytes()))
}

/// A read that takes longer is logged.
const SLOW: Duration = Duration::from_secs(1);

/// Every write is one line in the log of each service that works on it, so that a request can be found everywhere. Reads are
/// frequent and change nothing: they are logged only if they are slow or fail for an internal reason. Unavailable services are
/// reported by their callers, once and not for every read.
fn log(method: &str, code: Code, elapsed: Duration) {
    let elapsed_ms = elapsed.as_millis() as u64;
    let ours = matches!(
        code,
        Code::Unknown | Code::DeadlineExceeded | Code::Internal | Code::DataLoss
    );
    if !is_read(method) || ours || elapsed >= SLOW {
        tracing::info!(?code, elapsed_ms, "answered {method}");
    } else {
        tracing::debug!(?code, elapsed_ms, "answered {method}");
    }
}

/// Whether a method only reads: judged by its name; methods that are not the platform's own count as reads.
fn is_read(method: &str) -> bool {
    let name = method.rsplit('/').next().unwrap_or_default();
    !method.starts_with("waybill.")
        || ["Get", "List", "Read", "Export"]
            .iter()
            .any(|verb| name.starts_with(verb))
}

fn record(service: &'static str, method: &str, code: Code, elapsed: Duration) {
    // A method that does not exist must not become a label: callers choose its name.
    let method = if code == Code::Unimplemented {
        "unknown".to_owned()
    } else {
        method.to_owned()
    };
    metrics::counter!(
        "waybill_grpc_calls_total",
        "service" => service,
        "method" => method.clone(),
        "code" => format!("{code:?}"),
    )
    .increment(1);
    metrics::histogram!(
        "waybill_grpc_call_seconds",
        "service" => service,
        "method" => method,
    )
    .record(elapsed.as_secs_f64());
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }
    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use uuid::Uuid;
    use waybill_primitives::{Role, Timestamp, UserId};

    use super::*;
    use crate::crypto::JwkSet;

    #[tokio::test]
    async fn a_file_that_is_being_sent_ends_with_the_session() {
        let verifier = Verifier::fixed(&JwkSet::default());
        let session = Uuid::now_v7();
        let user = UserCaller {
            id: UserId::new(),
            role: Role::Admin,
            name: String::new(),
            email: String::new(),
            session: Some(session),
            guest: false,
        };
        let chunks = futures::stream::repeat_with(|| {
            Ok::<_, Status>(hyper::body::Frame::data(bytes::Bytes::from_static(
                b"chunk",
            )))
        });
        let body = Body::new(StreamBody::new(chunks));
        let mut body = watched(body, Arc::clone(&verifier), user);
        for _ in 0..2 {
            body.frame().await.unwrap().unwrap();
        }
        verifier.end_session(session, Timestamp::now().plus(Duration::from_mins(15)));
        let refused = body.frame().await.unwrap().unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated);
    }
}
