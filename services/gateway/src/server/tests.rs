//! Limits of connections, with real clients.

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use hyper_util::rt::TokioExecutor;

use super::*;

const PER_ADDRESS: usize = 30;

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
    let large = async || "x".repeat(1_000_000);
    let router = Router::new()
        .route("/", axum::routing::get(async || "here"))
        .route("/large", axum::routing::get(large))
        .route("/huge", axum::routing::get(async || vec![0_u8; HUGE]))
        .route(
            "/slow",
            axum::routing::get(async move || tokio::time::sleep(header_timeout * 4).await),
        )
        .route("/echo", axum::routing::any(echo));
    let connections = Connections {
        most,
        per_address: PER_ADDRESS,
        trusted_proxies: Vec::new(),
        header_timeout,
    };
    let deadline = Duration::from_secs(5);
    let served = serve(router, listener, connections, stop, deadline).await;
    served.unwrap();
}

/// Bytes of an answer that is more than sockets buffer.
const HUGE: usize = 32 * 1024 * 1024;

/// Opens a tunnel, as a WebSocket on HTTP/2 does, which returns what it gets.
async fn echo(mut request: axum::extract::Request) -> StatusCode {
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let (mut from, mut to) = tokio::io::split(TokioIo::new(upgrade.await.unwrap()));
        tokio::io::copy(&mut from, &mut to).await
    });
    StatusCode::OK
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
    let places = Arc::new(Places::new(1, 1, Proxies::default()));
    let (stream, peer) = accept(&listener).await;
    let place = places.of_address(places.of_all().await, peer.ip());
    let mut connection = Connection::new(stream, place.unwrap(), Arc::default());
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

#[tokio::test]
async fn an_address_with_its_share_of_connections_gets_no_more() {
    let (address, _stop) = start(1_000, Duration::from_mins(1)).await;
    let mut held = Vec::new();
    for _ in 0..PER_ADDRESS {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(ASK_ON).await.unwrap();
        let mut head = [0; 12];
        client.read_exact(&mut head).await.unwrap();
        held.push(client);
    }
    let ask = async || {
        let mut client = TcpStream::connect(address).await.unwrap();
        // The connection may be closed already.
        let _ = client.write_all(ASK).await;
        rest(&mut client).await
    };
    assert_eq!(ask().await, "");
    drop(held.pop());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !ask().await.ends_with("here") {
        assert!(
            tokio::time::Instant::now() < deadline,
            "its place is not free"
        );
    }
}

/// Sends requests on an HTTP/2 connection; the second value ends with the connection.
async fn http2(
    address: SocketAddr,
) -> (
    hyper::client::conn::http2::SendRequest<Body>,
    tokio::task::JoinHandle<Result<(), hyper::Error>>,
) {
    let stream = TcpStream::connect(address).await.unwrap();
    let connected =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (client, connection) = connected.unwrap();
    (client, tokio::spawn(connection))
}

#[tokio::test]
async fn an_http2_connection_without_requests_is_closed_and_one_in_use_is_not() {
    let patience = Duration::from_millis(300);
    let (address, _stop) = start(10, patience).await;
    // It answers pings by itself, which is no use of the connection.
    let (mut client, ended) = http2(address).await;
    let request = || Request::get("http://x/").body(Body::empty()).unwrap();
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < patience * 3 {
        client.ready().await.unwrap();
        let answer = client.send_request(request()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        tokio::time::sleep(patience / 10).await;
    }
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.expect("the connection ends").unwrap().is_ok());
    // Nor one on which nothing was ever asked.
    let (_client, ended) = http2(address).await;
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.is_ok(), "the connection ends");
}

#[tokio::test]
async fn an_http2_client_that_takes_no_answer_is_given_up() {
    let (address, _stop) = start(10, Duration::from_millis(300)).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let connected = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(10)
        .handshake(TokioIo::new(stream))
        .await;
    let (mut client, connection) = connected.unwrap();
    let ended = tokio::spawn(connection);
    let request = Request::get("http://x/large").body(Body::empty()).unwrap();
    // Its body is not read, so its window stays full.
    let _answer = client.send_request(request).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.is_ok(), "the connection ends");
}

