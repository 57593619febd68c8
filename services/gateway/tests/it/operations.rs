//! Health, readiness and metrics.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus,
};
use waybill_gateway::{GatewayDeps, GatewaySettings};
use waybill_primitives::Role;
use waybill_service_kit::{
    AppError,
    settings::{Environment, Sources, load},
};
use waybill_testkit::until;

use crate::support::{Fake, Gateway};

async fn gateway(change: impl FnOnce(&mut GatewayDeps)) -> Gateway {
    let sources = Sources::empty().with("WAYBILL_RATE_LIMIT", "off");
    let (settings,) = load::<(GatewaySettings,)>(&sources).expect("good settings");
    let built = Gateway::build_with(settings, Environment::Development, change).await;
    built.expect("a gateway")
}

fn serve(fake: &Fake, status: ServingStatus) {
    let check = "grpc.health.v1.Health/Check";
    fake.on(check, move |_: HealthCheckRequest| {
        Ok(HealthCheckResponse {
            status: status.into(),
        })
    });
}

#[tokio::test]
async fn a_gateway_is_ready_without_a_service_but_not_without_all() {
    let gateway = gateway(|deps| deps.channels.chat = Fake::default().channel()).await;
    let starting = gateway.get("/readyz").await;
    assert_eq!(starting.status, 503, "nobody answers");
    assert_eq!(starting.json()["status"], "STARTING");
    serve(&gateway.fake, ServingStatus::Serving);
    assert_eq!(gateway.get("/readyz").await.status, 200);
    let health = gateway.get("/health").await.json();
    assert_eq!(health["status"], "DEGRADED", "{health}");
    assert_eq!(health["database"], "connected", "{health}");
    assert!(health.get("services").is_none(), "{health}");
    let system = gateway.get_as(Role::Admin, "/api/v1/admin/system").await;
    assert_eq!(system.json()["services"]["chat"]["status"], "DOWN");
    assert_eq!(system.json()["services"]["order"]["status"], "UP");
    gateway.stop.cancel();
    let stopping = gateway.get("/readyz").await;
    assert_eq!(stopping.json()["status"], "STOPPING");
}

#[tokio::test]
async fn a_gateway_that_has_found_its_services_stays_ready_when_all_are_down() {
    let gateway = gateway(|_| {}).await;
    let there = Arc::new(AtomicBool::new(true));
    let answering = Arc::clone(&there);
    let check = "grpc.health.v1.Health/Check";
    gateway.fake.on(check, move |_: HealthCheckRequest| {
        if !answering.load(Ordering::SeqCst) {
            return Err(AppError::unavailable("played away"));
        }
        Ok(HealthCheckResponse {
            status: ServingStatus::Serving.into(),
        })
    });
    // It checks by itself; no request comes before the services are down.
    let before = gateway.fake.calls(check).len();
    let is_checked = async || gateway.fake.calls(check).len() >= before + 5;
    until("the services are checked", is_checked).await;
    there.store(false, Ordering::SeqCst);
    let is_ready = async || gateway.get("/readyz").await.status == 200;
    until("it is ready", is_ready).await;
}

#[tokio::test]
async fn a_read_only_database_is_reported_and_the_embedded_process_is_as_ready_as_its_databases() {
    for one_process in [false, true] {
        let broken = Fake::default();
        serve(&broken, ServingStatus::NotServing);
        let gateway = gateway(|deps| {
            deps.one_process = one_process;
            deps.channels.payment = broken.channel();
        })
        .await;
        serve(&gateway.fake, ServingStatus::Serving);
        let health = gateway.get("/health").await.json();
        assert_eq!(health["status"], "DEGRADED", "{health}");
        assert_eq!(health["database"], "disconnected", "{health}");
        let ready = gateway.get("/readyz").await;
        assert_eq!(ready.status == 503, one_process, "{ready:?}");
        serve(&broken, ServingStatus::Serving);
        assert_eq!(gateway.get("/readyz").await.status, 200);
        let health = gateway.get("/health").await.json();
        assert_eq!(health["database"], "connected", "{health}");
    }
}

#[tokio::test]
async fn details_and_metrics_are_on_the_operations_listener_alone() {
    let gateway = gateway(|_| {}).await;
    serve(&gateway.fake, ServingStatus::Serving);
    gateway.get("/metrics").await.error(404, "NOT_FOUND");
    let metrics = gateway.ask_operations("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4");
    let health = gateway.ask_operations("/health").await.json();
    assert_eq!(health["services"]["order"]["status"], "UP", "{health}");
    assert!(health["version"].is_string(), "{health}");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(gateway.ask_operations(path).await.status, 200);
        assert_eq!(gateway.get(path).await.status, 200);
    }
    // The whole of what everybody may know, under the documented names.
    let public = gateway.get("/health").await.json();
    let mut names: Vec<_> = public.as_object().expect("an object").keys().collect();
    names.sort_unstable();
    let documented = [
        "database",
        "environment",
        "redis",
        "status",
        "timestamp",
        "uptime",
    ];
    assert_eq!(names, documented);
    assert_eq!(public["status"], "OK");
    assert_eq!(public["database"], "connected");
    assert_eq!(public["redis"], "disabled");
}
