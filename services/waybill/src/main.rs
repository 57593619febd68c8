//! `waybill`: starts the embedded shape, or runs one of the operator's commands.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Parser, Subcommand, builder::PossibleValuesParser};
use uuid::Uuid;
use waybill::{
    config::{self, Config},
    databases::{DatabaseLocation, SERVICES},
    demo::{self, Seeded},
    embedded, events, health, rebuild, reset, users, verify,
};
use waybill_bus::{Bus as _, BusError, JetStreamBus, NatsConfig};
use waybill_primitives::Timestamp;
use waybill_service_kit::{
    AppError, crypto,
    process::{self, Peers},
    settings::{self, LogFormat, PeerSettings, Sources},
    shutdown::Shutdown,
    telemetry,
};

/// How long a command waits for NATS.
const BUS_PATIENCE: Duration = Duration::from_secs(10);

/// An order platform for businesses that sell goods and services. Without a command, starts the whole platform in one process.
#[derive(Parser)]
#[command(
    version,
    after_help = "Settings: see `waybill settings`; `--set NAME=VALUE` and `--config FILE` work too."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Address to listen on, ADDRESS:PORT; port 0 takes a free one (the same as WAYBILL_LISTEN).
    #[arg(long)]
    listen: Option<String>,
    /// Folder for the databases (the same as WAYBILL_DATA_DIR).
    #[arg(long)]
    data_dir: Option<String>,
    /// Fill the platform with demo data (the same as WAYBILL_DEMO=on).
    #[arg(long)]
    demo: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Check the databases: stock, payments, history, events. Exit code 1 if there are violations. Events that the platform will process
    /// when it runs are a backlog and no violation; of a distributed platform, the bus at WAYBILL_NATS_URL tells which.
    Verify {
        #[command(flatten)]
        databases: DatabaseArgs,
        /// Exit code 1 if there is a backlog, too.
        #[arg(long)]
        strict: bool,
    },
    /// Delete all data of an embedded platform, to begin again. Not of a platform that has run in production.
    Reset {
        /// Folder of the embedded platform.
        #[arg(long, env = "WAYBILL_DATA_DIR", default_value = "waybill-data")]
        data_dir: PathBuf,
        /// Yes, delete it.
        #[arg(long)]
        yes: bool,
    },
    /// Recompute derived data; the platform may be running.
    Rebuild {
        #[command(subcommand)]
        command: RebuildCommand,
    },
    /// Print events, publish events again, list and retry dead letters.
    Events {
        #[command(subcommand)]
        command: EventsCommand,
    },
    /// Fill a distributed platform with demo data (services at WAYBILL_AUTH_URL and so on).
    Demo,
    /// Print the reference of all settings, in Markdown.
    Settings,
    /// Manage accounts.
    Users {
        #[command(subcommand)]
        command: UsersCommand,
    },
    /// Manage the databases on a server.
    Databases {
        #[command(subcommand)]
        command: DatabasesCommand,
    },
    /// Check http://host:port/path; exit code 0 if it answers 200. For health checks of containers.
    Health { url: String },
}

#[derive(Subcommand)]
enum RebuildCommand {
    /// Recompute the figures and search terms of all orders. The current ones stay visible until it is done.
    Analytics(DatabaseArgs),
}

#[derive(Subcommand)]
enum EventsCommand {
    /// Print every event from now on as a line of JSON: of the bus at WAYBILL_NATS_URL, or of an embedded platform.
    Tail {
        #[command(flatten)]
        databases: DatabaseArgs,
        /// Subject patterns such as waybill.order.>; all events if none is given.
        subjects: Vec<String>,
    },
    /// Publish events again. The running platform publishes them; consumers skip events that they have consumed already.
    Replay {
        #[command(flatten)]
        databases: DatabaseArgs,
        /// The service that published them.
        #[arg(long, value_parser = PossibleValuesParser::new(SERVICES))]
        service: String,
        /// Only events since a time such as 2026-11-28T09:30:00Z or an age such as 90m; without it, all stored events (7 days).
        #[arg(long, value_parser = events::since)]
        from: Option<Timestamp>,
        /// Only events of this order, product, payment or other aggregate.
        #[arg(long)]
        aggregate: Option<Uuid>,
    },
    /// Manage dead letters: events that a consumer could not process.
    DeadLetters {
        #[command(subcommand)]
        command: DeadLettersCommand,
    },
}

#[derive(Subcommand)]
enum DeadLettersCommand {
    /// List the dead letters of all services.
    List(DatabaseArgs),
    /// Retry all dead letters, or one.
    Retry {
        #[command(flatten)]
        databases: DatabaseArgs,
        #[arg(long)]
        id: Option<Uuid>,
    },
}

#[derive(Subcommand)]
enum UsersCommand {
    /// Make an account an administrator, with the password in WAYBILL_ADMIN_PASSWORD (or _FILE); all of its sessions end. The audit log
    /// records it. The platform may be running.
    Promote {
        #[command(flatten)]
        databases: DatabaseArgs,
        /// Its e-mail address.
        email: String,
        /// Keep its password: whoever knows it is an administrator then.
        #[arg(long)]
        keep_password: bool,
    },
}

