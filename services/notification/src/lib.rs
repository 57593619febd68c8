//! In-app notifications and e-mail, driven only by the events of the other services.
//!
//! Layers: entity ← triggers ← mail ← domain ← config, events, plan, store ← sender ← app ← consumers, grpc, jobs, migrations, verify.
//!
//! `grpc`, `consumers` and `jobs` are the entry points; `app` holds the use cases with their transactions; `triggers` what events
//! say, `plan` who is notified about it, `domain` the shared types of both; `mail` the templates, `sender` the SMTP client;
//! `store` the statements; `events` what is published to the gateway.

mod app;
mod config;
mod consumers;
mod domain;
mod entity;
mod events;
mod grpc;
mod jobs;
mod mail;
mod migrations;
mod plan;
mod sender;
mod store;
mod triggers;
mod verify;

use std::sync::Arc;

use tonic::service::Routes;
use waybill_proto::notification::notification_service_server::NotificationServiceServer;
use waybill_service_kit::{
    AppError,
    service::{Deps, Service},
    settings::Environment,
};

use app::{App, Policy};
use mail::Shop;
use sender::{Sender, Smtp};

pub use config::{Settings, Tls, Transport};
pub use consumers::CONSUMERS;
pub use migrations::Migrator;
pub use verify::verify;

/// The name of this service.
pub const NAME: &str = "notification";

/// Migrates the database and builds the service.
pub async fn build(deps: &Deps, settings: &Settings) -> Result<Service, AppError> {
    let errors = settings.errors(deps.environment);
    if !errors.is_empty() {
        let lines: Vec<_> = errors
            .iter()
            .map(|(name, problem)| format!("{name}: {problem}"))
            .collect();
        return Err(AppError::malformed(lines.join("; ")));
    }
    deps.db.migrate::<Migrator>().await?;
    let sender = match settings.transport {
        Transport::Smtp => Sender::Smtp(Smtp::new(settings)?),
        Transport::Mailbox => Sender::Mailbox,
    };
    let policy = Policy {
        shop: Shop {
            name: settings.shop_name.clone(),
            url: settings.public_url.clone().unwrap_or_default(),
        },
        mail_attempts: i32::try_from(settings.mail_attempts).unwrap_or(i32::MAX),
        unverified_hourly: settings.mail_unverified_hourly.into(),
        mailbox_open: settings.transport == Transport::Mailbox
            && deps.environment == Environment::Development,
    };
    let app = Arc::new(App::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        policy,
        sender,
        deps.stop.clone(),
    ));
    Ok(Service {
        name: NAME,
        routes: Routes::new(NotificationServiceServer::new(grpc::Grpc(Arc::clone(&app)))),
        consumers: consumers::consumers(&app),
        jobs: jobs::jobs(&app),
    })
}
