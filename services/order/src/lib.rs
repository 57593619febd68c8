//! Catalogue, stock, orders and work.
//!
//! Module map. Slices, each with the rooms `grpc → app → domain, store`: [`catalogue`], [`stock`], [`orders`], [`work`].
//! Front doors beside them: `consumers` (events of payment), `jobs` (expiry). Shared: `events` (which event follows from
//! which change), `wire` (domain → protobuf), `fields` (checks of text and numbers), `parts`, `error`, `store`, `grpc`.
//!
//! Invariants, each held by a test in `tests/it`: stock is never oversold (`stock.rs`); a claim has one winner (`work.rs`);
//! a repeated placing answers the first order (`placing.rs`); any sequence of operations leaves [`verify()`] clean
//! (`invariants.rs`). Deliberately absent: calls to other services. Placing asks nobody.

pub mod catalogue;
pub mod config;
mod consumers;
mod error;
mod events;
pub mod fields;
mod grpc;
mod jobs;
mod migrations;
pub mod orders;
mod parts;
pub mod stock;
mod store;
mod verify;
mod wire;
pub mod work;

use std::sync::Arc;

pub use config::Settings;
pub use consumers::CONSUMERS;
pub use migrations::Migrator;
use tonic::service::Routes;
pub use verify::verify;
use waybill_proto::order::{
    catalogue_service_server::CatalogueServiceServer, order_service_server::OrderServiceServer,
    stock_service_server::StockServiceServer, work_service_server::WorkServiceServer,
};
use waybill_service_kit::{AppError, Deps, Service};

use crate::{
    catalogue::{app::Catalogue, grpc::CatalogueGrpc},
    consumers::PaymentEvents,
    orders::{app::Orders, grpc::OrdersGrpc},
    parts::Parts,
    stock::{app::Stock, grpc::StockGrpc},
    work::{app::Work, grpc::WorkGrpc},
};

/// Brings the database up to date and builds the service. It does not run before `waybill_service_kit::start`.
pub async fn build(deps: &Deps, settings: &Settings) -> Result<Service, AppError> {
    deps.db.migrate::<Migrator>().await?;
    let parts = Arc::new(Parts {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
        currency: deps.currency,
        order_expiry: settings.order_expiry,
    });
    let orders = Orders::new(Arc::clone(&parts));
    let catalogue = CatalogueGrpc(Catalogue::new(Arc::clone(&parts)));
    let stock = StockGrpc(Stock::new(Arc::clone(&parts)));
    let work = WorkGrpc(Work::new(Arc::clone(&parts)));
    let routes = Routes::new(CatalogueServiceServer::new(catalogue))
        .add_service(StockServiceServer::new(stock))
        .add_service(OrderServiceServer::new(OrdersGrpc(orders.clone())))
        .add_service(WorkServiceServer::new(work));
    Ok(Service {
        name: "order",
        routes,
        jobs: vec![jobs::expiry(orders.clone(), &parts, &deps.stop)],
        consumers: vec![Arc::new(PaymentEvents::new(orders))],
    })
}
