//! A running auth service on a database of its own, with a clock that the test turns.

use std::{sync::Arc, time::Duration};

use tonic::{Request, Response, Status};
use waybill_auth::{SeedUser, Settings};
use waybill_bus::InProcessBus;
use waybill_primitives::{ManualClock, Role, Timestamp, UserId};
use waybill_proto::auth::{
    LoginRequest, RefreshRequest, RegisterRequest, Session, auth_service_client::AuthServiceClient,
};
use waybill_service_kit::{
    AppError, CallContext, Deps, ErrorKind, GrpcChannel, Job, local_channel, outgoing,
    settings::{Sources, load},
    tokens::{ServiceTokens, Verifier},
};
use waybill_store::{Db, outbox_events};

pub use waybill_testkit::{DatabaseKind, TestDb};

pub const PASSWORD: &str = "correct horse battery";
pub const ADMIN: &str = "admin@example.com";

pub type Client = AuthServiceClient<GrpcChannel>;

/// One replica of the service.
pub struct World {
    pub database: Arc<TestDb>,
    pub deps: Deps,
    pub settings: Settings,
    pub auth: Client,
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

impl World {
    pub async fn new(database: TestDb) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::now()));
        let settings = settings(&[]);
        Self::replica_on(Arc::new(database), clock, settings)
            .await
            .expect("the service starts")
    }

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
        let db = Db::connect(&database.config(), waybill_auth::NAME).await?;
        let verifier = Verifier::unconnected(clock.clone());
        let key = "0123456789abcdef0123456789abcdef".to_owned().into();
        let tokens = ServiceTokens::with_clock(&key, clock.clone());
        let mut deps = Deps::new(db, InProcessBus::new(), verifier, tokens);
        deps.clock = clock.clone();
        let service = waybill_auth::build(&deps, &settings).await?;
        let auth = Client::new(local_channel(&service, &deps));
        Ok(Self {
            database,
            deps,
            settings,
            auth,
            clock,
            jobs: service.jobs,
        })
    }

    /// Checks the database and gives it up.
    pub async fn finish(self) {
        let violations = waybill_auth::verify(&self.deps.db)
            .await
            .expect("verify runs");
        assert_eq!(violations, Vec::<String>::new());
        self.deps.db.close().await;
    }

    pub async fn run_job(&self, name: &str) {
        let job = self
            .jobs
            .iter()
            .find(|job| job.name == name)
            .expect("a job of this name");
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
        let request = LoginRequest {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        let session = answer(self.auth.clone().login(request).await)?;
        Ok(session.session.expect("a session"))
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

    /// Signs in with an account of this role that is there from the start.
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

    /// The subjects of the events of a user, without what they have in common.
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

pub fn answer<T>(outcome: Result<Response<T>, Status>) -> Result<T, AppError> {
    outcome
        .map(Response::into_inner)
        .map_err(|status| AppError::from_status(&status))
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

/// The outcome is a refusal of this kind and code.
#[track_caller]
pub fn refused<T>(outcome: Result<T, AppError>, kind: ErrorKind, code: &str) -> AppError {
    match outcome {
        Ok(_) => panic!("expected {code}, but it succeeded"),
        Err(error) => {
            assert_eq!((error.kind, &*error.code), (kind, code), "{error}");
            error
        }
    }
}

#[track_caller]
pub fn unauthenticated<T>(outcome: Result<T, AppError>) -> AppError {
    refused(outcome, ErrorKind::Unauthenticated, "UNAUTHENTICATED")
}

/// The outcome names exactly these fields as not valid.
#[track_caller]
pub fn invalid<T>(outcome: Result<T, AppError>, fields: &[&str]) {
    let error = refused(outcome, ErrorKind::Invalid, "VALIDATION_ERROR");
    let named: Vec<_> = error
        .fields
        .iter()
        .map(|field| field.field.as_str())
        .collect();
    assert_eq!(named, fields);
}

/// Makes a test on each database of each function `async fn name(world: &World)`.
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::support::{DatabaseKind, TestDb, World};

            async fn on(kind: DatabaseKind) {
                let Some(database) = TestDb::create(kind).await else { return };
                let world = World::new(database).await;
                super::$name(&world).await;
                world.finish().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                on(DatabaseKind::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                on(DatabaseKind::Postgres).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn mariadb() {
                on(DatabaseKind::MariaDb).await;
            }
        }
    )+};
}
pub(crate) use on_each_database;
