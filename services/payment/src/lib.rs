//! Payments, refunds, payouts and the ledger.
//!
//! Layers: entity ← payees, providers ← payments, transfers ← clients, config, differences, ledger ← payouts, provider_events, receipts, refunds, verify ← webhooks ← consumers, grpc, jobs, migrations.
//!
//! `payments` (create, read; the state machine), `refunds` (returning money), `payouts` (paying workers and the owner), `transfers` (what
//! the two share: asking a provider until money has moved), `payees` (who gets payouts), `ledger` (double-entry bookkeeping),
//! `differences` (what an administrator must look at), `providers` (payment providers behind one trait), `provider_events` (what they say
//! about payments, and asking them), `receipts` (money that arrives by hand), `webhooks` (their messages), `consumers` (events of orders),
//! `jobs` (background jobs), `clients` (calls to the order service), `verify` (invariants of the database).

use std::sync::Arc;

use tonic::service::Routes;
use waybill_proto::payment::{
    payment_service_server::PaymentServiceServer, payout_service_server::PayoutServiceServer,
};
use waybill_service_kit::{AppError, Deps, GrpcChannel, Service};
use waybill_store::Grouped;

mod clients;
mod config;
mod consumers;
mod differences;
mod entity;
mod grpc;
mod jobs;
mod ledger;
mod migrations;
mod payees;
mod payments;
mod payouts;
mod provider_events;
mod providers;
mod receipts;
mod refunds;
mod transfers;
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
    paypal::{CertificateSource, PayPal, PayPalSettings, PayPalTrust},
    sandbox::Sandbox,
    stripe::{Stripe, StripeSettings},
};
pub use verify::verify;

use clients::OrderClient;
use consumers::{OrderEvents, SettingsEvents};
use differences::app::Differences;
use grpc::PaymentGrpc;
use ledger::app::Ledger;
use payments::{app::Payments, return_url::ReturnPolicy, starting::StartPayments};
use payouts::{app::Payouts, grpc::PayoutGrpc};
use provider_events::{app::ProviderEvents, settlement::Settlement};
use receipts::app::Receipts;
use refunds::app::Refunds;
use transfers::Tools;
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

/// As [`build`], with providers of the caller's choice, besides payments by hand.
pub async fn build_with(
    deps: &Deps,
    settings: &Settings,
    order: GrpcChannel,
    providers: Providers,
) -> Result<Service, AppError> {
    deps.db.migrate::<Migrator>().await?;
    let providers = providers.with_manual(settings.manual_payments.as_deref());
    let production = deps.environment.is_production();
    let origins = settings.public_url.iter().chain(&settings.return_origins);
    let orders = Arc::new(OrderClient::new(order));
    let payments = Payments {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
        orders: orders.clone(),
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
    let tools = || Tools {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
        providers: providers.clone(),
        wake: Arc::default(),
    };
    let refunds = Arc::new(Refunds {
        tools: tools(),
        orders,
    });
    let payouts = Arc::new(Payouts { tools: tools() });
    let receipts = Arc::new(Receipts {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
    });
    let differences = Arc::new(Differences {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
    });
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
        payouts: Arc::clone(&payouts),
        wake: Arc::default(),
    });
    let grpc = PaymentGrpc {
        payments: Arc::new(payments),
        provider_events,
        settlement: Arc::clone(&settlement),
        refunds: Arc::clone(&refunds),
        webhooks: Arc::clone(&webhooks),
        ledger: Arc::clone(&ledger),
        differences,
        receipts: Arc::clone(&receipts),
    };
    let payout_grpc = PayoutServiceServer::new(PayoutGrpc(Arc::clone(&payouts)));
    Ok(Service {
        name: NAME,
        routes: Routes::new(PaymentServiceServer::new(grpc)).add_service(payout_grpc),
        consumers: vec![
            Arc::new(OrderEvents {
                refunds: Arc::clone(&refunds),
                receipts,
                ledger: Arc::clone(&ledger),
            }),
            Arc::new(SettingsEvents::new(ledger)),
        ],
        jobs: vec![
            jobs::transfers("refunds", refunds),
            jobs::transfers("payouts", payouts),
            jobs::webhooks(Arc::clone(&webhooks)),
            jobs::prune(webhooks),
            jobs::reconciliation(settlement),
        ],
    })
}
