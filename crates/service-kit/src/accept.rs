//! Accepts connections from a listener, including the last waiting ones, and closes them such that the client gets the last
//! response.

use std::{
    io, iter,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::Sleep,
};
use tonic::transport::server::{Connected, TcpConnectInfo};

/// The pause after a connection could not be accepted for a local reason, such as too many open files.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a closing connection waits for its client to close it, too.
const LINGER: Duration = Duration::from_secs(1);

/// The next connection.
pub async fn accept(listener: &TcpListener) -> (Accepted, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (Accepted::new(stream), peer),
            // The client disconnected before it was accepted.
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

/// The connections that wait to be accepted. Their clients are already connected and may have sent a request: closing the
/// listener would break it. It is closed when all of them are accepted.
pub fn waiting(listener: TcpListener) -> impl Iterator<Item = (Accepted, SocketAddr)> + Send {
    // Asks the operating system, because the runtime may not know of the latest connections yet.
    let listener = listener.into_std().ok();
    iter::from_fn(move || {
        loop {
            match listener.as_ref()?.accept() {
                Ok((stream, peer)) => {
                    stream.set_nonblocking(true).ok()?;
                    return Some((Accepted::new(TcpStream::from_std(stream).ok()?), peer));
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(_) => return None,
            }
        }
    })
}

/// A connection of a server. The system resets a connection that is closed while data of the client is unread, and then the
/// client may lose what it has not read yet: the response, or the GOAWAY that says that its calls were not started. So on
/// shutdown the write side is closed first, and then data is read and dropped until the client closes.
#[derive(Debug)]
pub struct Accepted {
    stream: TcpStream,
    closing: Option<Pin<Box<Sleep>>>,
}

impl Accepted {
    fn new(stream: TcpStream) -> Self {
        // Without it small answers wait for the client's delayed acknowledgement: 40 ms each.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        Self {
            stream,
            closing: None,
        }
    }

    /// Ready when the client has closed, or when the time is up.
    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // The timer first: many reads use up the coop budget, and then the timer would never be ready.
        let closing = self.closing.as_mut();
        if closing.is_none_or(|time| time.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(());
        }
        let mut unread = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut unread);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl AsyncRead for Accepted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Accepted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.closing = Some(Box::pin(tokio::time::sleep(LINGER)));
        }
        self.poll_closed(cx).map(Ok)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Connected for Accepted {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_client_that_still_sends_reads_the_last_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let (mut accepted, _) = accept(&listener).await;
        client.write_all(&[7; 10_000]).await.unwrap();
        accepted.stream.readable().await.unwrap();
        let closed = tokio::spawn(async move {
            accepted.write_all(b"the last answer").await?;
            accepted.shutdown().await
        });
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"the last answer");
        // A reset would make these fail.
        for _ in 0..5 {
            client.write_all(&[7]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(client);
        closed.await.unwrap().unwrap();
    }
}
