//! Listening, connection limits, and draining at shutdown.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderValue, Request, Response, StatusCode, Version, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};
use tokio_util::task::TaskTracker;
use tower::Service as _;
use waybill_service_kit::{
    AppError,
    accept::{Accepted, accept, waiting},
    shutdown::Shutdown,
};

use crate::config::GatewaySettings;

/// An HTTP/2 client that does not answer a ping for this long is considered gone.
const PING: Duration = Duration::from_secs(20);
/// Maximum number of concurrent requests on one HTTP/2 connection.
const STREAMS: u32 = 200;
/// A client that accepts no data for this long is considered gone; otherwise its answers would be kept forever.
const STUCK: Duration = Duration::from_mins(1);
/// Connections stay open for this long after the listener is closed, so that requests that are already being sent are answered.
/// The answer announces that the connection closes.
const LINGER: Duration = Duration::from_millis(500);

/// Connection limits of the listener.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    /// Maximum number of open connections, including live ones; further ones wait in the system's queue.
    pub most: usize,
    /// How long a client may take for the headers of a request, and be idle between two requests.
    pub header_timeout: Duration,
}

impl From<&GatewaySettings> for Connections {
    fn from(settings: &GatewaySettings) -> Self {
        Self {
            most: settings.max_connections as usize,
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
    let places = Arc::new(Semaphore::new(connections.most));
    let open = TaskTracker::new();
    let start = |stream, peer, place: OwnedSemaphorePermit| {
        let connection = Connection::new(stream, place);
        let (router, shutdown) = (router.clone(), shutdown.clone());
        let header_timeout = connections.header_timeout;
        open.spawn(converse(connection, peer, router, header_timeout, shutdown));
    };
    loop {
        let next = async { (place(&places).await, accept(&listener).await) };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = shutdown.closing().cancelled() => break,
        };
        start(stream, peer, place);
    }
    let ended = tokio::time::timeout(deadline, async {
        // Other processes may listen here once these connections are accepted.
        for (stream, peer) in waiting(listener) {
            start(stream, peer, place(&places).await);
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

/// Waits for a free place for a connection.
async fn place(places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    match Arc::clone(places).acquire_owned().await {
        Ok(place) => place,
        // Impossible: the semaphore is never closed.
        Err(_) => std::future::pending().await,
    }
}

/// Serves one connection to its end; at shutdown, to the end of the running request.
async fn converse(
    stream: Connection,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    shutdown: Shutdown,
) {
    let asked = Arc::new(AtomicBool::new(false));
    let service = {
        let (asked, leaving) = (Arc::clone(&asked), shutdown.leaving().clone());
        service_fn(move |request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let version = request.version();
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
                Ok::<_, Infallible>(response)
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
    let mut first = pin!(tokio::time::sleep(header_timeout));
    let mut over = pin!(async {
        shutdown.closing().cancelled().await;
        tokio::time::sleep(LINGER).await;
    });
    let (mut waiting, mut stopping) = (true, false);
    loop {
        tokio::select! {
            outcome = served.as_mut() => {
                if let Err(error) = outcome {
                    tracing::trace!(%error, "a connection broke");
                }
                return;
            }
            () = first.as_mut(), if waiting => {
                waiting = false;
                if !asked.load(Ordering::Relaxed) {
                    tracing::debug!(%peer, "a client connected and sent no request");
                    return;
                }
            }
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

/// A connection with its permit, which it keeps as a WebSocket.
struct Connection {
    stream: Accepted,
    /// Timer that runs while the client accepts no data.
    stuck: Option<Pin<Box<Sleep>>>,
    timeout: Duration,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: Accepted, place: OwnedSemaphorePermit) -> Self {
        Self {
            stream,
            stuck: None,
            timeout: STUCK,
            _place: place,
        }
    }

    /// The result of a write; fails if the client has accepted no data for too long.
    fn within_patience(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let timeout = self.timeout;
        let stuck = self
            .stuck
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        stuck
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.within_patience(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        self.within_patience(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };
    use tokio_util::sync::CancellationToken;

    use super::*;

    async fn start(most: usize, header_timeout: Duration) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(serve_on(listener, most, header_timeout, stop.clone()));
        (address, stop)
    }

    async fn serve_on(
        listener: TcpListener,
        most: usize,
        header_timeout: Duration,
        stop: CancellationToken,
    ) {
        let router = Router::new().route("/", axum::routing::get(async || "here"));
        let connections = Connections {
            most,
            header_timeout,
        };
        let deadline = Duration::from_secs(5);
        let served = serve(router, listener, connections, stop, deadline).await;
        served.unwrap();
    }

    const ASK_ON: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    async fn rest(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        // A reset is an end as well.
        let _ = stream.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).into_owned()
    }

    #[tokio::test]
    async fn clients_that_do_not_end_their_request_are_put_out() {
        let (address, _stop) = start(10, Duration::from_millis(200)).await;
        for begun in [
            &b""[..],
            b"P",
            b"PRI * HT",
            b"GET / HTTP/1.1\r\nhost: x\r\n",
        ] {
            let mut slow = TcpStream::connect(address).await.unwrap();
            slow.write_all(begun).await.unwrap();
            let ended = tokio::time::timeout(Duration::from_secs(10), rest(&mut slow)).await;
            let answer = ended.expect("the connection ends");
            assert!(!answer.contains("here"), "{answer}");
        }
        let mut quick = TcpStream::connect(address).await.unwrap();
        quick.write_all(ASK).await.unwrap();
        assert!(rest(&mut quick).await.ends_with("here"));
    }

    #[tokio::test]
    async fn those_who_wait_to_be_accepted_at_the_end_are_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut clients = Vec::new();
        for _ in 0..20 {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(ASK_ON).await.unwrap();
            clients.push(client);
        }
        let stop = CancellationToken::new();
        stop.cancel();
        tokio::spawn(serve_on(listener, 10, Duration::from_mins(1), stop));
        for client in &mut clients {
            let answer = rest(client).await;
            assert!(answer.contains("connection: close"), "{answer}");
            assert!(answer.ends_with("here"), "{answer}");
        }
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let places = Arc::new(Semaphore::new(1));
        let (stream, _) = accept(&listener).await;
        let mut connection = Connection::new(stream, place(&places).await);
        connection.timeout = Duration::from_millis(200);
        let full = async { while connection.write_all(&[0; 8192]).await.is_ok() {} };
        tokio::time::timeout(Duration::from_secs(30), full)
            .await
            .expect("the write ends");
        assert!(
            connection.stuck.is_some(),
            "not closed for lack of progress"
        );
        client.read_exact(&mut [0; 8192]).await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_too_many_waits_for_a_place() {
        let (address, stop) = start(1, Duration::from_mins(1)).await;
        let mut holder = TcpStream::connect(address).await.unwrap();
        holder.write_all(ASK_ON).await.unwrap();
        let mut head = [0; 12];
        holder.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        let mut waiting = TcpStream::connect(address).await.unwrap();
        waiting.write_all(ASK).await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(200), waiting.readable()).await;
        assert!(early.is_err(), "answered beyond the limit");
        drop(holder);
        assert!(rest(&mut waiting).await.ends_with("here"));
        stop.cancel();
    }
}
