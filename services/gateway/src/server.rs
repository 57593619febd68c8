//! Listening, connection limits, and draining at shutdown.

mod activity;
mod connection;
mod places;

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use ipnet::IpNet;
use tokio::{net::TcpListener, sync::OwnedSemaphorePermit, time::Instant};
use tokio_util::task::TaskTracker;
use tower::Service as _;
use waybill_service_kit::{
    AppError,
    accept::{Accepted, accept, waiting},
    shutdown::Shutdown,
};

use crate::{config::GatewaySettings, limits::Proxies};

use activity::{Activity, Idle};
use connection::Connection;
use places::Places;

/// An HTTP/2 client that does not answer a ping for this long is considered gone.
const PING: Duration = Duration::from_secs(20);
/// Maximum number of concurrent requests on one HTTP/2 connection.
const STREAMS: u32 = 200;
/// Connections stay open for this long after the listener is closed, so that requests that are already being sent are answered.
/// The answer announces that the connection closes.
const LINGER: Duration = Duration::from_millis(500);

/// Connection limits of the listener.
#[derive(Debug, Clone)]
pub struct Connections {
    /// Maximum number of open connections, including live ones; further ones wait in the system's queue.
    pub most: usize,
    /// Maximum number of open connections of one address (IPv6: of one /64); further ones are closed at once.
    pub per_address: usize,
    /// Their connections do not count per address.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a client may take for the headers of a request, and be idle between two requests.
    pub header_timeout: Duration,
}

impl From<&GatewaySettings> for Connections {
    fn from(settings: &GatewaySettings) -> Self {
        Self {
            most: settings.max_connections as usize,
            per_address: settings.connections_per_address as usize,
            trusted_proxies: settings.trusted_proxies.clone(),
            header_timeout: settings.header_timeout,
        }
    }
}

/// Serves until `shutdown` is closing, then accepts no new connections and lets running requests end, for `deadline` at most. From
/// the leaving phase on, every HTTP/1 answer closes its connection, so that clients open the next one elsewhere.
///
/// # Errors
/// None at present: an error of a connection only ends that connection.
pub async fn serve(
    router: Router,
    listener: TcpListener,
    connections: Connections,
    shutdown: impl Into<Shutdown>,
    deadline: Duration,
) -> Result<(), AppError> {
    let shutdown = shutdown.into();
    let header_timeout = connections.header_timeout;
    let places = Places::new(
        connections.most,
        connections.per_address,
        Proxies(connections.trusted_proxies),
    );
    let places = Arc::new(places);
    let open = TaskTracker::new();
    let start = |stream: Accepted, peer: SocketAddr, of_all: OwnedSemaphorePermit| {
        let Some(place) = places.of_address(of_all, peer.ip()) else {
            metrics::counter!("waybill_connections_refused_total").increment(1);
            if places.may_warn() {
                tracing::warn!(%peer, "too many connections of an address: if it is a proxy, name it in WAYBILL_TRUSTED_PROXIES");
            }
            return;
        };
        let (router, shutdown) = (router.clone(), shutdown.clone());
        let activity = Arc::default();
        let connection = Connection::new(stream, place, Arc::clone(&activity));
        open.spawn(converse(
            connection,
            activity,
            peer,
            router,
            header_timeout,
            shutdown,
        ));
    };
    loop {
        let next = async { (places.of_all().await, accept(&listener).await) };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = shutdown.closing().cancelled() => break,
        };
        start(stream, peer, place);
    }
    let ended = tokio::time::timeout(deadline, async {
        // Other processes may listen here once these connections are accepted.
        for (stream, peer) in waiting(listener) {
            start(stream, peer, places.of_all().await);
        }
        open.close();
        open.wait().await;
    });
    if ended.await.is_err() {
        tracing::warn!(
            ?deadline,
            "requests did not end before the shutdown deadline"
        );
    }
    Ok(())
}

/// Serves one connection to its end; at shutdown, to the end of the running request.
async fn converse(
    stream: Connection,
    activity: Arc<Activity>,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    shutdown: Shutdown,
) {
    let service = {
        let (activity, leaving) = (Arc::clone(&activity), shutdown.leaving().clone());
        service_fn(move |request: Request<Incoming>| {
            let (connect, version) = (request.method() == Method::CONNECT, request.version());
            let handling = activity.handle(version);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            // A router is always ready.
            let answer = router.clone().call(request);
            let leaving = leaving.clone();
            async move {
                let mut response = answer.await?;
                if leaving.is_cancelled() && version < Version::HTTP_2 {
                    close_after(&mut response);
                }
                Ok::<_, Infallible>(handling.answer(connect, response))
            }
        })
    };
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(STREAMS)
        .enable_connect_protocol();
    let mut served = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    // Also limits a client that connects and sends nothing, for which HTTP itself has no timeout.
    let mut idle = pin!(tokio::time::sleep(header_timeout));
    let mut over = pin!(async {
        shutdown.closing().cancelled().await;
        tokio::time::sleep(LINGER).await;
    });
    let (mut said_goodbye, mut stopping) = (false, false);
    loop {
        tokio::select! {
            outcome = served.as_mut() => {
                if let Err(error) = outcome {
                    tracing::trace!(%error, "a connection broke");
                }
                return;
            }
            () = idle.as_mut() => match activity.idle(header_timeout) {
                Idle::Not(until) => idle.as_mut().reset(until),
                Idle::Unused if !said_goodbye => {
                    said_goodbye = true;
                    // A request that is on its way is still answered, and the connection ends with its last stream; a client has as
                    // long again to read what it was sent.
                    served.as_mut().graceful_shutdown();
                    idle.as_mut().reset(Instant::now() + header_timeout);
                }
                // A WebSocket on HTTP/2 lasts as long as it likes, also beside an answer that is not taken; downloads have a limit of
                // their own. The connection ends with it: it was said goodbye, or will be.
                Idle::Unused | Idle::Stuck if activity.has_tunnel() => {
                    idle.as_mut().reset(Instant::now() + header_timeout);
                }
                Idle::Never | Idle::Unused | Idle::Stuck => {
                    tracing::debug!(%peer, "a client sent no request, or did not take its answers");
                    return;
                }
            },
            () = over.as_mut(), if !stopping => {
                stopping = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Announces that the connection closes after this answer. Upgrades to WebSocket are not affected.
fn close_after<B>(response: &mut Response<B>) {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
}

#[cfg(test)]
mod tests;
