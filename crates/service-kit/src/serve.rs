//! A service on the network: gRPC with health and reflection, and a small HTTP server for operations.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use futures::{Stream, StreamExt as _, stream};
use http::{StatusCode, header};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;

use crate::{
    AppError, Running,
    accept::{self, Accepted},
    readiness::Readiness,
    shutdown::Shutdown,
    telemetry,
};

/// A connection is closed after this long and its caller reconnects: so callers of an address with several replicas find new
/// ones.
const CONNECTION_AGE: Duration = Duration::from_mins(5);

/// Where a service listens.
#[derive(Debug)]
pub struct Listeners {
    pub grpc: TcpListener,
    /// For `/healthz`, `/readyz` and `/metrics`.
    pub ops: Option<TcpListener>,
}

impl Listeners {
    /// Binds both; port 0 takes a free one.
    pub async fn bind(grpc: SocketAddr, ops: SocketAddr) -> Result<Self, AppError> {
        Ok(Self {
            grpc: bind(grpc).await?,
            ops: Some(bind(ops).await?),
        })
    }
}

/// Binds an address; the error names it.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| AppError::internal(format!("cannot listen on {address}: {error}")))
}

/// Serves until `shutdown` is closing, then accepts no new calls, finishes running ones, and drains consumers, jobs and relay.
/// All of that within `deadline`; unfinished work is dropped (and picked up at the next start). From `leaving` on, the service
/// reports that it is not ready.
pub async fn serve(
    running: Running,
    listeners: Listeners,
    shutdown: Shutdown,
    deadline: Duration,
) -> Result<(), AppError> {
    // Before the first call is counted.
    telemetry::metrics_handle();
    let leaving = shutdown.leaving().clone();
    let readiness = Readiness::start(running.name, &running.db, &running.bus, leaving);
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(waybill_proto::DESCRIPTORS)
        .build_v1()
        .map_err(AppError::internal)?;
    let routes = running
        .routes
        .clone()
        .add_service(readiness.health())
        .add_service(reflection);
    let ops = listeners
        .ops
        .map(|listener| tokio::spawn(serve_ops(listener, readiness)));
    let server = Server::builder()
        .max_connection_age(CONNECTION_AGE)
        .layer(running.layer.clone())
        .add_routes(routes)
        // It ends with `incoming`, which includes the connections that wait to be accepted: a signal would leave them out.
        .serve_with_incoming_shutdown(
            incoming(listeners.grpc, shutdown.closing().clone()),
            std::future::pending(),
        );
    let mut server = tokio::spawn(server);
    let started = tokio::select! {
        outcome = &mut server => {
            shutdown.begin(Duration::ZERO).await;
            running.drain(deadline).await;
            return flatten(outcome);
        }
        () = shutdown.closing().cancelled() => tokio::time::Instant::now(),
    };
    let calls_ended = tokio::time::timeout_at(started + deadline, &mut server).await;
    if calls_ended.is_err() {
        tracing::warn!(service = running.name, "calls did not end in time");
        server.abort();
    }
    let left = deadline.saturating_sub(started.elapsed());
    running.drain(left.max(Duration::from_millis(100))).await;
    if let Some(ops) = ops {
        ops.abort();
    }
    tracing::info!(service = running.name, "stopped");
    calls_ended.map_or(Ok(()), flatten)
}

/// Connections until `closing`, and then those that wait to be accepted.
fn incoming(
    listener: TcpListener,
    closing: CancellationToken,
) -> impl Stream<Item = io::Result<Accepted>> {
    let state = (Some(listener), None);
    let connections = stream::unfold(state, move |(mut open, mut rest)| {
        let closing = closing.clone();
        async move {
            if let Some(listener) = &open {
                let accepted = tokio::select! {
                    biased;
                    () = closing.cancelled() => None,
                    (stream, _) = accept::accept(listener) => Some(stream),
                };
                if let Some(stream) = accepted {
                    return Some((stream, (open, rest)));
                }
                rest = open.take().map(accept::waiting);
            }
            let (stream, _) = rest.as_mut()?.next()?;
            Some((stream, (open, rest)))
        }
    });
    connections.map(Ok)
}

fn flatten(
    outcome: Result<Result<(), tonic::transport::Error>, tokio::task::JoinError>,
) -> Result<(), AppError> {
    match outcome {
        Ok(served) => served.map_err(AppError::internal),
        Err(error) => Err(AppError::internal(error)),
    }
}

/// `/healthz`: the process runs. `/readyz`: it can work and is not stopping. `/metrics`: Prometheus.
async fn serve_ops(listener: TcpListener, readiness: Readiness) {
    let router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(readiness);
    operations(listener, router).await;
}

/// Serves the operations endpoints, forever.
pub async fn operations(listener: TcpListener, router: Router) {
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "the operations server ended");
    }
}

async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    let report = readiness.report().await;
    let word = |up: bool| if up { "up" } else { "down" };
    let body = serde_json::json!({
        "ready": report.ready(),
        "stopping": report.stopping,
        "degraded": !report.bus,
        "parts": {"database": word(report.database), "bus": word(report.bus)},
    });
    let status = if report.ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, axum::Json(body))
}

/// The metrics of the process in Prometheus' text format, as an axum handler.
pub async fn metrics() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        telemetry::render_metrics(),
    )
}
