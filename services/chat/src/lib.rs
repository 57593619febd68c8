//! One conversation per order between its customer, its worker and the administrators.
//!
//! Layers: entity ← domain ← clients, events, store ← app ← config, consumers, grpc, migrations, verify.
//!
//! `grpc` and `consumers` are the entry points; `app` holds the use cases with their transactions; `domain` the participants and
//! the limits of messages; `store` the statements; `clients` calls the order service; `events` is what is published to the
//! gateway.

mod app;
mod clients;
mod config;
mod consumers;
mod domain;
mod entity;
mod events;
mod grpc;
mod migrations;
mod store;
mod verify;

use std::sync::Arc;

use tonic::service::Routes;
use waybill_proto::chat::chat_service_server::ChatServiceServer;
use waybill_service_kit::{
    AppError, GrpcChannel,
    service::{Deps, Service},
};

use app::App;
use clients::Orders;

pub use config::Settings;
pub use consumers::CONSUMERS;
pub use migrations::Migrator;
pub use verify::verify;

/// The name of this service.
pub const NAME: &str = "chat";

/// Migrates the database and builds the service. `order` is called for orders without an event so far.
pub async fn build(
    deps: &Deps,
    settings: &Settings,
    order: GrpcChannel,
) -> Result<Service, AppError> {
    deps.db.migrate::<Migrator>().await?;
    let app = Arc::new(App::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        Orders::new(order, settings.order_timeout),
    ));
    Ok(Service {
        name: NAME,
        routes: Routes::new(ChatServiceServer::new(grpc::Grpc(Arc::clone(&app)))),
        consumers: consumers::consumers(&app),
        jobs: Vec::new(),
    })
}
