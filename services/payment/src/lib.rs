//! Payments, refunds and the ledger.
//!
//! Layers: entity ← providers ← payments ← clients, config, ledger ← provider_events, refunds, verify ← webhooks ← consumers, grpc, jobs, migrations.
//!
//! `payments` (create, read; the state machine), `refunds` (returning money), `ledger` (double-entry bookkeeping), `providers`
//! (payment providers behind one trait), `provider_events` (what they say about payments, and asking them), `webhooks` (their messages),
//! `consumers` (events of orders), `jobs` (background jobs), `clients` (calls to the order service), `verify` (invariants of the
//! database).

use std::sync::Arc;

use tokio::sync::Notify;
use tonic::service::Routes;
use waybill_proto::payment::payment_service_server::PaymentServiceServer;
use waybill_service_kit::{AppError, Deps, GrpcChannel, Service};
use waybill_store::Grouped;

mod clients;
mod config;
mod consumers;
mod entity;
mod grpc;
mod jobs;
mod ledger;
mod migrations;
mod payments;
mod provider_events;
mod providers;
mod refunds;
mod verify;
mod webhooks;

pub use config::Settings;
pub use consumers::CONSUMERS;
pub use migrations::Migrator;
pub use payments::domain::Provider;
pub use providers::{
    BegunPayment, Capture, Checkout, CheckoutSession, Delivery, Message, News, PaymentKey,
    PaymentProvider, PaymentStatus, PayoutOrder, ProviderError, Providers, RefundOrder, Transfer,
    TransferStatus, WebhookError,
    sandbox::Sandbox,
    stripe::{Stripe, StripeSettings},
};
pub use verify::verify;

use clients::OrderClient;
use consumers::{OrderEvents, SettingsEvents};
use grpc::PaymentGrpc;
use ledger::app::Ledger;
use payments::{
    app::{Payments, StartPayments},
    return_url::ReturnPolicy,
};
use provider_events::{app::ProviderEvents, settlement::Settlement};
use refunds::app::Refunds;
use webhooks::app::Webhooks;

/// The service's name: of its stream, its database and its process.
pub const NAME: &str = "payment";

/// Migrates the database and builds the service with the providers of the settings. `order` is the channel to the order service.
pub async fn build(
    deps: &Deps,
    settings: &Settings,
    order: GrpcChannel,
) -> Result<Service, AppError> {
    let mut configured = settings.providers()?;
    if !deps.environment.is_production() {
        configured.push(Arc::new(Sandbox::new(settings.public_url.as_deref())));
    }
    let providers = Providers::new(configured);
    build_with(deps, settings, order, providers).await
}

/// As [`build`], with providers of the caller's choice.
pub async fn build_with(
    deps: &Deps,
    settings: &Settings,
    order: GrpcChannel,
    providers: Providers,
) -> Result<Service, AppError> {
    deps.db.migrate::<Migrator>().await?;
    let production = deps.environment.is_production();
    let origins = settings.public_url.iter().chain(&settings.return_origins);
    let payments = Payments {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
        orders: Arc::new(OrderClient::new(order)),
        providers: providers.clone(),
        return_policy: if production {
            ReturnPolicy::only(origins)
        } else {
            ReturnPolicy::any()
        },
        public_url: settings.public_url.clone(),
        sandbox: !production,
        starting: Grouped::new(&deps.db, StartPayments),
    };
    let ledger = Arc::new(Ledger::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        settings.commission_basis_points,
    ));
    let wake = Arc::new(Notify::new());
    let refunds = Arc::new(Refunds::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        providers.clone(),
        Arc::clone(&wake),
    ));
    let provider_events = Arc::new(ProviderEvents::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        !production,
    ));
    let settlement = Arc::new(Settlement::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        providers.clone(),
        Arc::clone(&provider_events),
    ));
    let webhooks = Arc::new(Webhooks {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
        providers,
        events: Arc::clone(&provider_events),
        settlement: Arc::clone(&settlement),
        refunds: Arc::clone(&refunds),
        wake: Arc::default(),
    });
    let grpc = PaymentGrpc {
        payments: Arc::new(payments),
        provider_events,
        settlement: Arc::clone(&settlement),
        refunds: Arc::clone(&refunds),
        webhooks: Arc::clone(&webhooks),
        ledger: Arc::clone(&ledger),
    };
    Ok(Service {
        name: NAME,
        routes: Routes::new(PaymentServiceServer::new(grpc)),
        consumers: vec![
            Arc::new(OrderEvents::new(Arc::clone(&refunds), Arc::clone(&ledger))),
            Arc::new(SettingsEvents::new(ledger)),
        ],
        jobs: vec![
            jobs::refunds(refunds, wake),
            jobs::webhooks(Arc::clone(&webhooks)),
            jobs::prune(webhooks),
            jobs::reconciliation(settlement),
        ],
    })
}
