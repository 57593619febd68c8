//! An auth service with a few test methods, keys, and services on scratch databases.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;
use tokio::net::TcpListener;
use tonic::{Request, Response, Status, service::Routes};
use waybill_bus::{Bus, InProcessBus};
use waybill_primitives::{Role, Timestamp, UserId};
use waybill_proto::auth::{
    auth_service_server::{AuthService, AuthServiceServer},
    *,
};
use waybill_service_kit::{
    AppError, CallContext, Deps, ErrorCode, Service, context,
    crypto::{SigningKey, key_set},
    serve::{Listeners, serve},
    shutdown::Shutdown,
    start,
    tokens::{AccessClaims, ISSUER, ServiceTokens, Verifier},
    trace,
};
use waybill_store::{Db, DbConfig};

pub const SERVICE_KEY: &str = "a-service-key-of-the-tests-32-bytes!";

pub fn service_tokens() -> ServiceTokens {
    ServiceTokens::new(&SecretString::from(SERVICE_KEY))
}

pub fn claims() -> AccessClaims {
    let now = Timestamp::now().secs();
    AccessClaims {
        sub: UserId::new(),
        role: Role::Customer,
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.com".to_owned(),
        sid: Some(uuid::Uuid::now_v7()),
        guest: false,
        iat: now,
        exp: now + 300,
        iss: ISSUER.to_owned(),
        aud: None,
    }
}

/// Responds with what it was called with.
#[derive(Clone, Default)]
pub struct Probe {
    pub seen: Arc<Mutex<Vec<CallContext>>>,
    /// Holds `logout` until notified.
    pub gate: Arc<tokio::sync::Notify>,
    pub entered: Arc<tokio::sync::Notify>,
    /// Notified when `logout` ends, however it ends.
    pub left: Arc<tokio::sync::Notify>,
    pub jwks: String,
    /// What it says of every caller.
    pub standing: Arc<Mutex<GetStandingResponse>>,
    /// How often `register` was called.
    pub writes: Arc<AtomicUsize>,
}

impl Probe {
    pub fn routes(&self) -> Routes {
        Routes::new(AuthServiceServer::new(self.clone()))
    }

    pub fn last(&self) -> CallContext {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }
}

struct Leaving(Arc<tokio::sync::Notify>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Something that a caller in the same process might leave in a request.
#[derive(Clone)]
pub struct Leak;

macro_rules! unimplemented {
    ($($method:ident: $request:ident => $response:ident),+ $(,)?) => {
        #[tonic::async_trait]
        impl AuthService for Probe {
            $(async fn $method(&self, _: Request<$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented(""))
            })+

            async fn get_jwks(&self, _: Request<GetJwksRequest>) -> Result<Response<GetJwksResponse>, Status> {
                Ok(Response::new(GetJwksResponse { jwks_json: self.jwks.clone() }))
            }

            /// Returns the caller.
            async fn get_profile(&self, request: Request<GetProfileRequest>) -> Result<Response<GetProfileResponse>, Status> {
                assert!(request.extensions().get::<Leak>().is_none(), "an extension leaked through");
                let ctx = context(&request);
                self.seen.lock().unwrap().push(ctx.clone());
                let user = ctx.user()?;
                let user = User { id: user.id.to_string(), email: user.email.clone(), ..User::default() };
                Ok(Response::new(GetProfileResponse { user: Some(user) }))
            }

            async fn get_standing(&self, request: Request<GetStandingRequest>) -> Result<Response<GetStandingResponse>, Status> {
                context(&request).service()?;
                Ok(Response::new(*self.standing.lock().unwrap()))
            }

            async fn list_revocations(&self, request: Request<ListRevocationsRequest>) -> Result<Response<ListRevocationsResponse>, Status> {
                context(&request).service()?;
                Ok(Response::new(ListRevocationsResponse::default()))
            }

            /// Blocks until `gate` is notified.
            async fn logout(&self, request: Request<LogoutRequest>) -> Result<Response<LogoutResponse>, Status> {
                self.seen.lock().unwrap().push(context(&request));
                let _left = Leaving(Arc::clone(&self.left));
                self.entered.notify_one();
                self.gate.notified().await;
                Ok(Response::new(LogoutResponse {}))
            }

            /// Panics.
            async fn refresh(&self, _: Request<RefreshRequest>) -> Result<Response<RefreshResponse>, Status> {
                panic!("the secret is 42")
            }

            /// Refuses.
            async fn register(&self, _: Request<RegisterRequest>) -> Result<Response<RegisterResponse>, Status> {
                self.writes.fetch_add(1, Ordering::SeqCst);
                trace::about_order(17);
                Err(AppError::conflict(ErrorCode::EmailTaken, "this address is registered").with_meta("hint", "sign in").into())
            }
        }
    };
}

