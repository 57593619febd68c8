//! Every service in one process: the same services as in the distributed shape, but with in-memory calls and an in-process event
//! bus.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use waybill_bus::{Bus, InProcessBus};
use waybill_gateway::{Connections, DemoAccount, GatewayDeps};
use waybill_order::Storage;
use waybill_primitives::{Clock, SystemClock};
use waybill_proto::Channels;
use waybill_service_kit::{
    Deps, GrpcChannel, Readiness, Running, Service, local_channel, serve,
    settings::{Environment, default_ports},
    start_all, telemetry,
    tokens::{ServiceTokens, Verifier},
};

use crate::{
    config::Config,
    databases::{DatabaseLocation, SERVICES},
    demo::{self, Seeded},
    folder_lock::{FolderLock, Shop},
    private,
};

/// A platform that runs in this process.
#[derive(Debug)]
pub struct Platform {
    pub address: SocketAddr,
    /// Address of the operations listener.
    pub operations_address: SocketAddr,
    pub channels: Channels<GrpcChannel>,
    running: Vec<Running>,
    server: JoinHandle<Result<()>>,
    stop: CancellationToken,
    deadline: Duration,
    /// Ends with the platform.
    _operations: AbortOnDropHandle<()>,
    /// Locks the data directory while the platform runs.
    _lock: Option<FolderLock>,
}

impl Platform {
    /// Graceful shutdown within the configured deadline: accepts no new requests, finishes running ones, drains consumers and relays.
    pub async fn stop(self) -> Result<()> {
        let asked = Instant::now();
        self.stop.cancel();
        let served = self.server.await.context("the gateway's task failed")?;
        // All services at once, in the remaining time: each has to wait for the consumers of others while they drain.
        let left = self.deadline.saturating_sub(asked.elapsed());
        let left = left.max(Duration::from_millis(100));
        let drained = self.running.iter().map(|one| one.drain(left));
        futures::future::join_all(drained).await;
        served
    }

    /// Returns when the gateway was stopped or failed.
    pub async fn wait(&mut self) -> Result<()> {
        (&mut self.server)
            .await
            .context("the gateway's task failed")?
    }
}

/// Builds and starts everything; the gateway listens when this returns.
pub async fn start(config: Config, stop: CancellationToken) -> Result<Platform> {
    start_with_clock(config, stop, Arc::new(SystemClock)).await
}

/// As [`start`], with a clock that tests can set.
pub async fn start_with_clock(
    mut config: Config,
    stop: CancellationToken,
    clock: Arc<dyn Clock>,
) -> Result<Platform> {
    if config.embedded.demo {
        let payment = &mut config.payment;
        let manual = &mut payment.manual_payments;
        manual.get_or_insert_with(|| demo::MANUAL_PAYMENTS.to_owned());
    }
    let uses_folder = config.embedded.database_server.is_none()
        || (config.files.storage == waybill_file_store::Storage::Local
            && config.files.dir.is_none());
    let lock = uses_folder.then(|| lock_folder(&config)).transpose()?;
    // Bound first, so that a port in use is reported before any work is done.
    let listener = TcpListener::bind(config.gateway.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.gateway.listen))?;
    let address = listener.local_addr()?;
    // Port 0 has become a real one.
    config.gateway.listen = address;
    let operations = bind_operations(config.embedded.ops_listen).await?;
    let operations_address = operations.local_addr()?;
    let location = location(&config);
    location.create().await?;
    let bus: Arc<dyn Bus> = InProcessBus::new();
    let verifier = Verifier::unconnected(Arc::clone(&clock));
    tokio::spawn(Arc::clone(&verifier).follow(Arc::clone(&bus), stop.clone()));
    let service_tokens = ServiceTokens::with_clock(&config.common.service_key, Arc::clone(&clock));
    let ground = Ground {
        config: &config,
        location,
        bus,
        verifier,
        service_tokens,
        clock,
        complete: Arc::default(),
    };
    let (built, channels) = ground.build().await?;
    if let Some(lock) = &lock {
        record(lock, config.common.environment)?;
    }
    let running = start_all(built).await.map_err(|error| anyhow!(error))?;

    let routers = waybill_gateway::build(ground.gateway(&channels, &stop)).await?;
    let operations = serve::operations(operations, routers.operations);
    let operations = AbortOnDropHandle::new(tokio::spawn(operations));
    tracing::info!(address = %operations_address, "health and metrics for operators");
    let deadline = config.common.shutdown_deadline;
    let stopping = stop.clone();
    let connections = Connections::from(&config.gateway);
    let server = tokio::spawn(async move {
        waybill_gateway::serve(routers.public, listener, connections, stopping, deadline).await?;
        Ok(())
    });
    if config.embedded.demo {
        seed(&channels).await?;
    }
    ground.complete.store(true, Ordering::Relaxed);
    Ok(Platform {
        address,
        operations_address,
        channels,
        running,
        server,
        stop,
        deadline,
        _operations: operations,
        _lock: lock,
    })
}

