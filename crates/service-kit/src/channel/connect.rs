//! One HTTP/2 connection to one address.

use std::{io, net::SocketAddr, time::Duration};

use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long to wait for the first byte of a server on a new connection.
const FIRST_BYTE: Duration = Duration::from_millis(500);

/// Connects with the first call, and again after a loss. `origin` is the name that it sends to the server.
pub(super) fn connect(origin: &Uri, address: SocketAddr) -> Channel {
    Endpoint::from(origin.clone())
        .http2_keep_alive_interval(Duration::from_secs(10))
        .keep_alive_timeout(Duration::from_secs(5))
        .keep_alive_while_idle(true)
        .connect_with_connector_lazy(service_fn(move |_: Uri| open(address)))
}

/// Our servers send first. So a connection that is closed before its first byte had no server behind it: it waited in the queue
/// of a server that was stopping, or a balancer accepted it before it noticed that its server is down. Waiting for that byte
/// turns this into a failed connection, on which no call was lost. A peer that sends nothing (a proxy that expects the client to
/// send first) counts as connected after a short time.
async fn open(address: SocketAddr) -> io::Result<TokioIo<TcpStream>> {
    let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    match timeout(FIRST_BYTE, stream.peek(&mut [0])).await {
        Ok(Ok(0)) => {
            let error = "the connection was closed before its first byte";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, error));
        }
        Ok(Err(error)) => return Err(error),
        Ok(Ok(_)) | Err(_) => {}
    }
    Ok(TokioIo::new(stream))
}
