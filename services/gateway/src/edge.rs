//! Outermost middleware of every request: request id, authentication, panics, deadline, error format, headers, log line, metrics.

mod limit;
mod local;
mod security;

use std::{
    net::SocketAddr,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
use tracing::Instrument as _;
use waybill_primitives::Timestamp;
use waybill_proto::{
    auth::Denial,
    common::{Person, Role},
};
use waybill_service_kit::{AppError, bearer, new_request_id, tokens::AccessClaims};

pub use self::limit::limit;
use self::security::{is_html, secure};
use crate::{
    app::{App, Gateway, based},
    error::ApiError,
    extract::{Identity, RequestInfo, host},
    multipart::declared_length,
    routes::media::largest_upload,
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer request ids are replaced.
const MAX_REQUEST_ID: usize = 128;
/// The only path at which Socket.IO answers, in its own protocol.
pub const SOCKET_PATH: &str = "/socket.io/";

/// The outermost layer.
pub async fn edge(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id: Arc<str> = own_id(request.headers())
        .map_or_else(new_request_id, str::to_owned)
        .into();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let may_stay_unread = may_stay_unread(&request);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|matched| matched.as_str().to_owned());
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| *peer);
    let (timeout, largest) = match route.as_deref().and_then(largest_upload) {
        Some(largest) => (app.settings.upload_timeout, largest),
        None => (app.settings.request_timeout, app.settings.body_limit),
    };
    // Before anything is read. A body without a declared length is measured as it arrives.
    let too_large =
        declared_length(request.headers()).is_some_and(|length| length > largest as u64);
    let span = tracing::info_span!("http", %request_id, %method, path = %path, address = tracing::field::Empty, user = tracing::field::Empty);

    let mut known = None;
    let work = async {
        let base = base(&app, &request, peer);
        let info = identify(
            &app,
            request.headers(),
            peer,
            &base,
            Arc::clone(&request_id),
        )
        .await;
        tracing::Span::current().record("address", info.client_address.as_str());
        if let Identity::User { claims, .. } = &info.identity {
            tracing::Span::current().record("user", tracing::field::display(claims.sub));
        }
        known = Some(info.clone());
        request.extensions_mut().insert(info);
        if let Some(refusal) = app
            .local_only
            .then(|| local::check(&request).err())
            .flatten()
        {
            return ApiError::from(refusal).into_response();
        }
        if too_large {
            return ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE).into_response();
        }
        // Answers are serialized in the handler's future.
        based(&base, next.run(request)).await
    };
    // Unwind safe: the state of the handler is dropped with the panic and never used again.
    let work = AssertUnwindSafe(work).catch_unwind();
    let outcome = tokio::time::timeout(timeout, work)
        .instrument(span.clone())
        .await;
    let _entered = span.enter();
    let mut response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => ApiError::from(AppError::internal("a handler panicked")).into_response(),
        Err(_) => {
            tracing::warn!("a request exceeded its deadline");
            let error = AppError::unavailable("this took too long; try again")
                .with_retry_after(Duration::from_secs(1));
            ApiError::from(error).into_response()
        }
    };

    let is_socket = is_socket(&path);
    // Requests refused before they reach Socket.IO get the error format of the API.
    if !is_socket || response.extensions().get::<ApiError>().is_some() {
        write_error(&mut response, &request_id, &method);
    }
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        secure(response.headers_mut(), &path, &app);
    }
    if let Ok(value) = HeaderValue::try_from(request_id.as_ref()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    if may_stay_unread && !response.status().is_success() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let status = response.status().as_u16();
    if let (StatusCode::FORBIDDEN, Some(info)) = (response.status(), &known) {
        let route = route.as_deref().unwrap_or("unknown");
        tracing::warn!(
            action = "security.denied",
            "a security event: {method} {route} was refused"
        );
        if let Identity::User { claims, .. } = &info.identity {
            let route = format!("{method} {route}");
            app.denials.note(denial(info, claims, route));
        }
    }
    let elapsed = started.elapsed();
    if !(is_socket || is_check(&path)) {
        tracing::info!(
            status,
            elapsed_us = elapsed.as_micros() as u64,
            "{method} {path}"
        );
    }
    measure(&method, route, is_socket, status, elapsed);
    response
}

/// Bodies up to this many bytes arrive together with the headers, and are read even if the request is refused.
const SMALL_BODY: u64 = 4 * 1024;

/// Whether a refusal may leave the rest of the body unread. The server then closes the connection and has to announce it, or
/// the client's next request on that connection is lost. HTTP/2 has a stream for each request instead.
fn may_stay_unread(request: &Request) -> bool {
    let headers = request.headers();
    request.version() < Version::HTTP_2
        && (declared_length(headers).is_some_and(|length| length > SMALL_BODY)
            || headers.contains_key(header::TRANSFER_ENCODING))
}

/// Below this path, a trailing slash is ignored.
const API: &str = "/api/v1/";