fn get(path: &str) -> Request<Body> {
    let uri = format!("http://x{path}");
    Request::get(uri).body(Body::empty()).unwrap()
}

fn open_tunnel() -> Request<Body> {
    Request::connect("http://x/echo")
        .extension(hyper::ext::Protocol::from_static("websocket"))
        .body(Body::empty())
        .unwrap()
}

/// Whether the tunnel returns what it gets.
async fn echoes(tunnel: &mut TokioIo<hyper::upgrade::Upgraded>) -> bool {
    let mut back = [0; 4];
    tunnel.write_all(b"ping").await.is_ok()
        && tunnel.read_exact(&mut back).await.is_ok()
        && &back == b"ping"
}

#[tokio::test]
async fn a_websocket_on_http2_outlives_the_time_for_requests_and_ends_with_its_connection() {
    let patience = Duration::from_millis(300);
    let (address, _stop) = start(10, patience).await;
    let (mut client, ended) = http2(address).await;
    client.ready().await.unwrap();
    let answer = client.send_request(open_tunnel()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let mut tunnel = TokioIo::new(hyper::upgrade::on(answer).await.unwrap());
    for _ in 0..3 {
        assert!(echoes(&mut tunnel).await);
        tokio::time::sleep(patience * 2).await;
    }
    assert!(echoes(&mut tunnel).await);
    drop(tunnel);
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.is_ok(), "the connection ends");
}

#[tokio::test]
async fn a_request_that_waits_for_news_outlives_the_time_for_headers() {
    let patience = Duration::from_millis(300);
    let (address, _stop) = start(10, patience).await;
    let (mut client, _ended) = http2(address).await;
    client.ready().await.unwrap();
    let answer = client.send_request(get("/slow")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let mut client = TcpStream::connect(address).await.unwrap();
    let ask = b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    client.write_all(ask).await.unwrap();
    assert!(rest(&mut client).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_http1_connection_without_a_further_request_is_closed() {
    let (address, _stop) = start(10, Duration::from_millis(300)).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(ASK_ON).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), rest(&mut client)).await;
    assert!(ended.expect("the connection ends").contains("here"));
}

/// Copies at a pace that lets nothing stop for long, and takes several times the time for headers.
async fn slowly(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    patience: Duration,
) -> std::io::Result<u64> {
    let begun = tokio::time::Instant::now();
    let mut part = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        let read = from.read(&mut part).await?;
        if read == 0 {
            return Ok(bytes);
        }
        to.write_all(&part[..read]).await?;
        bytes += read as u64;
        if begun.elapsed() < patience * 6 {
            tokio::time::sleep(patience / 20).await;
        }
    }
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_all_of_its_answer() {
    let patience = Duration::from_millis(300);
    let (address, _stop) = start(10, patience).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    let ask = b"GET /huge HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    client.write_all(ask).await.unwrap();
    let got = slowly(client, tokio::io::sink(), patience).await.unwrap();
    assert!(got > HUGE as u64, "{got}");

    // Windows that let the server buffer the whole answer at once.
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut from_server, mut to_server) = stream.into_split();
    let (near, far) = tokio::io::duplex(64 * 1024);
    let (mut from_client, to_client) = tokio::io::split(far);
    tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    tokio::spawn(async move { slowly(&mut from_server, to_client, patience).await });
    let connected = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(2 * HUGE as u32)
        .initial_connection_window_size(2 * HUGE as u32)
        .handshake(TokioIo::new(near))
        .await;
    let (mut client, connection) = connected.unwrap();
    tokio::spawn(connection);
    client.ready().await.unwrap();
    let answer = client.send_request(get("/huge")).await.unwrap();
    let body = axum::body::to_bytes(Body::new(answer.into_body()), usize::MAX).await;
    assert_eq!(body.unwrap().len(), HUGE);
}
