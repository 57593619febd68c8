//! A health check for containers, whose images have no curl.

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Duration, timeout},
};

/// Whether `http://host:port/path` answers 200 within three seconds.
pub async fn check(url: &str) -> Result<()> {
    timeout(Duration::from_secs(3), ask(url))
        .await
        .context("no answer within 3 seconds")?
}

async fn ask(url: &str) -> Result<()> {
    let rest = url
        .strip_prefix("http://")
        .context("expected http://host:port/path")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host)
        .await
        .with_context(|| format!("cannot connect to {host}"))?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().unwrap_or_default();
    if status.starts_with("HTTP/1.1 200") {
        return Ok(());
    }
    bail!("{url} answered {status}")
}
