//! A service on the network: reached, lost, found again, drained.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::stream::BoxStream;
use sea_orm_migration::sea_orm::TransactionTrait as _;
use tokio::net::TcpListener;
use tonic::Code;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use waybill_bus::{
    Bus, BusError, CancellationToken, ConsumerSpec, Envelope, Handler, InProcessBus, JetStreamBus,
    NatsConfig, Published, StreamState,
};
use waybill_proto::auth::{auth_service_client::AuthServiceClient, *};
use waybill_service_kit::{
    AppError, CallContext, ErrorCode, ErrorKind, GrpcChannel, channel, crypto, outgoing,
    outgoing_within,
    serve::{Listeners, serve},
    shutdown::Shutdown,
    start,
};
use waybill_store::DbConfig;

use crate::support::{Base, Probe, base, claims, service};

struct Server {
    base: Base,
    probe: Probe,
    channel: GrpcChannel,
    client: AuthServiceClient<GrpcChannel>,
    ops: String,
    shutdown: Shutdown,
    served: tokio::task::JoinHandle<Result<(), AppError>>,
}

async fn server() -> Server {
    server_on(InProcessBus::new()).await
}

async fn server_on(bus: Arc<dyn Bus>) -> Server {
    let base = base("auth", bus).await;
    let probe = Probe::default();
    let running = start(service("auth", probe.routes()), &base.deps)
        .await
        .unwrap();
    let any = "127.0.0.1:0".parse().unwrap();
    let listeners = Listeners::bind(any, any).await.unwrap();
    let grpc = listeners.grpc.local_addr().unwrap();
    let ops = listeners.ops.as_ref().unwrap().local_addr().unwrap();
    let shutdown = Shutdown::default();
    let served = tokio::spawn(serve(
        running,
        listeners,
        shutdown.clone(),
        Duration::from_mins(1),
    ));
    let channel = channel::remote(&format!("http://{grpc}")).unwrap();
    Server {
        base,
        probe,
        client: AuthServiceClient::new(channel.clone()),
        channel,
        ops: format!("http://{ops}"),
        shutdown,
        served,
    }
}