unimplemented! {
    get_user_analytics: GetUserAnalyticsRequest => GetUserAnalyticsResponse,
    login: LoginRequest => LoginResponse,
    issue_guest_token: IssueGuestTokenRequest => IssueGuestTokenResponse,
    get_email_status: GetEmailStatusRequest => GetEmailStatusResponse,
    update_profile: UpdateProfileRequest => UpdateProfileResponse,
    change_password: ChangePasswordRequest => ChangePasswordResponse,
    list_users: ListUsersRequest => ListUsersResponse,
    get_user: GetUserRequest => GetUserResponse,
    set_user_role: SetUserRoleRequest => SetUserRoleResponse,
    suspend_user: SuspendUserRequest => SuspendUserResponse,
    restore_user: RestoreUserRequest => RestoreUserResponse,
}

/// The dependencies of a service, in a directory that lives as long as this.
pub struct Base {
    pub deps: Deps,
    pub key: SigningKey,
    _dir: tempfile::TempDir,
}

struct NoMigrations;

impl sea_orm_migration::MigratorTrait for NoMigrations {
    fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> {
        Vec::new()
    }
}

pub async fn base(service: &'static str, bus: Arc<dyn Bus>) -> Base {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/{service}.db", dir.path().display());
    let config = DbConfig {
        acquire_timeout: Duration::from_mins(15),
        ..DbConfig::new(url)
    };
    let db = Db::connect(&config, service).await.unwrap();
    db.migrate::<NoMigrations>().await.unwrap();
    let key = SigningKey::generate().unwrap();
    let verifier = Verifier::fixed(&key_set([&key]));
    Base {
        deps: Deps::new(db, bus, verifier, service_tokens()),
        key,
        _dir: dir,
    }
}

pub fn service(name: &'static str, routes: Routes) -> Service {
    Service {
        name,
        routes,
        consumers: Vec::new(),
        jobs: Vec::new(),
    }
}

/// A service on the network, which ends with this.
pub struct Replica {
    pub probe: Probe,
    pub address: SocketAddr,
    pub shutdown: Shutdown,
    served: tokio::task::JoinHandle<Result<(), AppError>>,
    _base: Base,
}

impl Replica {
    pub async fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap()).await
    }

    pub async fn on(grpc: TcpListener) -> Self {
        let base = base("auth", InProcessBus::new()).await;
        let probe = Probe::default();
        let running = start(service("auth", probe.routes()), &base.deps)
            .await
            .unwrap();
        let address = grpc.local_addr().unwrap();
        let shutdown = Shutdown::default();
        let listeners = Listeners { grpc, ops: None };
        let deadline = Duration::from_mins(1);
        let served = tokio::spawn(serve(running, listeners, shutdown.clone(), deadline));
        Self {
            probe,
            address,
            shutdown,
            served,
            _base: base,
        }
    }

    /// As after SIGTERM, without a delay; ends when the process would.
    pub async fn stop(self) {
        self.shutdown.begin(Duration::ZERO).await;
        self.served.await.unwrap().unwrap();
    }
}
