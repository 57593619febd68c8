//! The gateway: REST, OpenAPI and Socket.IO for clients.
//!
//! Layers: config, denials, error, relative_json ← cache, input_errors, limits, multipart, objects, pages, web ← body ← read_only, downloads ← app, extract ← answer, dto, health ← expand, exports ← routes ← edge, server, sockets ← asyncapi, openapi, live_docs.
//!
//! A request passes `edge` (id, identity, deadline, panics, error format, headers, log, metrics), CORS, the rate limit, and
//! then its handler in `routes`, which takes checked input, calls a service (`app::read!`, `app::send!`) and answers with one of
//! its messages (`answer`), which are serialized as JSON directly. `sockets` sends events from the bus to live connections. The
//! gateway has no durable state.
//!
//! Module map: `config` (settings), `app` (shared state), `edge`, `limits`, `cache` (product lists), `relative_json` (answers without the gateway's address), `extract`, `body`, `objects`, `read_only` and `input_errors` (checked input), `answer`
//! (typed answers), `expand` (orders beside their ids), `exports` (lists as CSV), `error` (the one error format), `multipart` (forms with files), `downloads` (bodies that are read slowly), `dto`
//! (bodies of requests, composed answers), `routes`, `openapi`, `asyncapi` and `live_docs` (the contracts), `health`, `pages`
//! (templates), `web` (the web pages), `sockets`, `server` (listening and draining).

mod answer;
mod app;
mod asyncapi;
mod body;
mod cache;
mod config;
mod denials;
mod downloads;
mod dto;
mod edge;
mod error;
mod expand;
mod exports;
mod extract;
mod health;
mod input_errors;
mod limits;
mod live_docs;
mod multipart;
mod objects;
mod pages;
mod read_only;
mod relative_json;
mod routes;
mod server;
mod sockets;
mod web;

/// The OpenAPI document.
pub mod openapi;

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn_with_state, map_response},
};
use http::{HeaderName, HeaderValue, Method, header, request::Parts};
use parking_lot::RwLock;
use tower::{Service as _, util::MapRequest};
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    cors::{AllowOrigin, CorsLayer},
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;
use waybill_bus::Bus;
use waybill_proto::{Channels, Clients};
use waybill_service_kit::{
    AppError, GrpcChannel,
    settings::Environment,
    shutdown::Shutdown,
    tokens::{ServiceTokens, Verifier},
};

pub use app::DemoAccount;
pub use asyncapi::document as asyncapi_document;
pub use config::GatewaySettings;
#[doc(hidden)]
pub use multipart::fuzz as fuzz_form;
pub use server::{Connections, serve};

use crate::app::Gateway;

/// What the gateway is built from.
#[derive(Clone)]
pub struct GatewayDeps {
    pub channels: Channels<GrpcChannel>,
    pub bus: Arc<dyn Bus>,
    pub verifier: Arc<Verifier>,
    pub service_tokens: ServiceTokens,
    pub settings: GatewaySettings,
    pub environment: Environment,
    /// Requests that came through a proxy are refused: development, for this machine only.
    pub local_only: bool,
    /// In its leaving phase `/readyz` reports it; in its closing phase sockets are closed.
    pub shutdown: Shutdown,
    /// Shown on the welcome page.
    pub demo_accounts: Vec<DemoAccount>,
    /// Serve the pages of the development mailbox.
    pub mailbox: bool,
    /// The services run in this process; it is ready if their databases are.
    pub one_process: bool,
    /// False until the start is complete (such as writing the demo data); not ready before.
    pub complete: Arc<AtomicBool>,
}

/// What the gateway serves.
pub struct Routers {
    /// To everybody.
    pub public: Router,
    /// To operators, on a listener of their own: health in detail, metrics.
    pub operations: Router,
}

/// Interval of removing rate limit keys that have their full limit again.
const TIDY_EVERY: Duration = Duration::from_secs(10);
/// Browsers keep the answer to a CORS preflight this long.
const PREFLIGHT_AGE: Duration = Duration::from_hours(1);

