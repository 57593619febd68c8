//! Catalogue, stock, orders and work.
//!
//! Layers: base, config ← shop ← orders ← invoices, fulfilment ← derived ← consumers, jobs, migrations.
//!
//! - `base` is independent of all slices: checks of text and numbers, safe CSV, audit records, helpers of stores and gRPC.
//! - `shop`: settings, products, categories, stock, catalogue, carts, import and export.
//! - `orders` is the core. Higher layers register hooks for changes of orders (`orders/app/hooks.rs`, which also defines the lock
//!   order).
//! - `invoices`: invoices and credit notes, with their PDF.
//! - `fulfilment`: workers, notes, files, shipments, and work (the pool, claims, change requests).
//! - `derived`: data derived from orders (analytics), and the checks of `waybill verify`.
//! - Entry points: `consumers` (events of payment, auth and its own), `jobs` (timers), and the wiring.
//!
//! A slice is a folder in one of these. All slices have the same layers in files of the same names: `grpc → app → domain, store`;
//! `entity` (rows), `wire` (domain → protobuf), `events` (published events). The order of slices is in the `mod.rs` of their folder;
//! `cargo xtask tidy --draw services/order` draws the graph.
//!
//! Invariants, each with a test in `tests/it`: stock is never oversold (`stock.rs`); a claim has one winner (`work.rs`); a repeated
//! placing returns the first order (`placing.rs`); any sequence of operations leaves [`verify()`] clean (`invariants.rs`).
//! Deliberately absent: calls to other services.

mod base;
pub mod config;
mod consumers;
mod derived;
mod fulfilment;
mod invoices;
mod jobs;
mod migrations;
mod orders;
mod shop;

use std::sync::Arc;

#[doc(hidden)]
pub use config::Settings;
pub use consumers::CONSUMERS;
pub use derived::analytics::app::rebuild as rebuild_analytics;
pub use derived::verify::{verify, waits_for};
pub use fulfilment::files::{domain::MAX_IMAGES, storage::Storage};
pub use migrations::Migrator;
pub use orders::store::{searched, set_search};
#[doc(hidden)]
pub use shop::import_export::domain::reader::fuzz as fuzz_import;
use tonic::service::Routes;
use waybill_proto::order::{
    analytics_service_server::AnalyticsServiceServer, cart_service_server::CartServiceServer,
    catalogue_service_server::CatalogueServiceServer, file_service_server::FileServiceServer,
    invoice_service_server::InvoiceServiceServer, order_service_server::OrderServiceServer,
    shipment_service_server::ShipmentServiceServer, shop_service_server::ShopServiceServer,
    stock_service_server::StockServiceServer, work_service_server::WorkServiceServer,
};
use waybill_service_kit::{AppError, Deps, Service};

use crate::{
    consumers::{INVOICES, InvoiceEvents, OrderProjections, PaymentEvents, UserEvents},
    derived::analytics::{app::Analytics, grpc::AnalyticsGrpc},
    fulfilment::{
        files::{
            app::{Files, links},
            grpc::FilesGrpc,
        },
        notes::app::Notes,
        shipments::{
            app::{SettleShipments, Shipments},
            grpc::ShipmentsGrpc,
        },
        work::{
            app::{SettleRequests, Work},
            grpc::WorkGrpc,
        },
        workers::app::Workers,
    },
    invoices::{app::Invoices, grpc::InvoicesGrpc},
    orders::{
        app::{Hooks, Orders},
        grpc::OrdersGrpc,
    },
    shop::{
        app_context::AppContext,
        cart::{app::Carts, grpc::CartGrpc},
        catalogue::{self, app::Catalogue},
        categories::app::Categories,
        grpc::CatalogueGrpc,
        import_export::app::ImportExport,
        settings::{
            app::{HasPrices, Shop},
            current::CurrentSettings,
            grpc::ShopGrpc,
        },
        stock::{
            app::{Stock, low::StockWatch},
            grpc::StockGrpc,
        },
    },
};

/// Tables that contain prices.
const PRICED: &[HasPrices] = &[
    |tx| Box::pin(catalogue::store::any(tx)),
    |tx| Box::pin(orders::store::any(tx)),
];

/// Migrates the database and builds the service. It runs only after `waybill_service_kit::start`.
pub async fn build(
    deps: &Deps,
    settings: &Settings,
    storage: Storage,
) -> Result<Service, AppError> {
    deps.db.migrate::<Migrator>().await?;
    let shop =
        shop::settings::app::open(&deps.db, deps.currency, settings, deps.clock.now()).await?;
    let settings = Arc::new(CurrentSettings::new(shop));
    let context = Arc::new(AppContext {
        db: deps.db.clone(),
        clock: Arc::clone(&deps.clock),
        settings: Arc::clone(&settings),
    });
    let shop = Shop::new(deps.db.clone(), Arc::clone(&deps.clock), settings, PRICED);
    let analytics = Analytics::new(Arc::clone(&context));
    let hooks = Hooks {
        effects: vec![Box::new(SettleRequests), Box::new(SettleShipments)],
        counts: Box::new(analytics.clone()),
    };
    let orders = Orders::new(Arc::clone(&context), hooks);
    let catalogue = CatalogueGrpc {
        catalogue: Catalogue::new(Arc::clone(&context)),
        categories: Categories::new(Arc::clone(&context)),
        import_export: ImportExport::new(Arc::clone(&context)),
    };
    let watch = StockWatch::new(Arc::clone(&context));
    let stock = StockGrpc(Stock::new(Arc::clone(&context)));
    let carts = Carts::new(Arc::clone(&context));
    let links = links::signer(deps).await?;
    let files = Files::new(Arc::clone(&context), storage.clone(), links);
    let invoices = Invoices::open(Arc::clone(&context), &INVOICES).await?;
    let workers = Workers::new(Arc::clone(&context));
    let work = WorkGrpc {
        work: Work::new(Arc::clone(&context), orders.clone(), workers.clone()),
        workers: workers.clone(),
        notes: Notes::new(Arc::clone(&context)),
    };
    let shipments = ShipmentsGrpc(Shipments::new(Arc::clone(&context), orders.clone()));
    let routes = Routes::new(CatalogueServiceServer::new(catalogue))
        .add_service(StockServiceServer::new(stock))
        .add_service(OrderServiceServer::new(OrdersGrpc(orders.clone())))
        .add_service(WorkServiceServer::new(work))
        .add_service(CartServiceServer::new(CartGrpc(carts.clone())))
        .add_service(ShipmentServiceServer::new(shipments))
        .add_service(InvoiceServiceServer::new(InvoicesGrpc(invoices.clone())))
        .add_service(ShopServiceServer::new(ShopGrpc(shop.clone())))
        .add_service(FileServiceServer::new(FilesGrpc(files.clone())))
        .add_service(AnalyticsServiceServer::new(AnalyticsGrpc(analytics)));
    Ok(Service {
        name: "order",
        routes,
        jobs: vec![
            jobs::expiry(orders.clone(), &context, &deps.stop),
            jobs::cart_clean_up(carts),
            jobs::refresh_settings(shop),
            jobs::removals(files, &storage.removals),
            jobs::stock_watch(watch),
        ],
        consumers: vec![
            Arc::new(PaymentEvents::new(orders)),
            Arc::new(UserEvents::new(workers)),
            Arc::new(InvoiceEvents::new(invoices)),
            Arc::new(OrderProjections),
        ],
    })
}
