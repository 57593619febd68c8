//! Users, sessions, roles and the keys that sign access tokens.
//!
//! Layers: domain, entity ← events, store ← password ← error ← devices, keys ← app ← config, consumers, demo, grpc, jobs, migrations, verify.
//!
//! `grpc`, `consumers` (administrative acts of other services) and `jobs` are the entry points; `app` holds the use cases with
//! their transactions; `domain` the rules; `store` the statements; `events` what is published to the other services; `keys` and
//! `password` the cryptography.

mod app;
mod config;
mod consumers;
pub mod demo;
mod devices;
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
use devices::Devices;
use keys::Keys;
use password::Passwords;

pub use app::seed::{SeedUser, hash_password, promote, seed_user};
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
    let production = deps.environment.is_production();
    let public_passwords: &'static [&'static str] =
        if production { &[demo::PASSWORD] } else { &[] };
    match (&settings.admin_email, &settings.admin_password) {
        (Some(email), Some(password)) => {
            app::seed::first_admin(&deps.db, &passwords, email, password, public_passwords).await?;
        }
        (None, None) => {}
        (Some(_), None) => return Err(app::seed::incomplete_admin("WAYBILL_ADMIN_PASSWORD")),
        (None, Some(_)) => return Err(app::seed::incomplete_admin("WAYBILL_ADMIN_EMAIL")),
    }
    if production {
        demo::refuse(&deps.db, &passwords).await?;
    }
    if settings.refresh_token_ttl < settings.access_token_ttl {
        return Err(AppError::invalid_field(
            "WAYBILL_AUTH_REFRESH_TOKEN_TTL",
            "must not be shorter than WAYBILL_AUTH_ACCESS_TOKEN_TTL",
        ));
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
    let app = Arc::new(App::new(
        deps.db.clone(),
        Arc::clone(&deps.clock),
        passwords,
        keys.clone(),
        settings.policy(public_passwords),
        Arc::clone(&deps.verifier),
        Devices::new(&deps.service_tokens.secret_for("devices that signed in")),
    ));
    deps.verifier.connect(Arc::new(app::Local {
        keys,
        revocations: app.revocations().clone(),
    }));
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
