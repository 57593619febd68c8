//! A service as a process of its own: settings, telemetry, connections, serving, draining.

use std::{
    collections::HashMap, future::Future, io::Write as _, net::SocketAddr, process::ExitCode,
    sync::Arc, time::Duration,
};

use http::Uri;
use parking_lot::Mutex;
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;
use waybill_bus::{Bus, JetStreamBus, NatsAuth, NatsConfig};
use waybill_primitives::SystemClock;
use waybill_proto::Channels;
use waybill_store::{Db, DbConfig};

use crate::{
    AppError, Deps, GrpcChannel, Service, channel, crypto,
    serve::{self, Listeners},
    settings::{
        self, CommonSettings, LogFormat, PeerSettings, ProcessSettings, Sections, Settings,
        SettingsError, Sources, default_ports,
    },
    shutdown::Shutdown,
    telemetry,
    tokens::{GrpcAuthority, ServiceTokens, Verifier},
};

/// Any error of a builder.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Channels to the other services. Each connects with its first call; all users of one share it.
#[derive(Clone)]
pub struct Peers {
    settings: PeerSettings,
    channels: Arc<Mutex<HashMap<Uri, GrpcChannel>>>,
}

impl Peers {
    pub fn new(settings: PeerSettings) -> Self {
        Self {
            settings,
            channels: Arc::default(),
        }
    }

    pub fn auth(&self) -> Result<GrpcChannel, AppError> {
        self.remote(&self.settings.auth_url)
    }

    pub fn order(&self) -> Result<GrpcChannel, AppError> {
        self.remote(&self.settings.order_url)
    }

    pub fn payment(&self) -> Result<GrpcChannel, AppError> {
        self.remote(&self.settings.payment_url)
    }

    pub fn notification(&self) -> Result<GrpcChannel, AppError> {
        self.remote(&self.settings.notification_url)
    }

    pub fn chat(&self) -> Result<GrpcChannel, AppError> {
        self.remote(&self.settings.chat_url)
    }

    pub fn all(&self) -> Result<Channels<GrpcChannel>, AppError> {
        Ok(Channels {
            auth: self.auth()?,
            order: self.order()?,
            payment: self.payment()?,
            notification: self.notification()?,
            chat: self.chat()?,
        })
    }

