//! Health of the platform, as seen by the gateway.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use utoipa::ToSchema;
use waybill_service_kit::GrpcChannel;

use crate::app::Gateway;

/// A part that does not answer within this is down.
const PATIENCE: Duration = Duration::from_secs(2);
/// Interval of health checks until the first service has answered.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Metadata of every answer of a service: its platform version.
const VERSION_HEADER: &str = "x-waybill-version";

/// Overall status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = HealthStatus)]
pub enum Status {
    Ok,
    /// A part is down.
    Degraded,
}

/// Status of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = PartStatus)]
pub enum Part {
    Up,
    Down,
}

impl Part {
    fn of(up: bool) -> Self {
        if up { Self::Up } else { Self::Down }
    }
}

/// One service.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceReport {
    pub status: Part,
    /// Null if unknown.
    #[schema(required)]
    pub version: Option<String>,
    /// Response time in milliseconds.
    pub latency_ms: u64,
    /// It did, be it that it cannot work.
    #[serde(skip)]
    #[schema(ignore)]
    pub answered: bool,
}

/// Whether a dependency can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ConnectionStatus)]
pub enum Link {
    Connected,
    Disconnected,
    /// Not part of this installation.
    Disabled,
}

/// Public status of the platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub status: Status,
    pub timestamp: DateTime<Utc>,
    /// Seconds since the gateway started.
    pub uptime: u64,
    #[schema(example = "development")]
    pub environment: &'static str,
    /// Disconnected if a service's database cannot be read or written.
    pub database: Link,
    pub redis: Link,
}

/// The whole platform, for administrators and operators.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemReport {
    #[serde(flatten)]
    pub health: Health,
    #[schema(example = "0.1.0")]
    pub version: &'static str,
    pub bus: Part,
    pub services: BTreeMap<&'static str, ServiceReport>,
}

impl SystemReport {
    /// Whether any service answers.
    pub fn reaches(&self) -> bool {
        self.services.values().any(|service| service.answered)
    }
}

/// Checks until a service has answered, so that the gateway stays ready later when all services may be down.
pub async fn find_services(app: Arc<Gateway>) {
    while !reached(&app).await {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Whether any service has ever answered. Checks again while none has.
pub async fn reached(app: &Gateway) -> bool {
    let reached = app.reached.load(Ordering::Relaxed) || report(app).await.reaches();
    if reached {
        app.reached.store(true, Ordering::Relaxed);
    }
    reached
}

/// Asks all services and the bus at the same time.
pub async fn report(app: &Gateway) -> SystemReport {
    let named = app.channels.named();
    let asked = named
        .iter()
        .map(|(name, channel)| async move { (*name, service(channel).await) });
    let bus = async {
        tokio::time::timeout(PATIENCE, app.bus.healthy())
            .await
            .unwrap_or(false)
    };
    let (services, bus) = tokio::join!(futures::future::join_all(asked), bus);
    let services: BTreeMap<_, _> = services.into_iter().collect();
    let all_up = services.values().all(|part| part.status == Part::Up);
    let without_database = |part: &ServiceReport| part.answered && part.status == Part::Down;
    let database = !services.values().any(without_database);
    let health = Health {
        status: if all_up && bus {
            Status::Ok
        } else {
            Status::Degraded
        },
        timestamp: Utc::now(),
        uptime: app.started.elapsed().as_secs(),
        environment: app.environment.as_str(),
        database: if database {
            Link::Connected
        } else {
            Link::Disconnected
        },
        redis: Link::Disabled,
    };
    SystemReport {
        health,
        version: env!("CARGO_PKG_VERSION"),
        bus: Part::of(bus),
        services,
    }
}

/// By `grpc.health.v1`, which reports the state of the service's database.
async fn service(channel: &GrpcChannel) -> ServiceReport {
    let started = Instant::now();
    let mut request = tonic::Request::new(HealthCheckRequest::default());
    request.set_timeout(PATIENCE);
    let mut client = HealthClient::new(channel.clone());
    let answer = tokio::time::timeout(PATIENCE, client.check(request)).await;
    let (status, version) = match answer {
        Ok(Ok(answer)) => (Some(answer.get_ref().status()), version(answer.metadata())),
        Ok(Err(status)) => (None, version(status.metadata())),
        Err(_) => (None, None),
    };
    ServiceReport {
        status: Part::of(status == Some(ServingStatus::Serving)),
        version,
        latency_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        answered: status.is_some(),
    }
}

fn version(metadata: &tonic::metadata::MetadataMap) -> Option<String> {
    let version = metadata.get(VERSION_HEADER)?.to_str().ok()?;
    Some(version.to_owned())
}
