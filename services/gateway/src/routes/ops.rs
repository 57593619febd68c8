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
    answer::{Answer, Either, Raw},
    app::{App, Gateway, read},
    asyncapi,
    error::ApiError,
    extract::Unsigned,
    health::{self, Health, Link, SystemReport},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_health))
        .routes(routes!(get_liveness))
        .routes(routes!(get_readiness))
        .routes(routes!(get_metrics))
        .routes(routes!(get_jwks))
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

/// What operators ask, on a listener of its own.
pub fn operations(app: App) -> Router {
    Router::new()
        .route("/health", get(details))
        .route("/healthz", get(get_liveness))
        .route("/readyz", get(get_readiness))
        .route("/metrics", get(waybill_service_kit::serve::metrics))
        .with_state(app)
}

/// How each part of the platform is.
async fn details(State(app): State<App>) -> Json<SystemReport> {
    Json(health::report(&app).await)
}

fn document(body: bytes::Bytes) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// How the platform is.
///
/// Administrators read at `/api/v1/admin/system` how each part of it is, operators on the operations listener.
#[utoipa::path(get, path = "/health", tag = "operations", security(()))]
pub async fn get_health(State(app): State<App>) -> Answer<Health> {
    Answer(health::report(&app).await.health)
}

/// An answer of two words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    #[schema(example = "OK")]
    pub status: &'static str,
}

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()))]
pub async fn get_liveness() -> Answer<Check> {
    Answer(Check { status: "OK" })
}

/// Whether requests should be sent here.
///
/// A part that is away is no reason against it: the rest of the API goes on, and `/health` says `DEGRADED`.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()))]
pub async fn get_readiness(State(app): State<App>) -> Either<Answer<Check>, Response> {
    match unready(&app).await {
        None => Either::Described(Answer(Check { status: "OK" })),
        Some(why) => Either::Other(not_ready(why)),
    }
}

/// Why requests should not be sent here.
async fn unready(app: &Gateway) -> Option<&'static str> {
    if app.leaving.is_cancelled() {
        return Some("STOPPING");
    }
    if !app.complete.load(Ordering::Relaxed) {
        return Some("STARTING");
    }
    if app.one_process {
        let report = health::report(app).await;
        return (report.health.database == Link::Disconnected).then_some("DATABASE");
    }
    // One that has never reached any service is in the wrong network, or has wrong addresses.
    (!health::reached(app).await).then_some("STARTING")
}

fn not_ready(status: &'static str) -> Response {
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(Check { status })).into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Metrics in Prometheus' text format.
///
/// Where the process has an operations listener (`WAYBILL_OPS_LISTEN`), they are there and not here; in production they are
/// nowhere else.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain"),
        (status = 404, description = "They are on the operations listener", body = crate::error::ErrorBody<'_>)))]
pub async fn get_metrics(State(app): State<App>) -> Result<Raw, ApiError> {
    if app.operations || app.environment.is_production() {
        return Err(ApiError::of_status(StatusCode::NOT_FOUND));
    }
    Ok(Raw(waybill_service_kit::serve::metrics()
        .await
        .into_response()))
}

/// The public keys that verify access tokens (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "operations", security(()),
    responses((status = 200, description = "The key set", body = Object)))]
pub async fn get_jwks(
    State(app): State<App>,
    Unsigned(context): Unsigned,
) -> Result<Raw, ApiError> {
    let answer = read!(app.clients.auth, get_jwks, &context, pb::GetJwksRequest {})?;
    let mut response = document(answer.jwks_json.into());
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    Ok(Raw(response))
}
