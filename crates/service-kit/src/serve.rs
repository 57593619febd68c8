//! A service on the network: gRPC with health and reflection, and a small HTTP server for operations.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use futures::{Stream, StreamExt as _, stream};
use http::{StatusCode, header};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{AppError, Running, accept, shutdown::Shutdown, telemetry};

/// A caller connects anew after this long: callers behind an address that stands for several replicas find the new ones.
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

/// Serves until `shutdown` is closing, then takes no new calls, ends those at work, and drains consumers, jobs and relay.
/// All of that within `deadline`; what is not done by then is dropped (and found again at the next start). From `leaving` on,
/// the service says that it is not ready.
pub async fn serve(
    running: Running,
    listeners: Listeners,
    shutdown: Shutdown,
    deadline: Duration,
) -> Result<(), AppError> {
    // Before the first call is counted.
    telemetry::metrics_handle();
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_service_status("", ServingStatus::Serving)
        .await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(waybill_proto::DESCRIPTORS)
        .build_v1()
        .map_err(AppError::internal)?;
    let routes = running
        .routes
        .clone()
        .add_service(health)
        .add_service(reflection);
    let leaving = shutdown.leaving().clone();
    let checks = tokio::spawn(watch_health(
        Readiness::of(&running),
        reporter,
        leaving.clone(),
    ));
    let ops = listeners
        .ops
        .map(|listener| tokio::spawn(serve_ops(listener, Readiness::of(&running), leaving)));
    let server = Server::builder()
        .max_connection_age(CONNECTION_AGE)
        .layer(running.layer.clone())
        .add_routes(routes)
        // Its end is the end of `incoming`, which takes in those who wait to be accepted: a signal would leave them out.
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
    checks.abort();
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
) -> impl Stream<Item = io::Result<TcpStream>> {
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

/// What a service needs to do its work.
#[derive(Clone)]
struct Readiness {
    db: waybill_store::Db,
    bus: std::sync::Arc<dyn waybill_bus::Bus>,
    stopping: Option<CancellationToken>,
}

impl Readiness {
    fn of(running: &Running) -> Self {
        Self {
            db: running.db.clone(),
            bus: std::sync::Arc::clone(&running.bus),
            stopping: None,
        }
    }

    /// Each part with whether it answers.
    async fn check(&self) -> [(&'static str, bool); 2] {
        let patience = Duration::from_secs(2);
        let database = tokio::time::timeout(patience, self.db.ping());
        let bus = tokio::time::timeout(patience, self.bus.healthy());
        let (database, bus) = tokio::join!(database, bus);
        [
            ("database", matches!(database, Ok(Ok(())))),
            ("bus", matches!(bus, Ok(true))),
        ]
    }
}

/// Keeps `grpc.health.v1` up to date. The bus does not count there: without it, calls still work and events wait in the outbox.
async fn watch_health(readiness: Readiness, reporter: HealthReporter, stop: CancellationToken) {
    let mut timer = tokio::time::interval(Duration::from_secs(5));
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = timer.tick() => {}
        }
        let [(_, database), _] = readiness.check().await;
        let status = if database {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        reporter.set_service_status("", status).await;
    }
    reporter
        .set_service_status("", ServingStatus::NotServing)
        .await;
}

/// `/healthz`: the process runs. `/readyz`: it can do its work and is not stopping. `/metrics`: Prometheus.
async fn serve_ops(listener: TcpListener, mut readiness: Readiness, shutdown: CancellationToken) {
    readiness.stopping = Some(shutdown);
    let router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(readiness);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "the operations server ended");
    }
}

async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    let stopping = readiness
        .stopping
        .as_ref()
        .is_some_and(CancellationToken::is_cancelled);
    let parts = readiness.check().await;
    let ready = !stopping && parts.iter().all(|(_, up)| *up);
    let body = serde_json::json!({
        "ready": ready,
        "stopping": stopping,
        "parts": parts
            .iter()
            .map(|(name, up)| (*name, if *up { "up" } else { "down" }))
            .collect::<std::collections::BTreeMap<_, _>>(),
    });
    let status = if ready {
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