#[derive(Subcommand)]
enum DatabasesCommand {
    /// Create one database per service, unless it exists.
    Create {
        #[arg(long)]
        server: String,
        #[arg(long, default_value = "waybill_")]
        prefix: String,
    },
}

/// Location of the databases.
#[derive(clap::Args)]
struct DatabaseArgs {
    /// Folder of an embedded platform.
    #[arg(long, env = "WAYBILL_DATA_DIR", default_value = "waybill-data")]
    data_dir: PathBuf,
    /// Server of a distributed platform, postgres://… or mysql://…, without a database.
    #[arg(long, env = "WAYBILL_DATABASE_SERVER", hide_env_values = true)]
    server: Option<String>,
    /// Prefix of the names of the databases on the server.
    #[arg(long, env = "WAYBILL_DATABASE_PREFIX", default_value = "waybill_")]
    prefix: String,
}

impl DatabaseArgs {
    fn location(self) -> DatabaseLocation {
        match self.server {
            Some(url) => DatabaseLocation::Server {
                url,
                prefix: self.prefix,
            },
            None => DatabaseLocation::Folder(self.data_dir),
        }
    }
}

fn main() -> ExitCode {
    let (mut sources, rest) = Sources::from_arguments(std::env::args().skip(1));
    let cli = Cli::parse_from(std::iter::once("waybill".to_owned()).chain(rest));
    if let Some(listen) = &cli.listen {
        sources.add_flag("--listen", "WAYBILL_LISTEN", listen);
    }
    if let Some(folder) = &cli.data_dir {
        sources.add_flag("--data-dir", "WAYBILL_DATA_DIR", folder);
    }
    if cli.demo {
        sources.add_flag("--demo", "WAYBILL_DEMO", "on");
    }
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
    // Commands print for people.
    let format = match cli.command {
        None => sources.log_format(),
        Some(_) => LogFormat::Console,
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            None => run(sources).await,
            Some(command) => operate(command, &sources).await,
        }
    });
    match outcome {
        Ok(code) => code,
        Err(error) => match error.downcast_ref::<settings::SettingsError>() {
            Some(errors) => process::usage(errors, format),
            None => {
                // Its code is for programs; here a person reads.
                let error = match error.downcast_ref::<AppError>() {
                    Some(own) if error.chain().count() == 1 => own.message.clone(),
                    _ => format!("{error:#}"),
                };
                match format {
                    LogFormat::Console => eprintln!("waybill: {error}"),
                    LogFormat::Json => {
                        telemetry::as_json(|| tracing::error!(error, "cannot go on"));
                    }
                }
                ExitCode::FAILURE
            }
        },
    }
}

/// The embedded platform until SIGTERM or Ctrl-C.
async fn run(sources: Sources) -> Result<ExitCode> {
    let config = Config::load(&sources)?;
    let telemetry = telemetry::init("waybill", &config.common)?;
    telemetry::warn(&Config::strays(&sources));
    let stop = Shutdown::on_signal(Duration::ZERO).closing().clone();
    let format = config.common.log_format;
    let demo = config.embedded.demo && format == LogFormat::Console;
    let platform = tokio::select! {
        platform = embedded::start(config, stop.clone()) => platform?,
        () = stop.cancelled() => return Ok(ExitCode::SUCCESS),
    };
    telemetry::announce(format, platform.address);
    if demo {
        // It is no error if nobody reads it.
        let _ = show_demo_accounts();
    }
    stop.cancelled().await;
    let outcome = platform.stop().await;
    telemetry.shutdown().await;
    outcome.map(|()| ExitCode::SUCCESS)
}

fn show_demo_accounts() -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "demo accounts (password {}):", demo::PASSWORD)?;
    for account in &demo::ACCOUNTS {
        writeln!(output, "  {:<8} {}", account.role.as_str(), account.email)?;
    }
    Ok(())
}