/// Wires the routers and starts the background work of the gateway, which ends when `deps.shutdown` is closing.
#[expect(
    clippy::unused_async,
    reason = "built like every service, and only within a runtime"
)]
pub async fn build(deps: GatewayDeps) -> Result<Routers, AppError> {
    let errors = deps.settings.errors(deps.environment, deps.local_only);
    if let Some((name, problem)) = errors.into_iter().next() {
        return Err(AppError::internal(format!("{name} {problem}")));
    }
    let channels = deps.channels;
    let (denials, denied) = denials::Denials::new();
    let app = Arc::new(Gateway {
        clients: Clients::new(&channels),
        channels,
        bus: deps.bus,
        verifier: deps.verifier,
        service_tokens: deps.service_tokens,
        limits: limits::Limits::new(&deps.settings),
        proxies: limits::Proxies(deps.settings.trusted_proxies.clone()),
        downloads: downloads::Downloads::new(deps.settings.downloads),
        denials,
        products: cache::ProductCache::new(
            deps.settings.product_cache_ttl,
            deps.settings.product_cache_stale,
        ),
        payment_providers: RwLock::default(),
        templates: pages::Templates::new()?,
        web: web::Web::find(deps.settings.web.as_deref())?,
        base: deps.settings.base().into(),
        settings: deps.settings,
        environment: deps.environment,
        local_only: deps.local_only,
        demo_accounts: deps.demo_accounts,
        mailbox: deps.mailbox,
        started: Instant::now(),
        one_process: deps.one_process,
        complete: deps.complete,
        reached: AtomicBool::new(false),
        leaving: deps.shutdown.leaving().clone(),
        stop: deps.shutdown.closing().clone(),
    });
    let (sockets, live) = sockets::service(&app);
    tokio::spawn(live);
    tokio::spawn(tidy(Arc::clone(&app)));
    let reporter = denials::Reporter {
        audit: app.clients.audit.clone(),
        service_tokens: app.service_tokens.clone(),
        stop: app.stop.clone(),
    };
    tokio::spawn(reporter.run(denied));
    if !app.one_process {
        tokio::spawn(health::find_services(Arc::clone(&app)));
    }

    let (described, api) = described();
    let document = openapi::complete(&api)?;
    let assets = app.web.as_ref().map(web::Web::assets).unwrap_or_default();
    let router = described
        .merge(routes::short::other_spellings())
        .merge(openapi::demo::routes(document))
        .merge(routes::ops::asyncapi(asyncapi::document()))
        .merge(live_docs::routes())
        .merge(routes::pages::routes(app.mailbox))
        .merge(assets)
        .route_service(
            edge::SOCKET_PATH,
            MapRequest::new(sockets, sockets::detached),
        )
        // Before the state, so that the layers are built once and not for each request.
        .fallback(routes::pages::page_or_missing)
        .with_state(Arc::clone(&app))
        .merge(swagger(app.environment))
        .layer(DefaultBodyLimit::max(app.settings.body_limit))
        .layer(from_fn_with_state(Arc::clone(&app), edge::limit))
        .layer(cors(&app))
        .layer(from_fn_with_state(Arc::clone(&app), edge::edge))
        .layer(CompressionLayer::new().compress_when(not_files()));
    Ok(Routers {
        public: with_or_without_slash(router),
        operations: routes::ops::operations(app),
    })
}

/// Ignores a trailing slash in API paths: a request that matches no route is routed again without it, through all layers and with
/// the route's own pattern in the log.
fn with_or_without_slash(router: Router) -> Router {
    let whole = router.clone();
    router.fallback(move |request: axum::extract::Request| {
        let mut whole = whole.clone();
        async move { whole.call(edge::without_slash(request)).await }
    })
}

/// The OpenAPI document of all routes.
pub fn openapi_document() -> Result<serde_json::Value, AppError> {
    openapi::complete(&described().1)
}

fn described() -> (Router<app::App>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(routes::all())
        .split_for_parts()
}

fn swagger(environment: Environment) -> Router {
    let config = utoipa_swagger_ui::Config::from("/openapi.json")
        .try_it_out_enabled(true)
        // In the browser's storage, where any script of the page would find it.
        .persist_authorization(!environment.is_production());
    // Its files never change within one version.
    Router::from(SwaggerUi::new("/api-docs").config(config)).layer(map_response(
        async |mut response: axum::response::Response| {
            response
                .headers_mut()
                .entry(header::CACHE_CONTROL)
                .or_insert(HeaderValue::from_static("public, max-age=3600"));
            response
        },
    ))
}

fn cors(app: &Arc<Gateway>) -> CorsLayer {
    let app = Arc::clone(app);
    let allow = move |origin: &HeaderValue, _: &Parts| {
        origin
            .to_str()
            .is_ok_and(|origin| app.allows_origin(origin))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allow))
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            extract::CART_TOKEN,
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("traceparent"),
        ])
        .expose_headers([
            header::AGE,
            HeaderName::from_static("cache-status"),
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("idempotency-replayed"),
            extract::CART_TOKEN,
            HeaderName::from_static("ratelimit-limit"),
            HeaderName::from_static("ratelimit-remaining"),
            HeaderName::from_static("ratelimit-reset"),
        ])
        .max_age(PREFLIGHT_AGE)
}

/// Not for files: they are compressed already, and lengths and ranges refer to the uncompressed bytes.
fn not_files() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("application/pdf"))
}

async fn tidy(app: Arc<Gateway>) {
    let mut timer = tokio::time::interval(TIDY_EVERY);
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            _ = timer.tick() => {
                app.limits.tidy();
                app.downloads.tidy();
            }
        }
    }
}
