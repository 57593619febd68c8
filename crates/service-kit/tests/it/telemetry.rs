//! What is logged and traced.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tokio::sync::mpsc;
use tonic::service::Routes;
use tracing_subscriber::{Layer as _, filter::LevelFilter, layer::SubscriberExt as _};
use waybill_bus::InProcessBus;
use waybill_proto::auth::{auth_service_client::AuthServiceClient, *};
use waybill_service_kit::{
    AppError, CallContext, Job, ServerLayer, crypto, outgoing,
    service::guarded,
    settings::{CommonSettings, LogFormat, Sources, load},
    start, telemetry,
    tokens::Verifier,
    trace,
};

use crate::support::{Probe, base, service, service_tokens};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Collects from now on, for this thread, while the guard is held.
    fn capture(level: LevelFilter) -> (Self, tracing::subscriber::DefaultGuard) {
        let lines = Self::default();
        let writer = lines.clone();
        let format = telemetry::lines(LogFormat::Json, move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(format.with_filter(level));
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn records(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn client(probe: &Probe) -> AuthServiceClient<waybill_service_kit::GrpcChannel> {
    let layer = ServerLayer::new(
        "probe",
        Verifier::fixed(&crypto::JwkSet::default()),
        service_tokens(),
    );
    AuthServiceClient::new(guarded(&layer, probe.routes()))
}

#[tokio::test]
async fn a_failure_inside_is_logged_once_with_its_causes_and_the_request() {
    let (lines, _guard) = Lines::capture(LevelFilter::TRACE);
    let ctx = CallContext::anonymous();
    let status = client(&Probe::default())
        .refresh(outgoing(&ctx, RefreshRequest::default()))
        .await
        .unwrap_err();
    // A gateway that passes the error on does not log it again.
    let _ = tonic::Status::from(AppError::from_status(&status));
    let errors: Vec<_> = lines
        .records()
        .into_iter()
        .filter(|record| record["level"] == "ERROR")
        .collect();
    let [error] = errors.as_slice() else {
        panic!("{errors:#?}")
    };
    assert_eq!(error["error"], "a handler panicked: the secret is 42");
    assert_eq!(error["span"]["request_id"], ctx.request_id.as_str());
    let trace_id = trace::trace_id(ctx.traceparent.as_deref().unwrap()).unwrap();
    assert_eq!(error["span"]["trace_id"], trace_id);
}

#[tokio::test]
async fn a_write_is_a_line_with_its_request_and_a_read_is_none() {
    let (lines, _guard) = Lines::capture(LevelFilter::INFO);
    let ctx = CallContext::anonymous();
    let mut client = client(&Probe::default());
    client
        .get_jwks(outgoing(&ctx, GetJwksRequest {}))
        .await
        .unwrap();
    client
        .register(outgoing(&ctx, RegisterRequest::default()))
        .await
        .unwrap_err();
    let records = lines.records();
    let [line] = records.as_slice() else {
        panic!("{records:#?}")
    };
    assert_eq!(
        (&line["level"], &line["code"]),
        (&"INFO".into(), &"FailedPrecondition".into())
    );
    assert!(line["elapsed_ms"].is_u64(), "{line}");
    let span = &line["span"];
    assert_eq!(span["request_id"], ctx.request_id.as_str());
    assert_eq!(span["method"], "waybill.auth.v1.AuthService/Register");
    assert_eq!(span["service"], "probe");
    assert_eq!(span["order_id"], "17", "named by the handler");
}

#[tokio::test]
async fn a_service_that_is_away_is_named_and_no_name_stands_twice_in_a_line() {
    let (lines, _guard) = Lines::capture(LevelFilter::TRACE);
    let url = "http://127.0.0.1:1/";
    let mut away = AuthServiceClient::new(waybill_service_kit::channel::remote(url).unwrap());
    let request = outgoing(&CallContext::anonymous(), GetJwksRequest {});
    away.get_jwks(request).await.unwrap_err();
    let records = lines.records();
    let line = records
        .iter()
        .find(|line| line["message"] == "a service cannot be reached")
        .unwrap_or_else(|| panic!("{records:#?}"));
    assert_eq!(line["service"], url);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for line in text.lines() {
        for name in ["timestamp", "level", "target", "message", "span"] {
            let times = line.matches(&format!("\"{name}\":")).count();
            assert!(times <= 1, "{name} {times} times: {line}");
        }
    }
}

#[tokio::test]
async fn a_job_that_goes_on_failing_is_one_line_and_one_when_it_works_again() {
    let (lines, _guard) = Lines::capture(LevelFilter::TRACE);
    let base = base("auth", InProcessBus::new()).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let (done, mut worked) = mpsc::unbounded_channel();
    let mut failing = service("auth", Routes::default());
    failing
        .jobs
        .push(Job::new("try", Duration::from_millis(1), move || {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            let done = done.clone();
            async move {
                if run < 5 {
                    return Err(AppError::internal("not yet"));
                }
                let _ = done.send(());
                Ok(())
            }
        }));
    let running = start(failing, &base.deps).await.unwrap();
    // The line of the first success is written by the time of the second.
    for _ in 0..2 {
        worked.recv().await.unwrap();
    }
    assert!(running.drain(Duration::from_mins(1)).await);
    let records = lines.records();
    let of_job: Vec<_> = records
        .iter()
        .filter(|line| line["job"] == "try")
        .map(|line| (line["message"].as_str().unwrap(), &line["failures"]))
        .collect();
    let expected = [
        ("a job failed; it will run again", &1.into()),
        ("a job works again", &5.into()),
    ];
    assert_eq!(of_job, expected);
}

#[test]
fn a_panic_is_a_log_line_that_says_where() {
    let (lines, _guard) = Lines::capture(LevelFilter::TRACE);
    telemetry::log_panics();
    let caught = std::panic::catch_unwind(|| panic!("the sky is {}", "green"));
    assert!(caught.is_err());
    let records = lines.records();
    let [line] = records.as_slice() else {
        panic!("{records:#?}")
    };
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["panic"], "the sky is green");
    assert!(line["location"].as_str().unwrap().contains("telemetry.rs:"));
}

#[test]
fn causes_are_written_on_one_line() {
    let inner = std::io::Error::other("disk full");
    let outer = AppError::internal(inner);
    assert!(waybill_service_kit::chain(&outer).ends_with(": disk full"));
}

#[tokio::test]
async fn with_an_exporter_the_span_of_a_call_is_a_child_of_the_caller_and_the_parent_of_its_calls()
{
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let provider = SdkTracerProvider::builder().build();
    let subscriber = tracing_subscriber::registry()
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")));
    let _guard = tracing::subscriber::set_default(subscriber);
    let probe = Probe::default();
    let ctx = CallContext {
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        ..CallContext::anonymous()
    };
    let _ = client(&probe)
        .get_profile(outgoing(&ctx, GetProfileRequest {}))
        .await;
    let seen = trace::parse(probe.last().traceparent.as_deref().unwrap()).unwrap();
    assert_eq!(seen.0, 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
    assert_ne!(seen.1, 0xb7ad_6b71_6920_3331);
    assert_eq!(seen.2, 1, "sampled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traces_are_sent_to_the_collector_that_is_set() {
    let (sender, mut received) = mpsc::unbounded_channel();
    let collector = axum::Router::new().route(
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        axum::routing::post(move |body: axum::body::Bytes| {
            let sender = sender.clone();
            async move {
                sender.send(body).unwrap();
                tonic::Status::ok("").into_http::<axum::body::Body>()
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, collector).await });

    let sources = Sources::empty().with("WAYBILL_OTLP_ENDPOINT", endpoint);
    let (settings,) = load::<(CommonSettings,)>(&sources).unwrap();
    let telemetry = telemetry::init("order", &settings).unwrap();
    let _ = client(&Probe::default())
        .get_profile(GetProfileRequest {})
        .await;
    telemetry.shutdown().await;
    let body = tokio::time::timeout(Duration::from_mins(1), received.recv())
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8_lossy(&body);
    assert!(text.contains("waybill-order"), "{text}");
    assert!(
        text.contains("waybill.auth.v1.AuthService/GetProfile"),
        "{text}"
    );
}
