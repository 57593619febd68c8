//! For operators and programs: health, metrics, the contracts, the keys.

use std::sync::atomic::Ordering;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::auth as pb;

use crate::{
    app::{App, read},
    asyncapi,
    error::ApiError,
    extract::Unsigned,
    health::{self, SystemReport},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(metrics))
        .routes(routes!(jwks))
}

/// The contracts themselves; not described by themselves.
pub fn documents(openapi: String) -> Router<App> {
    let openapi: bytes::Bytes = openapi.into();
    Router::new()
        .route(
            "/openapi.json",
            get(move || async move { document(openapi) }),
        )
        .route(
            "/asyncapi.json",
            get(|| async { document(asyncapi::document().into()) }),
        )
}

fn document(body: bytes::Bytes) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// How each part of the platform is.
#[utoipa::path(get, path = "/health", tag = "operations",
    responses((status = 200, description = "The parts; `status` says whether one is down", body = SystemReport)))]
pub async fn health(State(app): State<App>) -> Json<SystemReport> {
    Json(health::report(&app).await)
}

/// An answer of two words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    #[schema(example = "OK")]
    pub status: &'static str,
}

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "It runs", body = Check)))]
pub async fn healthz() -> Json<Check> {
    Json(Check { status: "OK" })
}

/// Whether requests should be sent here: all services were there at least once, and it is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, description = "Ready", body = Check)))]
pub async fn readyz(State(app): State<App>) -> Response {
    if app.leaving.is_cancelled() {
        return not_ready("STOPPING");
    }
    // Later, a service that is away is no reason to take this gateway out: the rest of the API goes on.
    if app.seen_ready.load(Ordering::Relaxed) {
        return Json(Check { status: "OK" }).into_response();
    }
    if health::report(&app).await.status == "OK" {
        app.seen_ready.store(true, Ordering::Relaxed);
        return Json(Check { status: "OK" }).into_response();
    }
    not_ready("STARTING")
}

fn not_ready(status: &'static str) -> Response {
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(Check { status })).into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Metrics in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain")))]
pub async fn metrics() -> Response {
    waybill_service_kit::serve::metrics().await.into_response()
}

/// The public keys that verify access tokens (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "operations",
    responses((status = 200, description = "The key set", body = Object)))]
pub async fn jwks(
    State(app): State<App>,
    Unsigned(context): Unsigned,
) -> Result<Response, ApiError> {
    let answer = read!(app.auth, get_jwks, &context, pb::GetJwksRequest {})?;
    let mut response = document(answer.jwks_json.into());
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    Ok(response)
}
