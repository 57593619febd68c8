//! Taking connections from a listener, to the last one.

use std::{io, iter, net::SocketAddr, time::Duration};

use tokio::net::{TcpListener, TcpStream};

/// The pause after a connection could not be accepted for a reason of our own, such as too many open files.
const PAUSE: Duration = Duration::from_millis(500);

/// The next connection.
pub async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (prompt(stream), peer),
            // The client went before its turn came.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted; are there too many open files?");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Those who wait to be accepted. Their clients are connected, as far as they know, and may have sent a request: closing the
/// listener would break it. It is closed when they are all taken.
pub fn waiting(listener: TcpListener) -> impl Iterator<Item = (TcpStream, SocketAddr)> + Send {
    // The system is asked, and not the runtime, which may not know of the latest yet.
    let listener = listener.into_std().ok();
    iter::from_fn(move || {
        loop {
            match listener.as_ref()?.accept() {
                Ok((stream, peer)) => {
                    stream.set_nonblocking(true).ok()?;
                    return Some((prompt(TcpStream::from_std(stream).ok()?), peer));
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(_) => return None,
            }
        }
    })
}

/// Without it small answers wait for the client's delayed acknowledgement: 40 ms each.
fn prompt(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    stream
}
