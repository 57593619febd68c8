//! `cargo xtask up`: the distributed shape without Docker, one process per service.

use std::{
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result};

use crate::{cargo, check, processes::Processes, target_dir};

/// The services with a database of their own, in the order they start, with their gRPC ports.
pub const SERVICES: [(&str, u16); 5] = [
    ("auth", 4101),
    ("order", 4102),
    ("payment", 4103),
    ("notification", 4104),
    ("chat", 4105),
];

#[derive(clap::Args, Clone)]
pub struct Options {
    /// Server with one database per service (they are created): `postgres://…/` or `mysql://…/`.
    #[arg(long, default_value = "postgres://postgres@127.0.0.1:5432/")]
    pub database: String,
    /// Prefix of the database names.
    #[arg(long, default_value = "waybill_")]
    pub prefix: String,
    #[arg(long, default_value = "nats://127.0.0.1:4222")]
    pub nats: String,
    /// First token of subjects and stream names.
    #[arg(long, default_value = "waybill")]
    pub namespace: String,
    /// The address of the gateway.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Fill the platform with demo data.
    #[arg(long)]
    pub demo: bool,
    /// Use the release build.
    #[arg(long)]
    pub release: bool,
    /// Folder of the programs; without it, that of the build.
    #[arg(skip)]
    pub bin: Option<PathBuf>,
}

impl Options {
    fn bin(&self) -> PathBuf {
        let build = if self.release { "release" } else { "debug" };
        let built = || target_dir().join(build);
        self.bin.clone().unwrap_or_else(built)
    }
}

pub fn up(options: &Options) -> Result<()> {
    build(options.release)?;
    let mut processes = start(options, &[])?;
    if options.demo {
        seed(options)?;
    }
    println!("listening on http://{}", options.listen);
    let ended = processes.wait();
    println!("{ended}; stopping the others");
    Ok(())
}

pub fn build(release: bool) -> Result<()> {
    let mut command = cargo();
    command.args([
        "build",
        "--package",
        "waybill",
        "--package",
        "waybill-gateway",
    ]);
    for (service, _) in SERVICES {
        command.args(["--package", &format!("waybill-{service}")]);
    }
    if release {
        command.arg("--release");
    }
    check(&mut command)
}

/// Starts the six processes and waits until the gateway is ready. `extra` are further settings: process, name, value.
pub fn start(options: &Options, extra: &[(&str, &str, &str)]) -> Result<Processes> {
    let bin = options.bin();
    let server = options.database.trim_end_matches('/');
    check(Command::new(bin.join("waybill")).args([
        "databases",
        "create",
        "--server",
        server,
        "--prefix",
        &options.prefix,
    ]))
    .context("creating the databases; is the server running?")?;

    let mut processes = Processes::new();
    for (service, port) in SERVICES {
        let mut command = process(&bin, service, options, extra);
        command
            .env(
                "WAYBILL_DATABASE_URL",
                format!("{server}/{}{service}", options.prefix),
            )
            .env("WAYBILL_GRPC_LISTEN", format!("127.0.0.1:{port}"))
            .env("WAYBILL_OPS_LISTEN", format!("127.0.0.1:{}", port + 100));
        if options.demo && service == "auth" {
            // The account that `waybill demo` uses.
            command
                .env("WAYBILL_ADMIN_EMAIL", "admin@waybill.example")
                .env("WAYBILL_ADMIN_PASSWORD", "waybill-demo");
        }
        processes.start(service, &mut command)?;
    }
    let mut gateway = process(&bin, "gateway", options, extra);
    gateway
        .env("WAYBILL_LISTEN", &options.listen)
        .env("WAYBILL_OPS_LISTEN", "127.0.0.1:4206");
    processes.start("gateway", &mut gateway)?;
    let address: SocketAddr = options
        .listen
        .parse()
        .context("--listen takes ADDRESS:PORT")?;
    processes.wait_until("the gateway", Duration::from_mins(1), || ready(address))?;
    Ok(processes)
}

/// Fills the platform with demo data.
fn seed(options: &Options) -> Result<()> {
    let bin = options.bin();
    let mut command = Command::new(bin.join("waybill"));
    command.arg("demo").envs(peers());
    check(&mut command)
}

/// The addresses by which the services find each other.
fn peers() -> impl Iterator<Item = (String, String)> {
    SERVICES.into_iter().map(|(service, port)| {
        (
            format!("WAYBILL_{}_URL", service.to_uppercase()),
            format!("http://127.0.0.1:{port}"),
        )
    })
}

fn process(bin: &Path, service: &str, options: &Options, extra: &[(&str, &str, &str)]) -> Command {
    let mut command = Command::new(bin.join(format!("waybill-{service}")));
    command
        .env("WAYBILL_NATS_URL", &options.nats)
        .env("WAYBILL_NATS_NAMESPACE", &options.namespace)
        .env("WAYBILL_DRAIN_DELAY", "0s");
    command.envs(peers());
    for (_, name, value) in extra.iter().filter(|(of, _, _)| *of == service) {
        command.env(name, value);
    }
    command
}

/// Whether `GET /health` reports that every part is up.
pub fn ready(address: SocketAddr) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) else {
        return false;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(3)));
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.contains("\"status\":\"OK\"")
}
