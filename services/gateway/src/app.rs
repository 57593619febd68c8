//! State shared by all handlers: clients of the services, limits, caches, settings.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

use parking_lot::RwLock;
use tokio_util::sync::CancellationToken;
use waybill_bus::Bus;
use waybill_proto::{Channels, Clients, json};
use waybill_service_kit::{
    GrpcChannel,
    settings::Environment,
    tokens::{ServiceTokens, Verifier},
};

use crate::{
    cache::ProductCache,
    config::GatewaySettings,
    denials::Denials,
    downloads::Downloads,
    limits::{Limits, Proxies},
    pages::Templates,
    web::Web,
};

/// An account for a first look.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct DemoAccount {
    #[schema(value_type = waybill_proto::common::Role)]
    pub role: String,
    #[schema(example = "carl@waybill.example")]
    pub email: String,
    pub password: String,
}

/// Shared by all requests and sockets.
pub struct Gateway {
    pub clients: Clients<GrpcChannel>,
    pub channels: Channels<GrpcChannel>,
    pub bus: Arc<dyn Bus>,
    pub verifier: Arc<Verifier>,
    pub service_tokens: ServiceTokens,
    /// The URL of the gateway where no request says under which one it is reached.
    pub base: Arc<str>,
    pub settings: GatewaySettings,
    pub environment: Environment,
    /// Requests that came through a proxy are refused.
    pub local_only: bool,
    pub limits: Limits,
    pub proxies: Proxies,
    pub downloads: Downloads,
    pub denials: Denials,
    pub products: ProductCache,
    /// Providers that take payments, from the last answer of the payment service.
    pub payment_providers: RwLock<Vec<i32>>,
    pub templates: Templates,
    /// The web pages, if they are built.
    pub web: Option<Web>,
    pub demo_accounts: Vec<DemoAccount>,
    /// Whether mails are kept for the browser.
    pub mailbox: bool,
    pub started: Instant,
    /// Cancelled when the gateway starts to drain: requests are still answered, but clients should go elsewhere.
    pub leaving: CancellationToken,
    /// The services run in this process.
    pub one_process: bool,
    /// The start is complete.
    pub complete: Arc<AtomicBool>,
    /// A service has answered at least once.
    pub reached: AtomicBool,
    /// Cancelled when the gateway stops.
    pub stop: CancellationToken,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    /// Whether pages of this origin may call the API with the user's cookies.
    pub fn allows_origin(&self, origin: &str) -> bool {
        let allowed = self.settings.cors_origins.iter();
        allowed.into_iter().any(|allowed| allowed == origin)
            || (!self.environment.is_production() && is_local(origin))
    }
}

/// A page on the developer's own machine.
fn is_local(origin: &str) -> bool {
    origin.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
            && matches!(uri.scheme_str(), Some("http" | "https"))
    })
}

/// The state of the router.
pub type App = Arc<Gateway>;

/// Calls a service for reading; repeated while the service is away, within the budget of service-kit.
macro_rules! read {
    ($client:expr, $method:ident, $context:expr, $message:expr) => {{
        let message = $message;
        waybill_service_kit::retry_read(|| {
            let mut client = $client.clone();
            let request = waybill_service_kit::outgoing($context, message.clone());
            async move {
                client
                    .$method(request)
                    .await
                    .map_err($crate::app::of_answer)
            }
        })
        .await
    }};
}

/// To the transport, an answer beyond [`waybill_proto::MAX_ANSWER`] is "out of range", which reads as if the caller had sent too much. A
/// service that says so itself gives details.
pub fn of_answer(status: tonic::Status) -> tonic::Status {
    if status.code() == tonic::Code::OutOfRange && status.details().is_empty() {
        return tonic::Status::internal(status.message());
    }
    status
}

/// Calls a service for writing, once: a repeat is the client's to make, with its idempotency key.
macro_rules! send {
    ($client:expr, $method:ident, $context:expr, $message:expr) => {
        $client
            .clone()
            .$method(waybill_service_kit::outgoing($context, $message))
            .await
            .map(tonic::Response::into_inner)
            .map_err(|status| waybill_service_kit::AppError::from_status(&status))
    };
}

pub(crate) use {read, send};

/// Runs work that serializes messages: paths in them become URLs below `base`.
pub async fn based<F: Future>(base: &Arc<str>, work: F) -> F::Output {
    let mut work = pin!(work);
    poll_fn(|task| json::with_base(base, || work.as_mut().poll(task))).await
}

/// The part of an answer that a service always sets.
pub fn required<T>(part: Option<T>, what: &str) -> Result<T, crate::error::ApiError> {
    part.ok_or_else(|| {
        waybill_service_kit::AppError::internal(format!("a service answered without {what}")).into()
    })
}