/// The operations listener. Without a setting, a port in use is no reason not to start: another shop on this machine has it.
async fn bind_operations(configured: Option<SocketAddr>) -> Result<TcpListener> {
    if let Some(address) = configured {
        return serve::bind(address).await.map_err(|error| anyhow!(error));
    }
    let standard = SocketAddr::from((Ipv4Addr::LOCALHOST, default_ports("gateway").1));
    match TcpListener::bind(standard).await {
        Ok(listener) => Ok(listener),
        Err(error) => {
            tracing::debug!(%error, address = %standard, "the standard address of the operations listener is not free");
            let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            serve::bind(any).await.map_err(|error| anyhow!(error))
        }
    }
}

async fn seed(channels: &Channels<GrpcChannel>) -> Result<()> {
    let quiet = telemetry::quiet();
    let seeded = demo::seed(channels).await;
    drop(quiet);
    match seeded.context("writing the demo data")? {
        Seeded::Now => tracing::info!("the demo data was written"),
        Seeded::Before => {
            tracing::info!("the demo data was written at an earlier start and is left as it is");
        }
        Seeded::InPart(error) => {
            let error = format!("{error:#}");
            tracing::warn!(%error, "the shop is in use already and goes on without the rest of the demo data");
        }
    }
    Ok(())
}

fn location(config: &Config) -> DatabaseLocation {
    use secrecy::ExposeSecret as _;
    match &config.embedded.database_server {
        Some(url) => DatabaseLocation::Server {
            url: url.expose_secret().to_owned(),
            prefix: config.embedded.database_prefix.clone(),
        },
        None => DatabaseLocation::Folder(config.data_dir()),
    }
}

/// Locks the data directory: two processes on one folder would both relay its events.
fn lock_folder(config: &Config) -> Result<FolderLock> {
    let folder = config.data_dir();
    let shown = folder.display();
    private::create_folder(&folder)
        .with_context(|| format!("cannot create the data directory {shown}"))?;
    let Some(lock) = FolderLock::take(&folder)? else {
        bail!(
            "the data directory {shown} is in use by another process; stop it, or give --data-dir another folder"
        );
    };
    if lock.shop()? == Some(Shop::Deleted) {
        bail!("the reset of {shown} was interrupted; `waybill reset --yes` finishes it");
    }
    private::restrict(&folder, &SERVICES)
        .with_context(|| format!("cannot set the permissions of {shown}"))?;
    Ok(lock)
}

/// Records in which environment the shop of the folder runs, when its services have accepted the settings.
fn record(lock: &FolderLock, environment: Environment) -> Result<()> {
    match lock.shop()? {
        // For ever: its data is not for tests.
        Some(Shop::Production) => Ok(()),
        _ => lock.record(Shop::of(environment)),
    }
}