async fn get(url: String) -> (u16, String) {
    crypto::install();
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_call_over_the_network_carries_the_same_context() {
    let mut server = server().await;
    let claims = claims();
    let ctx = CallContext::anonymous().with_token(server.base.key.sign(&claims).unwrap());
    let answer = server
        .client
        .get_profile(outgoing(&ctx, GetProfileRequest {}))
        .await
        .unwrap();
    assert_eq!(answer.into_inner().user.unwrap().id, claims.sub.to_string());
    assert_eq!(server.probe.last().request_id, ctx.request_id);
    let status = server
        .client
        .register(RegisterRequest::default())
        .await
        .unwrap_err();
    assert_eq!(AppError::from_status(&status).code, ErrorCode::EmailTaken);
    let request = outgoing_within(&ctx, Duration::from_millis(50), LogoutRequest::default());
    let status = server.client.logout(request).await.unwrap_err();
    assert_eq!(AppError::from_status(&status).kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn operations_are_served_beside() {
    let server = server().await;
    assert_eq!(
        get(format!("{}/healthz", server.ops)).await,
        (200, "ok\n".to_owned())
    );
    let (status, body) = get(format!("{}/readyz", server.ops)).await;
    assert_eq!(status, 200, "{body}");
    assert!(
        body.contains("\"database\":\"up\"") && body.contains("\"bus\":\"up\""),
        "{body}"
    );
    let mut client = server.client.clone();
    let _ = client.register(RegisterRequest::default()).await;
    let (status, body) = get(format!("{}/metrics", server.ops)).await;
    assert_eq!(status, 200);
    assert!(body.contains("waybill_grpc_calls_total"), "{body}");
    // Without its database it is not ready.
    server.base.deps.db.close().await;
    while get(format!("{}/readyz", server.ops)).await.0 != 503 {}
    let mut health = HealthClient::new(server.channel.clone());
    let whole = health.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(whole.get_ref().status(), ServingStatus::NotServing);
}

#[tokio::test]
async fn without_the_bus_a_service_is_ready_and_degraded() {
    let away = JetStreamBus::connect(&NatsConfig::new("nats://127.0.0.1:1")).await;
    let server = server_on(away.unwrap()).await;
    // It is checked from the start on, at intervals.
    let body = loop {
        let (status, body) = get(format!("{}/readyz", server.ops)).await;
        assert_eq!(status, 200, "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        if body["degraded"] == true {
            break body;
        }
    };
    assert_eq!(body["ready"], true);
    assert_eq!(
        (&body["parts"]["bus"], &body["parts"]["database"]),
        (&"down".into(), &"up".into())
    );
    let mut health = HealthClient::new(server.channel.clone());
    let whole = health.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(whole.get_ref().status(), ServingStatus::Serving);
    let down = r#"waybill_part_up{service="auth",part="bus"} 0"#;
    while !get(format!("{}/metrics", server.ops))
        .await
        .1
        .contains(down)
    {}
}

/// A bus whose server accepts everything and never responds.
struct Hung {
    bus: Arc<InProcessBus>,
    asked: AtomicUsize,
}

#[tonic::async_trait]
impl Bus for Hung {
    async fn ensure_stream(&self, service: &str) -> Result<StreamState, BusError> {
        self.bus.ensure_stream(service).await
    }
    async fn stream_state(&self, service: &str) -> Result<StreamState, BusError> {
        self.bus.stream_state(service).await
    }
    async fn publish(&self, event: Envelope) -> Result<Published, BusError> {
        self.bus.publish(event).await
    }
    async fn consume(
        &self,
        spec: ConsumerSpec,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> Result<tokio::task::JoinHandle<()>, BusError> {
        self.bus.consume(spec, handler, stop).await
    }
    async fn tail(&self, subjects: Vec<String>) -> Result<BoxStream<'static, Envelope>, BusError> {
        self.bus.tail(subjects).await
    }
    async fn healthy(&self) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

#[tokio::test]
async fn readiness_does_not_ask_the_bus() {
    let bus = Arc::new(Hung {
        bus: InProcessBus::new(),
        asked: AtomicUsize::new(0),
    });
    let server = server_on(Arc::clone(&bus) as Arc<dyn Bus>).await;
    let mut health = HealthClient::new(server.channel.clone());
    let mut answers = 0;
    // The state of the bus comes from the background check.
    loop {
        let (status, body) = get(format!("{}/readyz", server.ops)).await;
        assert_eq!(status, 200, "{body}");
        let whole = health.check(HealthCheckRequest::default()).await.unwrap();
        assert_eq!(whole.get_ref().status(), ServingStatus::Serving);
        answers += 1;
        if body.contains("\"degraded\":true") {
            break;
        }
    }
    let asked = bus.asked.load(Ordering::SeqCst);
    assert!(asked < answers, "asked {asked} times for {answers} answers");
}

#[tokio::test]
async fn a_database_that_hangs_does_not_hold_up_the_answer_of_readiness() {
    let server = server().await;
    let db = &server.base.deps.db;
    // All connections that a probe could use: the writer and every reader. Any other user waits for a quarter of an hour.
    let context = waybill_store::EventContext::default();
    let writing = db.begin(&context).await.unwrap();
    let mut reading = Vec::new();
    for _ in 0..DbConfig::new("").max_connections {
        reading.push(db.reader().begin().await.unwrap());
    }
    while get(format!("{}/readyz", server.ops)).await.0 != 503 {}
    drop((writing, reading));
    while get(format!("{}/readyz", server.ops)).await.0 != 200 {}
}

#[tokio::test]
async fn while_it_is_leaving_it_is_not_ready_and_still_answers() {
    let server = server().await;
    server.shutdown.leaving().cancel();
    let (status, body) = get(format!("{}/readyz", server.ops)).await;
    assert_eq!(status, 503, "{body}");
    let mut health = HealthClient::new(server.channel.clone());
    let not_serving = async {
        loop {
            let answer = health.check(HealthCheckRequest::default()).await.unwrap();
            if answer.get_ref().status() == ServingStatus::NotServing {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), not_serving)
        .await
        .expect("its health says so");
    let mut client = server.client.clone();
    client.get_jwks(GetJwksRequest {}).await.unwrap();
    server.shutdown.closing().cancel();
    server.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_drain_ends_the_calls_at_work_and_takes_no_new_ones() {
    let server = server().await;
    let mut client = server.client.clone();
    let at_work = tokio::spawn(async move { client.logout(LogoutRequest::default()).await });
    server.probe.entered.notified().await;
    server.shutdown.begin(Duration::ZERO).await;
    // The connection is closing: a new call is refused, and the error says what to do.
    let mut client = server.client.clone();
    let deadline = Instant::now() + Duration::from_mins(1);
    let refused = loop {
        match client.register(RegisterRequest::default()).await {
            Err(status) if status.code() == Code::Unavailable => {
                break AppError::from_status(&status);
            }
            _ => assert!(Instant::now() < deadline, "new calls are still taken"),
        }
    };
    assert!(refused.retry_after().is_some());
    assert!(!at_work.is_finished());
    server.probe.gate.notify_one();
    at_work.await.unwrap().unwrap();
    server.served.await.unwrap().unwrap();
    assert!(server.base.deps.stop.is_cancelled());
}

#[tokio::test]
async fn a_service_that_is_away_is_unavailable_at_once_and_found_when_it_is_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut client = AuthServiceClient::new(channel::remote(&format!("http://{address}")).unwrap());
    let started = Instant::now();
    let status = client.get_jwks(GetJwksRequest {}).await.unwrap_err();
    let error = AppError::from_status(&status);
    assert_eq!(
        (error.kind, error.code),
        (ErrorKind::Unavailable, ErrorCode::Unavailable)
    );
    assert!(error.retry_after().is_some());
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "{:?}",
        started.elapsed()
    );

    let base = base("auth", InProcessBus::new()).await;
    let probe = Probe {
        jwks: "{}".to_owned(),
        ..Probe::default()
    };
    let running = start(service("auth", probe.routes()), &base.deps)
        .await
        .unwrap();
    let listeners = Listeners {
        grpc: TcpListener::bind(address).await.unwrap(),
        ops: None,
    };
    let _served = tokio::spawn(serve(
        running,
        listeners,
        Shutdown::default(),
        Duration::from_secs(1),
    ));
    let found = async {
        while client.get_jwks(GetJwksRequest {}).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), found)
        .await
        .expect("it is found again");
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_given_up_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut client = AuthServiceClient::new(channel::remote(&format!("http://{address}")).unwrap());
    let ctx = CallContext::anonymous();
    let request = outgoing_within(&ctx, Duration::from_millis(200), GetJwksRequest {});
    let status = client.get_jwks(request).await.unwrap_err();
    assert_eq!(AppError::from_status(&status).kind, ErrorKind::Unavailable);
    drop(listener);
}

/// As of a server that is killed between the head of a response and its end.
#[tokio::test]
async fn an_answer_that_is_cut_off_says_that_the_service_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(socket).await.unwrap();
            let (_, mut respond) = connection.accept().await.unwrap().unwrap();
            let head = http::Response::builder()
                .header("content-type", "application/grpc")
                .body(())
                .unwrap();
            let mut stream = respond.send_response(head, false).unwrap();
            // The beginning of a message of 100 bytes.
            let begun = bytes::Bytes::from_static(&[0, 0, 0, 0, 100, 1, 2]);
            stream.send_data(begun, false).unwrap();
            let sent = tokio::time::timeout(Duration::from_millis(100), connection.accept()).await;
            assert!(sent.is_err(), "no other call comes");
        }
    });
    let mut client = AuthServiceClient::new(channel::remote(&format!("http://{address}")).unwrap());
    let request = outgoing(&CallContext::anonymous(), RegisterRequest::default());
    let error = AppError::from_status(&client.register(request).await.unwrap_err());
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert!(error.retry_after().is_some());
}

#[tokio::test]
async fn health_and_reflection_answer_without_a_token() {
    let server = server().await;
    // The health service is reached through the same port and layers.
    let any_method = http::Request::builder()
        .method("POST")
        .uri("/grpc.health.v1.Health/Check")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(tonic::body::Body::new(http_body_util::Full::from(
            &[0_u8; 5][..],
        )))
        .unwrap();
    let answer = tower::ServiceExt::oneshot(server.channel.clone(), any_method)
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(
        answer
            .headers()
            .get("grpc-status")
            .is_none_or(|code| code == "0")
    );
}
