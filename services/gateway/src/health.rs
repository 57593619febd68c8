//! How the parts of the platform are, as the gateway sees them.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tonic::Code;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use utoipa::ToSchema;
use waybill_service_kit::GrpcChannel;

use crate::app::Gateway;

/// A part that does not answer within this is down.
const PATIENCE: Duration = Duration::from_secs(2);
/// The version of the platform that a service tells with every answer.
const VERSION_HEADER: &str = "x-waybill-version";

/// Whether a part works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Part {
    Up,
    Down,
    /// Not part of this installation.
    Disabled,
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
    /// Null if it did not tell.
    #[schema(required)]
    pub version: Option<String>,
    /// How long it took to answer, in milliseconds.
    pub latency_ms: u64,
}

/// The whole platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemReport {
    /// `OK`, or `DEGRADED` if a part is down.
    #[schema(example = "OK")]
    pub status: &'static str,
    pub timestamp: DateTime<Utc>,
    /// Seconds since the gateway started.
    pub uptime: u64,
    #[schema(example = "development")]
    pub environment: &'static str,
    #[schema(example = "0.1.0")]
    pub version: &'static str,
    /// Down if a service cannot reach its database.
    pub database: Part,
    pub bus: Part,
    pub redis: Part,
    pub services: BTreeMap<&'static str, ServiceReport>,
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
    SystemReport {
        status: if all_up && bus { "OK" } else { "DEGRADED" },
        timestamp: Utc::now(),
        uptime: app.started.elapsed().as_secs(),
        environment: app.environment.as_str(),
        version: env!("CARGO_PKG_VERSION"),
        database: Part::of(all_up),
        bus: Part::of(bus),
        redis: Part::Disabled,
        services,
    }
}

/// By `grpc.health.v1`, which watches the database too. A service within this process has no such endpoint, but answers.
async fn service(channel: &GrpcChannel) -> ServiceReport {
    let started = Instant::now();
    let mut request = tonic::Request::new(HealthCheckRequest::default());
    request.set_timeout(PATIENCE);
    let mut client = HealthClient::new(channel.clone());
    let answer = tokio::time::timeout(PATIENCE, client.check(request)).await;
    let (up, version) = match answer {
        Ok(Ok(answer)) => (
            answer.get_ref().status() == ServingStatus::Serving,
            version(answer.metadata()),
        ),
        Ok(Err(status)) => (
            status.code() == Code::Unimplemented,
            version(status.metadata()),
        ),
        Err(_) => (false, None),
    };
    ServiceReport {
        status: Part::of(up),
        version,
        latency_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

fn version(metadata: &tonic::metadata::MetadataMap) -> Option<String> {
    let version = metadata.get(VERSION_HEADER)?.to_str().ok()?;
    Some(version.to_owned())
}
