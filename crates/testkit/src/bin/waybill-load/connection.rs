//! A keep-alive HTTP connection: one request after the other.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

pub struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

/// The address in `http://host:port`.
pub fn host(base: &str) -> Result<&str> {
    base.strip_prefix("http://")
        .context("expected http://host:port")
}

impl Connection {
    pub async fn open(base: &str) -> Result<Self> {
        let host = host(base)?.to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host })
    }

    /// Without a token: not signed in.
    pub async fn start(
        &mut self,
        method: Method,
        path: &str,
        token: &str,
        body: Bytes,
    ) -> Result<Response<Incoming>> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.host.as_str());
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Full::new(body))?;
        Ok(self.sender.send_request(request).await?)
    }

    /// The status and the body of the answer.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        token: &str,
        body: Bytes,
    ) -> Result<(u16, Bytes)> {
        let answer = self.start(method, path, token, body).await?;
        let status = answer.status().as_u16();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }

    /// The JSON of an answer with the expected status.
    pub async fn json(
        &mut self,
        (method, path): (Method, &str),
        token: &str,
        body: Bytes,
        expected: u16,
    ) -> Result<Value> {
        let (status, body) = self.send(method, path, token, body).await?;
        let text = String::from_utf8_lossy(&body);
        ensure!(status == expected, "{path}: {status} {text}");
        Ok(serde_json::from_slice(&body)?)
    }
}
