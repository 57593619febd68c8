//! A running auth service on a database of its own, with a clock that the test controls.

use std::{sync::Arc, time::Duration};

use tonic::Request;
use waybill_auth::{Migrator, SeedUser, Settings};
use waybill_bus::InProcessBus;
use waybill_primitives::{ManualClock, Role, Timestamp, UserId};
use waybill_proto::auth::{
    ListAuditLogRequest, LoginRequest, RefreshRequest, RegisterRequest, Session,
    audit_service_client::AuditServiceClient, auth_service_client::AuthServiceClient,
};
use waybill_proto::common::AuditRecord;
use waybill_service_kit::{
    AppError, CallContext, Deps, GrpcChannel, Job, local_channel,
    settings::{Environment, Sources, load},
    tokens::{ServiceTokens, Verifier},
};
use waybill_store::{Db, outbox_events};
use waybill_testkit::{SERVICE_KEY, job, outgoing};

pub use waybill_testkit::{DatabaseKind, TestDb, answer, invalid, refused, unauthenticated};

pub const PASSWORD: &str = "correct horse battery";
pub const ADMIN: &str = "admin@example.com";

pub type Client = AuthServiceClient<GrpcChannel>;

/// One replica of the service.
pub struct World {
    pub database: Arc<TestDb>,
    pub deps: Deps,
    pub settings: Settings,
    pub auth: Client,
    pub audit: AuditServiceClient<GrpcChannel>,
    pub clock: Arc<ManualClock>,
    jobs: Vec<Job>,
}

/// The settings of the tests with changes.
pub fn settings(changes: &[(&str, &str)]) -> Settings {
    let sources = Sources::empty()
        .with("WAYBILL_ADMIN_EMAIL", ADMIN)
        .with("WAYBILL_ADMIN_PASSWORD", PASSWORD);
    let sources = changes
        .iter()
        .fold(sources, |sources, (name, value)| sources.with(name, *value));
    load::<(Settings,)>(&sources).expect("good settings").0
}

impl waybill_testkit::World for World {
    type Migrations = Migrator;

    async fn open(database: TestDb) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::now()));
        let settings = settings(&[]);
        Self::replica_on(Arc::new(database), clock, settings)
            .await
            .expect("the service starts")
    }

    async fn close(self) {
        let violations = waybill_auth::verify(&self.deps.db)
            .await
            .expect("verify runs");
        assert_eq!(violations, Vec::<String>::new());
        self.deps.db.close().await;
    }
}

impl World {
    /// Another process on the same database.
    pub async fn replica(&self, settings: Settings) -> Self {
        Self::replica_on(self.database.clone(), self.clock.clone(), settings)
            .await
            .expect("the replica starts")
    }

    pub async fn replica_on(
        database: Arc<TestDb>,
        clock: Arc<ManualClock>,
        settings: Settings,
    ) -> Result<Self, AppError> {
        Self::replica_in(Environment::Development, database, clock, settings).await
    }

    pub async fn replica_in(
        environment: Environment,
        database: Arc<TestDb>,
        clock: Arc<ManualClock>,
        settings: Settings,
    ) -> Result<Self, AppError> {
        let db = Db::connect(&database.config(), waybill_auth::NAME).await?;
        let verifier = Verifier::unconnected(clock.clone());
        let tokens = ServiceTokens::with_clock(&SERVICE_KEY.into(), clock.clone());
        let mut deps = Deps::new(db, InProcessBus::new(), verifier, tokens);
        deps.clock = clock.clone();
        deps.environment = environment;
        let service = waybill_auth::build(&deps, &settings).await?;
        let channel = local_channel(&service, &deps);
        Ok(Self {
            database,
            deps,
            settings,
            auth: Client::new(channel.clone()),
            audit: AuditServiceClient::new(channel),
            clock,
            jobs: service.jobs,
        })
    }

    pub async fn run_job(&self, name: &str) {
        let job = job(&self.jobs, name);
        (job.run)().await.expect("the job succeeds");
    }

    pub async fn register(&self, name: &str) -> Session {
        let session = self.auth.clone().register(registration(name)).await;
        answer(session)
            .expect("the registration succeeds")
            .session
            .expect("a session")
    }

    pub async fn login(&self, email: &str, password: &str) -> Result<Session, AppError> {
        self.login_from("192.0.2.1", email, password, "").await
    }

    /// From an address, on a device that signed in before.
    pub async fn login_from(
        &self,
        address: &str,
        email: &str,
        password: &str,
        device_token: &str,
    ) -> Result<Session, AppError> {
        let request = LoginRequest {
            email: email.to_owned(),
            password: password.to_owned(),
            device_token: device_token.to_owned(),
        };
        let ctx = CallContext {
            client_address: Some(address.to_owned()),
            ..CallContext::anonymous()
        };
        let session = self.auth.clone().login(outgoing(&ctx, request)).await;
        Ok(answer(session)?.session.expect("a session"))
    }

    /// What the audit log has of an action, newest first.
    pub async fn audited(&self, admin: &Session, action: &str) -> Vec<AuditRecord> {
        let request = ListAuditLogRequest {
            action: action.to_owned(),
            ..ListAuditLogRequest::default()
        };
        let log = self.audit.clone().list_audit_log(by(admin, request)).await;
        answer(log).expect("the log").records
    }

    pub async fn refresh(&self, token: &str) -> Result<Session, AppError> {
        let request = RefreshRequest {
            refresh_token: token.to_owned(),
        };
        let session = answer(self.auth.clone().refresh(request).await)?;
        Ok(session.session.expect("a session"))
    }

    pub async fn admin(&self) -> Session {
        self.login(ADMIN, PASSWORD)
            .await
            .expect("the administrator signs in")
    }

    /// Signs in with a seeded account of this role.
    pub async fn signed_in_as(&self, name: &str, role: Role) -> Session {
        let seed = SeedUser {
            email: address(name),
            first_name: name.to_owned(),
            last_name: "Seed".to_owned(),
            role,
            password_hash: waybill_auth::hash_password(PASSWORD).await.expect("a hash"),
        };
        waybill_auth::seed_user(&self.deps.db, &seed)
            .await
            .expect("the account is made");
        self.login(&address(name), PASSWORD)
            .await
            .expect("the account signs in")
    }

    pub fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// The last words of the subjects of a user's events.
    pub async fn events_of(&self, user: UserId) -> Vec<String> {
        let events = outbox_events(&self.deps.db, "user", None, 1000)
            .await
            .expect("the outbox");
        events
            .iter()
            .filter(|event| event.aggregate_id == user.uuid())
            .map(|event| {
                event
                    .subject
                    .trim_start_matches("waybill.auth.user.")
                    .to_owned()
            })
            .collect()
    }
}

pub fn address(name: &str) -> String {
    format!("{name}@example.com")
}

pub fn registration(name: &str) -> RegisterRequest {
    RegisterRequest {
        email: address(name),
        password: PASSWORD.to_owned(),
        first_name: name.to_owned(),
        last_name: "Tester".to_owned(),
    }
}

/// A request under the authority of an access token.
pub fn with_token<T>(token: &str, message: T) -> Request<T> {
    outgoing(&CallContext::anonymous().with_token(token), message)
}

pub fn by<T>(session: &Session, message: T) -> Request<T> {
    with_token(&session.access_token, message)
}

pub fn id_of(session: &Session) -> UserId {
    session
        .user
        .as_ref()
        .expect("a user")
        .id
        .parse()
        .expect("an id")
}