struct Ground<'a> {
    config: &'a Config,
    location: DatabaseLocation,
    bus: Arc<dyn Bus>,
    verifier: Arc<Verifier>,
    service_tokens: ServiceTokens,
    clock: Arc<dyn Clock>,
    /// Whether the start is complete.
    complete: Arc<AtomicBool>,
}

impl Ground<'_> {
    async fn deps(&self, service: &'static str) -> Result<Deps> {
        let common = &self.config.common;
        Ok(Deps {
            db: self
                .location
                .connect(service, self.config.embedded.pool)
                .await?,
            bus: Arc::clone(&self.bus),
            verifier: Arc::clone(&self.verifier),
            service_tokens: self.service_tokens.clone(),
            clock: Arc::clone(&self.clock),
            // A separate shutdown, so that consumers and relays run until the gateway has served its last request.
            stop: CancellationToken::new(),
            environment: common.environment,
            currency: common.currency,
        })
    }

    /// The services, callees before their callers.
    async fn build(&self) -> Result<(Vec<(Service, Deps)>, Channels<GrpcChannel>)> {
        let config = self.config;
        let deps = self.deps("auth").await?;
        let auth = waybill_auth::build(&deps, &config.auth).await?;
        if config.embedded.demo {
            demo::admit(&deps.db, config.auth.admin_email.as_deref()).await?;
        }
        let auth = (watched(auth, &deps), deps);
        let deps = self.deps("order").await?;
        let folder = config.data_dir().join("files");
        let storage = Storage::open(&config.files, &config.order, &folder)?;
        let order = waybill_order::build(&deps, &config.order, storage).await?;
        let order = (watched(order, &deps), deps);
        let order_channel = local_channel(&order.0, &order.1);
        let deps = self.deps("payment").await?;
        let payment = waybill_payment::build(&deps, &config.payment, order_channel.clone()).await?;
        let payment = (watched(payment, &deps), deps);
        let deps = self.deps("notification").await?;
        let notification = waybill_notification::build(&deps, &config.notification).await?;
        let notification = (watched(notification, &deps), deps);
        let deps = self.deps("chat").await?;
        let chat = waybill_chat::build(&deps, &config.chat, order_channel.clone()).await?;
        let chat = (watched(chat, &deps), deps);
        let channels = Channels {
            auth: local_channel(&auth.0, &auth.1),
            order: order_channel,
            payment: local_channel(&payment.0, &payment.1),
            notification: local_channel(&notification.0, &notification.1),
            chat: local_channel(&chat.0, &chat.1),
        };
        Ok((vec![auth, order, payment, notification, chat], channels))
    }

    fn gateway(&self, channels: &Channels<GrpcChannel>, stop: &CancellationToken) -> GatewayDeps {
        let demo_accounts = if self.config.embedded.demo {
            demo::ACCOUNTS.iter().map(demo_account).collect()
        } else {
            Vec::new()
        };
        GatewayDeps {
            channels: channels.clone(),
            bus: Arc::clone(&self.bus),
            verifier: Arc::clone(&self.verifier),
            service_tokens: self.service_tokens.clone(),
            settings: self.config.gateway.clone(),
            environment: self.config.common.environment,
            local_only: self.config.common.is_local_only(),
            demo_accounts,
            mailbox: self.config.notification.keeps_mails(),
            one_process: true,
            complete: Arc::clone(&self.complete),
            // There is no load balancer.
            shutdown: stop.clone().into(),
        }
    }
}

/// The service with `grpc.health.v1`, as in the distributed shape.
fn watched(mut service: Service, deps: &Deps) -> Service {
    let readiness = Readiness::start(service.name, &deps.db, &deps.bus, deps.stop.clone());
    service.routes = service.routes.add_service(readiness.health());
    service
}

fn demo_account(account: &demo::Account) -> DemoAccount {
    DemoAccount {
        role: account.role.to_string(),
        email: account.email.to_owned(),
        password: demo::PASSWORD.to_owned(),
    }
}