    fn remote(&self, url: &Uri) -> Result<GrpcChannel, AppError> {
        let mut channels = self.channels.lock();
        if let Some(channel) = channels.get(url) {
            return Ok(channel.clone());
        }
        let channel = channel::remote(&url.to_string())?;
        channels.insert(url.clone(), channel.clone());
        Ok(channel)
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// What a process without a database of its own (the gateway) is built from.
pub struct Boot {
    pub common: CommonSettings,
    pub ops_listen: SocketAddr,
    pub peers: Peers,
    pub bus: Arc<dyn Bus>,
    pub verifier: Arc<Verifier>,
    pub service_tokens: ServiceTokens,
    /// Begins with SIGTERM and SIGINT.
    pub shutdown: Shutdown,
}

/// The `main` of a service with gRPC and a database. `build` gets the service's own settings and builds the service; its
/// migrations run there.
///
/// ```no_run
/// # use std::process::ExitCode;
/// # use waybill_service_kit::{AppError, Deps, Service, process};
/// # waybill_service_kit::settings! { pub struct Settings {} }
/// # async fn build(_: &Deps, _: &Settings) -> Result<Service, AppError> { Err(AppError::not_found("service")) }
/// fn main() -> ExitCode {
///     process::run("order", |deps, settings: Settings, _peers| async move {
///         build(&deps, &settings).await
///     })
/// }
/// ```
pub fn run<S, B, F, E>(name: &'static str, build: B) -> ExitCode
where
    S: Settings,
    B: FnOnce(Deps, S, Peers) -> F,
    F: Future<Output = Result<Service, E>>,
    E: Into<BoxError>,
{
    match configure::<(CommonSettings, ProcessSettings, PeerSettings, S)>(name) {
        Ok(((common, process, peers, own), strays)) => {
            let build = async move |deps, peers| build(deps, own, peers).await;
            run_service(name, strays, common, process, peers, build)
        }
        Err(code) => code,
    }
}

/// As [`run`], for a service that also needs the settings of a crate that it uses.
pub fn run_with<S, T, B, F, E>(name: &'static str, build: B) -> ExitCode
where
    S: Settings,
    T: Settings,
    B: FnOnce(Deps, S, T, Peers) -> F,
    F: Future<Output = Result<Service, E>>,
    E: Into<BoxError>,
{
    match configure::<(CommonSettings, ProcessSettings, PeerSettings, S, T)>(name) {
        Ok(((common, process, peers, own, with), strays)) => {
            let build = async move |deps, peers| build(deps, own, with, peers).await;
            run_service(name, strays, common, process, peers, build)
        }
        Err(code) => code,
    }
}

fn run_service<E: Into<BoxError>>(
    name: &'static str,
    strays: Vec<String>,
    common: CommonSettings,
    process: ProcessSettings,
    peers: PeerSettings,
    build: impl AsyncFnOnce(Deps, Peers) -> Result<Service, E>,
) -> ExitCode {
    if let Err(errors) = SettingsError::check(process.errors(&common)) {
        return usage(&errors, common.log_format);
    }
    let drain_delay = peers.drain_delay;
    block_on(
        name,
        strays,
        common,
        drain_delay,
        async move |common, shutdown| {
            let boot = boot(name, common, peers, shutdown).await?;
            let grpc = process
                .grpc_listen
                .unwrap_or_else(|| local(default_ports(name).0));
            let listeners = Listeners::bind(grpc, boot.ops_listen).await?;
            let address = listeners.grpc.local_addr()?;
            let config = DbConfig {
                max_connections: process.database_max_connections,
                ..DbConfig::new(process.database_url.expose_secret())
            };
            let db = tokio::select! {
                db = Db::connect_when_available(&config, name) => db?,
                // A signal to stop while still waiting.
                () = boot.shutdown.leaving().cancelled() => return Ok(()),
            };
            let deps = Deps {
                db: db.clone(),
                bus: boot.bus,
                verifier: boot.verifier,
                service_tokens: boot.service_tokens,
                clock: Arc::new(SystemClock),
                stop: CancellationToken::new(),
                environment: boot.common.environment,
                currency: boot.common.currency,
            };
            // A running migration is allowed to finish; one that waits for its database is not.
            let too_late = async {
                boot.shutdown.leaving().cancelled().await;
                tokio::time::sleep(boot.common.shutdown_deadline).await;
            };
            let service = tokio::select! {
                service = build(deps.clone(), boot.peers) => service.map_err(Into::into)?,
                () = too_late => return Ok(()),
            };
            let running = crate::start(service, &deps).await?;
            tracing::info!(service = name, %address, "listening for gRPC");
            let served = serve::serve(
                running,
                listeners,
                boot.shutdown,
                boot.common.shutdown_deadline,
            )
            .await;
            db.close().await;
            Ok(served?)
        },
    )
}

/// The `main` of a process without a database. `run` serves until `boot.shutdown` is closing and then drains.
pub fn run_front<S, B, F, E>(name: &'static str, run: B) -> ExitCode
where
    S: Settings,
    B: FnOnce(Boot, S) -> F,
    F: Future<Output = Result<(), E>>,
    E: Into<BoxError>,
{
    let ((common, peers, own), strays) = match configure::<(CommonSettings, PeerSettings, S)>(name)
    {
        Ok(sections) => sections,
        Err(code) => return code,
    };
    let drain_delay = peers.drain_delay;
    block_on(
        name,
        strays,
        common,
        drain_delay,
        async move |common, shutdown| {
            let boot = boot(name, common, peers, shutdown).await?;
            run(boot, own).await.map_err(Into::into)
        },
    )
}

/// Reads flags and settings; returns them with the warnings about the environment. `--help` and `--version` print and end the
/// process with 0, errors end it with `EX_USAGE`.
fn configure<S: Sections>(name: &str) -> Result<(S, Vec<String>), ExitCode> {
    let (mut sources, rest) = Sources::from_arguments(std::env::args().skip(1));
    for argument in rest {
        match argument.as_str() {
            "-h" | "--help" => {
                let reference = settings::reference(&S::tables());
                print(&format!(
                    "usage: waybill-{name} [--config FILE] [--set NAME=VALUE]…\n\n{reference}"
                ));
                return Err(ExitCode::SUCCESS);
            }
            "-V" | "--version" => {
                print(&format!("waybill-{name} {}\n", env!("CARGO_PKG_VERSION")));
                return Err(ExitCode::SUCCESS);
            }
            _ => sources.add_error(format!(
                "{argument}: no such flag; there are --config FILE, --set NAME=VALUE and --help"
            )),
        }
    }
    let sections =
        settings::load::<S>(&sources).map_err(|errors| usage(&errors, sources.log_format()))?;
    Ok((sections, settings::strays::<S>(&sources)))
}

/// To standard output; that the reader may be gone (`| head`) is no error.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Prints the errors and returns `EX_USAGE`.
pub fn usage(errors: &SettingsError, format: LogFormat) -> ExitCode {
    match format {
        LogFormat::Console => eprintln!("{errors}"),
        LogFormat::Json => telemetry::as_json(|| {
            for error in &errors.0 {
                tracing::error!(error, "a setting is invalid");
            }
        }),
    }
    ExitCode::from(SettingsError::EXIT_CODE)
}

/// Runs `main` on a new runtime, with telemetry and signals; an error is logged and gives exit code 1.
fn block_on<M, F>(
    name: &'static str,
    strays: Vec<String>,
    common: CommonSettings,
    drain_delay: Duration,
    main: M,
) -> ExitCode
where
    M: FnOnce(CommonSettings, Shutdown) -> F,
    F: Future<Output = Result<(), BoxError>>,
{
    crypto::install();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async move {
        let telemetry = match telemetry::init(name, &common) {
            Ok(telemetry) => telemetry,
            Err(errors) => return usage(&errors, common.log_format),
        };
        telemetry::warn(&strays);
        let format = common.log_format;
        let outcome = main(common, Shutdown::on_signal(drain_delay)).await;
        let code = match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => match error.downcast::<SettingsError>() {
                Ok(errors) => usage(&errors, format),
                Err(error) => {
                    tracing::error!(service = name, error = %crate::chain(error.as_ref()), "cannot go on");
                    ExitCode::FAILURE
                }
            },
        };
        telemetry.shutdown().await;
        code
    })
}

async fn boot(
    name: &'static str,
    common: CommonSettings,
    peer_settings: PeerSettings,
    shutdown: Shutdown,
) -> Result<Boot, BoxError> {
    let bus = JetStreamBus::connect(&NatsConfig {
        namespace: peer_settings.nats_namespace.clone(),
        name: name.to_owned(),
        replicas: peer_settings.nats_replicas,
        auth: match &peer_settings.nats_credentials {
            Some(path) => NatsAuth::Credentials(path.into()),
            None => NatsAuth::Url,
        },
        ..NatsConfig::new(peer_settings.nats_url.expose_secret())
    })
    .await?;
    let ops_listen = peer_settings
        .ops_listen
        .unwrap_or_else(|| local(default_ports(name).1));
    let peers = Peers::new(peer_settings);
    let service_tokens = ServiceTokens::new(&common.service_key);
    let authority = GrpcAuthority::new(peers.auth()?, service_tokens.clone(), name);
    let verifier = Verifier::new(Arc::new(authority));
    let (following, stop) = (Arc::clone(&verifier), shutdown.closing().clone());
    tokio::spawn(following.follow(Arc::clone(&bus) as Arc<dyn Bus>, stop));
    Ok(Boot {
        common,
        ops_listen,
        peers,
        bus,
        verifier,
        service_tokens,
        shutdown,
    })
}
