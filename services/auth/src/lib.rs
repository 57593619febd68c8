//! Users, sessions, roles and the keys that sign access tokens.
//!
//! Layers: domain, entity ← events, store ← password ← error ← keys ← app ← config, consumers, grpc, jobs, migrations, verify.
//!
//! `grpc`, `consumers` (administrative acts of other services) and `jobs` are the entry points; `app` holds the use cases with
//! their transactions; `domain` the rules; `store` the statements; `events` what is published to the other services; `keys` and
//! `password` the cryptography.

mod app;
mod config;
mod consumers;
mod domain;
mod entity;
mod error;
mod events;
mod grpc;
mod jobs;
mod keys;
mod migrations;
mod password;
mod store;
mod verify;

use std::sync::Arc;

use tonic::service::Routes;
use waybill_proto::auth::{
    audit_service_server::AuditServiceServer, auth_service_server::AuthServiceServer,
};
use waybill_service_kit::{
    AppError,
    service::{Deps, Service},
};

use app::App;
use keys::Keys;
use password::Passwords;

pub use app::seed::{SeedUser, hash_password, seed_user};
pub use config::Settings;
pub use consumers::CONSUMERS;
pub use migrations::Migrator;
pub use verify::verify;

/// The name of this service.
pub const NAME: &str = "auth";

/// Migrates the database, creates the first administrator if the settings name one, and builds the service.
///
/// The verifier of `deps` gets the keys of this service: in this process no network call is needed for them.
pub async fn build(deps: &Deps, settings: &Settings) -> Result<Service, AppError> {
    deps.db.migrate::<Migrator>().await?;
    let passwords = Passwords::new(settings.hash_parallelism())
        .await
        .map_err(AppError::internal)?;
    match (&settings.admin_email, &settings.admin_password) {
        (Some(email), Some(password)) => {
            app::seed::first_admin(&deps.db, &passwords, email, password).await?;
        }
        (None, None) => {}
        (Some(_), None) => return Err(app::seed::incomplete_admin("WAYBILL_ADMIN_PASSWORD")),
        (None, Some(_)) => return Err(app::seed::incomplete_admin("WAYBILL_ADMIN_EMAIL")),
    }
    let configured = settings
        .signing_key
        .as_ref()
        .map(keys::parse_configured)
        .transpose()?;
    let keys = Keys::open(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        configured,
        settings.key_overlap(),
    )
    .await?;
    let published = keys.clone();
    deps.verifier.connect(Arc::new(move || {
        let keys = published.clone();
        async move { Ok(keys.jwks().await) }
    }));
    let app = Arc::new(App::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        passwords,
        keys,
        settings.policy(),
    ));
    let grpc = grpc::Grpc(Arc::clone(&app));
    Ok(Service {
        name: NAME,
        routes: Routes::new(AuthServiceServer::new(grpc))
            .add_service(AuditServiceServer::new(grpc::AuditGrpc(Arc::clone(&app)))),
        consumers: consumers::consumers(&app),
        jobs: jobs::jobs(&app),
    })
}

/// Creates a new key that signs access tokens; see the README on rotation. The other replicas use it within a minute.
pub async fn rotate_signing_key(deps: &Deps, settings: &Settings) -> Result<String, AppError> {
    let configured = settings
        .signing_key
        .as_ref()
        .map(keys::parse_configured)
        .transpose()?;
    let keys = Keys::open(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        configured,
        settings.key_overlap(),
    )
    .await?;
    Ok(keys.rotate().await?)
}