/// Removes one trailing slash from the path of an API request. Only one: a path with an empty id (`//`) must not match the list.
pub fn without_slash(mut request: Request) -> Request {
    let uri = request.uri();
    let path = uri.path().strip_suffix('/');
    let Some(path) = path.filter(|path| path.starts_with(API)) else {
        return request;
    };
    let shorter = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = shorter.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

/// Whether Socket.IO answers this path.
fn is_socket(path: &str) -> bool {
    path == SOCKET_PATH
}

/// The client's own request id, if valid: at most 128 letters, digits and `-_.`.
fn own_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let well_formed = (1..=MAX_REQUEST_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    well_formed.then_some(id)
}

async fn identify(
    app: &Gateway,
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
    base: &Arc<str>,
    request_id: Arc<str>,
) -> RequestInfo {
    let identity = match headers.get(header::AUTHORIZATION) {
        None => Identity::Anonymous,
        Some(value) => match value.to_str().ok().and_then(bearer) {
            None => refused(AppError::unauthenticated(
                "send the access token as `Authorization: Bearer …`",
            )),
            Some(token) => match app.verifier.verify(token).await {
                Ok(claims) => Identity::User {
                    claims,
                    token: token.into(),
                },
                Err(error) => refused(error),
            },
        },
    };
    RequestInfo {
        request_id,
        traceparent: headers
            .get("traceparent")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        client_address: app.proxies.client(peer, headers),
        identity,
        base: Arc::clone(base),
    }
}

fn denial(info: &RequestInfo, claims: &AccessClaims, route: String) -> Denial {
    Denial {
        at: Some(Timestamp::now()),
        actor: Some(Person {
            id: claims.sub.to_string(),
            name: claims.name.clone(),
            role: Role::from(claims.role).into(),
        }),
        client_address: info.client_address.clone(),
        request_id: info.request_id.to_string(),
        route,
    }
}

/// The URL of the gateway for this client: the configured one, else the one that the request names.
fn base(app: &Gateway, request: &Request, peer: Option<SocketAddr>) -> Arc<str> {
    if app.settings.public_url.is_some() {
        return Arc::clone(&app.base);
    }
    let headers = request.headers();
    let host = host(headers, request.uri());
    let scheme = if app.proxies.is_secure(peer, headers) {
        "https"
    } else {
        "http"
    };
    host.map_or_else(
        || Arc::clone(&app.base),
        |host| format!("{scheme}://{host}").into(),
    )
}

fn refused(error: AppError) -> Identity {
    Identity::Refused(Arc::new(error.into()))
}

/// Paths that load balancers and monitors poll.
fn is_check(path: &str) -> bool {
    matches!(path, "/health" | "/healthz" | "/readyz")
}

/// Writes the body of an error from a handler, or from a layer that only set the status.
fn write_error(response: &mut Response, request_id: &str, method: &Method) {
    let status = response.status();
    let error = match response.extensions_mut().remove::<ApiError>() {
        Some(error) => error,
        None if !(status.is_client_error() || status.is_server_error()) => return,
        // A handler's own answer, such as /readyz, or a page.
        None if crate::extract::is_json(response.headers()) || is_html(response.headers()) => {
            return;
        }
        None => ApiError::of_status(status),
    };
    let body = error.body(request_id);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    if error.status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(header::RETRY_AFTER)
    {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    *response.body_mut() = if *method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(body)
    };
}

fn measure(method: &Method, route: Option<String>, socket: bool, status: u16, elapsed: Duration) {
    let route = match route {
        _ if socket => "/socket.io".to_owned(),
        Some(route) => route,
        None => "unknown".to_owned(),
    };
    // Non-standard methods must not become labels: clients could invent any number of them.
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    metrics::counter!("waybill_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("waybill_http_request_seconds", "method" => method, "route" => route)
        .record(elapsed.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_taken_over_if_well_formed() {
        let id = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_static(text));
            own_id(&headers).map(str::to_owned)
        };
        assert_eq!(id("req-1.a_B"), Some("req-1.a_B".to_owned()));
        for bad in ["", "a b", "a\"b", "<script>"] {
            assert_eq!(id(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_slash_at_the_end_of_a_path_of_the_api_goes() {
        for (uri, becomes) in [
            ("/api/v1/products/", "/api/v1/products"),
            ("/api/v1/products/?q=a/", "/api/v1/products?q=a/"),
            ("http://x/api/v1/orders/1/", "http://x/api/v1/orders/1"),
            ("/api/v1/orders//", "/api/v1/orders/"),
            ("/api/v1/products", "/api/v1/products"),
            ("/api/v1/", "/api/v1/"),
            ("/api/products/", "/api/products/"),
            ("/socket.io/", "/socket.io/"),
        ] {
            let request = Request::builder().uri(uri).body(Body::empty()).unwrap();
            assert_eq!(without_slash(request).uri(), becomes, "{uri}");
        }
    }
}
