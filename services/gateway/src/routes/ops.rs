//! For operators and programs: health, metrics, API documents, public keys.

use std::sync::atomic::Ordering;

use axum::{Json, Router, extract::State, response::Response, routing::get};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::auth as pb;

use crate::{
    answer::{Answer, Raw},
    app::{App, Gateway, read},
    error::ApiError,
    extract::Unsigned,
    health::{self, Health, Link, SystemReport},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_health))
        .routes(routes!(get_liveness))
        .routes(routes!(get_readiness))
        .routes(routes!(get_jwks))
}

/// The AsyncAPI document, which OpenAPI does not describe.
pub fn asyncapi(document_text: &'static str) -> Router<App> {
    Router::new().route(
        "/asyncapi.json",
        get(move || async move { document(document_text.into()) }),
    )
}

/// Routes of the operations listener.
pub fn operations(app: App) -> Router {
    Router::new()
        .route("/health", get(details))
        .route("/healthz", get(get_liveness))
        .route("/readyz", get(get_readiness))
        .route("/metrics", get(waybill_service_kit::serve::metrics))
        .with_state(app)
}

/// The status of each part of the platform.
async fn details(State(app): State<App>) -> Json<SystemReport> {
    Json(health::report(&app).await)
}

/// A JSON document.
pub fn document(body: bytes::Bytes) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// Read the status of the platform.
///
/// Details of each part: for administrators at `/api/v1/admin/system`, for operators on the operations listener.
#[utoipa::path(get, path = "/health", tag = "operations", security(()))]
pub async fn get_health(State(app): State<App>) -> Answer<Health> {
    Answer(health::report(&app).await.health)
}

/// Whether requests should be sent here; if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Readiness {
    Ok,
    Starting,
    Stopping,
    /// A dependency cannot be reached.
    Database,
}

/// The answer of a probe.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    pub status: Readiness,
}

/// Check that the process runs (liveness).
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()))]
pub async fn get_liveness() -> Answer<Check> {
    Answer(Check {
        status: Readiness::Ok,
    })
}

/// Check whether requests should be sent here (readiness).
///
/// The gateway stays ready if a part of the platform is down: the rest of the API works, and `/health` says `DEGRADED`.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses((status = 503, description = "Not ready; `Retry-After` says when to ask again.", body = Check)))]
pub async fn get_readiness(State(app): State<App>) -> Raw<Answer<Check>> {
    match readiness(&app).await {
        Readiness::Ok => Raw::new(Answer(Check {
            status: Readiness::Ok,
        })),
        status => {
            let soon = [(header::RETRY_AFTER, "1")];
            let check = Json(Check { status });
            Raw::new((StatusCode::SERVICE_UNAVAILABLE, soon, check))
        }
    }
}

async fn readiness(app: &Gateway) -> Readiness {
    if app.leaving.is_cancelled() {
        return Readiness::Stopping;
    }
    if !app.complete.load(Ordering::Relaxed) {
        return Readiness::Starting;
    }
    if app.one_process {
        return match health::report(app).await.health.database {
            Link::Disconnected => Readiness::Database,
            _ => Readiness::Ok,
        };
    }
    // A gateway that has never reached any service is in the wrong network or has wrong addresses.
    if health::reached(app).await {
        Readiness::Ok
    } else {
        Readiness::Starting
    }
}

/// Read the public keys that verify access tokens (JWKS, RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "operations", security(()),
    responses((status = 200, description = "The key set", body = HashMap<String, Value>)))]
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
    Ok(Raw::new(response))
}