async fn operate(command: Command, sources: &Sources) -> Result<ExitCode> {
    match command {
        Command::Verify { databases, strict } => {
            let location = databases.location();
            let peers = only::<PeerSettings>(sources);
            // An embedded platform has its bus in its process, whatever the environment names.
            let is_server = matches!(location, DatabaseLocation::Server { .. });
            let found = if is_server && peers.has("WAYBILL_NATS_URL") {
                let bus = connected(&peers).await?;
                let lags = SERVICES.map(|service| bus.lag(service));
                let lags = futures::future::join_all(lags).await;
                if lags
                    .iter()
                    .all(|lag| matches!(lag, Err(BusError::StreamMissing { .. })))
                {
                    bail!(
                        "this bus has no events of a platform; is WAYBILL_NATS_NAMESPACE that of the platform?"
                    );
                }
                verify::verify(&location, Some(&*bus)).await?
            } else {
                verify::verify(&location, None).await?
            };
            for waiting in &found.backlog {
                println!("backlog: {waiting}");
            }
            for violation in &found.violations {
                println!("{violation}");
            }
            if !found.backlog.is_empty() {
                println!("the backlog is worked off when the platform runs");
            }
            println!("{} violations", found.violations.len());
            let clean = found.violations.is_empty() && (found.backlog.is_empty() || !strict);
            return Ok(if clean {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        Command::Reset { data_dir, yes } => {
            let deleted = reset::reset(&data_dir, yes)?;
            println!("{} files and folders were deleted", deleted.len());
        }
        Command::Rebuild {
            command: RebuildCommand::Analytics(databases),
        } => {
            let orders = rebuild::analytics(&databases.location()).await?;
            println!("the figures of {orders} orders were recomputed");
        }
        Command::Events {
            command:
                EventsCommand::Tail {
                    databases,
                    subjects,
                },
        } => {
            let subjects = if subjects.is_empty() {
                vec!["waybill.>".into()]
            } else {
                subjects
            };
            let peers = only::<PeerSettings>(sources);
            if peers.has("WAYBILL_NATS_URL") {
                let bus = connected(&peers).await?;
                eprintln!("events of the bus at WAYBILL_NATS_URL, from now on");
                events::tail(&*bus, subjects).await?;
            } else {
                let location = databases.location();
                eprintln!("events of {location}, from now on (of a bus with WAYBILL_NATS_URL)");
                events::follow(&location, &subjects).await?;
            }
        }
        Command::Events {
            command:
                EventsCommand::Replay {
                    databases,
                    service,
                    from,
                    aggregate,
                },
        } => {
            let count = events::replay(&databases.location(), &service, from, aggregate).await?;
            println!("{count} events of {service} will be published again");
        }
        Command::Events {
            command: EventsCommand::DeadLetters { command },
        } => match command {
            DeadLettersCommand::List(databases) => {
                let count = events::list_dead_letters(&databases.location()).await?;
                eprintln!("{count} dead letters");
            }
            DeadLettersCommand::Retry { databases, id } => {
                let count = events::retry_dead_letters(&databases.location(), id).await?;
                println!("{count} dead letters will be tried again");
            }
        },
        Command::Demo => {
            let (peers,) = settings::load::<(PeerSettings,)>(&only::<PeerSettings>(sources))?;
            let peers = Peers::new(peers);
            let channels = peers.all().map_err(|error| anyhow!(error))?;
            match demo::seed(&channels).await? {
                Seeded::Now => println!(
                    "the demo data is there; demo accounts have the password {}",
                    demo::PASSWORD
                ),
                Seeded::Before => {
                    println!("the demo data was written before and is left as it is");
                }
                Seeded::InPart(error) => eprintln!(
                    "waybill: the shop is in use already and goes on without the rest of the demo data: {error:#}"
                ),
            }
        }
        Command::Users {
            command:
                UsersCommand::Promote {
                    databases,
                    email,
                    keep_password,
                },
        } => {
            let password = if keep_password {
                None
            } else {
                let settings =
                    settings::load::<(waybill_auth::Settings,)>(&only::<waybill_auth::Settings>(
                        sources,
                    ))?;
                let password = settings.0.admin_password;
                Some(password.context("set WAYBILL_ADMIN_PASSWORD (or WAYBILL_ADMIN_PASSWORD_FILE) to the account's new password, or give --keep-password")?)
            };
            users::promote(&databases.location(), &email, password.as_ref()).await?;
            println!("{email} is an administrator");
        }
        Command::Settings => print!("{}", config::reference()),
        Command::Databases {
            command: DatabasesCommand::Create { server, prefix },
        } => {
            DatabaseLocation::Server {
                url: server,
                prefix: prefix.clone(),
            }
            .create()
            .await?;
            println!("databases {prefix}{{{}}} exist", SERVICES.join(","));
        }
        Command::Health { url } => {
            health::check(&url).await.context("not healthy")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The sources of these settings; ignores other variables of the environment.
fn only<S: settings::Settings>(sources: &Sources) -> Sources {
    let mut sources = sources.clone();
    sources.retain(|name| {
        let base = name.strip_suffix("_FILE").unwrap_or(name);
        S::TABLE.settings.iter().any(|info| info.name == base)
    });
    sources
}

/// The bus, once it answers.
async fn connected(peers: &Sources) -> Result<Arc<JetStreamBus>> {
    use secrecy::ExposeSecret as _;
    let (peers,) = settings::load::<(PeerSettings,)>(peers)?;
    let config = NatsConfig {
        namespace: peers.nats_namespace.clone(),
        name: "waybill-command".to_owned(),
        ..NatsConfig::new(peers.nats_url.expose_secret())
    };
    let bus = JetStreamBus::connect(&config).await?;
    let answers = async {
        while !bus.healthy().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(BUS_PATIENCE, answers)
        .await
        .context("NATS at WAYBILL_NATS_URL does not answer")?;
    Ok(bus)
}
