//! `cargo xtask bench`: the speed and size of the release build, compared with the ceilings of the same machine in the same run.
//!
//! The load comes from a second process (`waybill-load`). Every figure is printed in a table and written as JSON.

mod scale;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use serde_json::Value;

use crate::{cargo, check, processes::Processes, root, target_dir, up};

const EMAIL: &str = "bench@waybill.example";
const PASSWORD: &str = "bench-password";

#[derive(clap::Args)]
pub struct Options {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Concurrent connections.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// PostgreSQL for the distributed shape and for the embedded one on a server.
    #[arg(long, default_value = "postgres://postgres@127.0.0.1:5432")]
    database: String,
    #[arg(long, default_value = "nats://127.0.0.1:4222")]
    nats: String,
    /// Only the measurements whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Orders of the larger shop for measuring lists, searches and the export.
    #[arg(long, default_value_t = 1_000_000)]
    scale_orders: usize,
    /// Measure the existing build.
    #[arg(long)]
    no_build: bool,
    /// The JSON file to write.
    #[arg(long, default_value = "bench-results.json")]
    out: PathBuf,
}

/// One line of the table.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    /// What it is compared with, and the fraction of it that was reached.
    ceiling: Option<String>,
    ratio: Option<f64>,
    figures: Value,
}

pub fn bench(options: &Options) -> Result<()> {
    if !options.no_build {
        build()?;
    }
    let mut bench = Bench {
        options,
        bin: target_dir().join("release"),
        rows: Vec::new(),
    };
    bench.bare_route()?;
    bench.embedded_sqlite()?;
    bench.embedded_postgres()?;
    bench.distributed()?;
    bench.scale()?;
    bench.report()
}

/// Builds the measured binaries and the load generator in release mode.
pub fn build() -> Result<()> {
    up::build(true)?;
    check(cargo().args([
        "build",
        "--release",
        "--package",
        "waybill-testkit",
        "--bins",
    ]))
}

struct Bench<'a> {
    options: &'a Options,
    bin: PathBuf,
    rows: Vec<Row>,
}

impl Bench<'_> {
    fn selected(&self, name: &str) -> bool {
        name.contains(&self.options.only)
    }

    /// Runs the load generator. Returns its output.
    fn load(&self, arguments: &[&str]) -> Result<Value> {
        let output = Command::new(self.bin.join("waybill-load"))
            .args(arguments)
            .args(["--connections", &self.options.connections.to_string()])
            .args(["--seconds", &self.options.seconds.to_string()])
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start waybill-load")?;
        if !output.status.success() {
            bail!("waybill-load {arguments:?} failed");
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn row(&mut self, name: &str, ceiling: Option<&str>, figures: Value) {
        let rate = |figures: &Value| figures["per_second"].as_f64();
        let reference =
            ceiling.and_then(|ceiling| self.rows.iter().find(|row| row.name == ceiling));
        let ratio = reference
            .and_then(|row| rate(&row.figures))
            .zip(rate(&figures))
            .map(|(most, reached)| reached / most);
        println!("{name}: {figures}");
        let ceiling = ceiling.map(str::to_owned);
        self.rows.push(Row {
            name: name.to_owned(),
            ceiling,
            ratio,
            figures,
        });
    }

    fn bare_route(&mut self) -> Result<()> {
        let mut processes = Processes::new();
        let address = "127.0.0.1:4399";
        let mut command = Command::new(self.bin.join("waybill-load"));
        processes.start("the bare route", command.args(["bare", address]))?;
        processes.wait_until("the bare route", Duration::from_secs(10), || {
            std::net::TcpStream::connect(address).is_ok()
        })?;
        let figures = self.load(&["get", &format!("http://{address}"), "/"])?;
        self.row("ceiling: bare route", None, figures);
        Ok(())
    }

    fn embedded_sqlite(&mut self) -> Result<()> {
        if !self.selected("embedded sqlite") {
            return Ok(());
        }
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let embedded = Embedded::start(&self.bin, &data, &[])?;
        self.embedded_figures(
            "embedded sqlite",
            "ceiling: plain SQL on SQLite",
            embedded,
            |bench| {
                let url = format!("sqlite://{}/order.db", data.display());
                bench.load(&["sql", &url])
            },
        )?;

        // A second start, with existing data.
        let again = Embedded::start(&self.bin, &data, &[])?;
        let figures = serde_json::json!({
            "start_ms": again.started.as_secs_f64() * 1000.0, "memory_mb": again.memory_mb(),
        });
        self.row("embedded sqlite: second start", None, figures);
        Ok(())
    }

    fn embedded_postgres(&mut self) -> Result<()> {
        if !self.selected("embedded postgres") {
            return Ok(());
        }
        let folder = tempfile::tempdir()?;
        let server = self.options.database.trim_end_matches('/');
        let prefix = format!("waybill_bench_{}_", std::process::id());
        let settings = [
            ("WAYBILL_DATABASE_SERVER", server),
            ("WAYBILL_DATABASE_PREFIX", prefix.as_str()),
        ];
        let embedded = Embedded::start(&self.bin, &folder.path().join("data"), &settings)?;
        let url = format!("{server}/{prefix}order");
        self.embedded_figures(
            "embedded postgres",
            "ceiling: plain SQL on PostgreSQL",
            embedded,
            |bench| bench.load(&["sql", &url]),
        )?;
        drop_databases(server, &prefix);
        Ok(())
    }

    /// Placing orders, the product list and memory of an embedded platform; then, with the platform stopped, its ceiling.
    fn embedded_figures(
        &mut self,
        name: &str,
        ceiling: &str,
        embedded: Embedded,
        sql: impl FnOnce(&Self) -> Result<Value>,
    ) -> Result<()> {
        let idle = embedded.memory_mb();
        let base = embedded.base.clone();
        let place = self.load(&["place", &base, "--email", EMAIL, "--password", PASSWORD])?;
        let busy = embedded.memory_mb();
        let list = self.load(&["get", &base, "/api/v1/products?limit=20"])?;
        drop(embedded);
        let most = sql(self)?;
        self.row(ceiling, None, most);
        self.row(&format!("{name}: place order"), Some(ceiling), place);
        self.row(
            &format!("{name}: product list"),
            Some("ceiling: bare route"),
            list,
        );
        let memory = serde_json::json!({"idle_mb": idle, "after_load_mb": busy});
        self.row(&format!("{name}: memory"), None, memory);
        Ok(())
    }

    fn distributed(&mut self) -> Result<()> {
        if !self.selected("distributed") {
            return Ok(());
        }
        let prefix = format!("waybill_bench_{}_", std::process::id());
        let options = up::Options {
            database: self.options.database.clone(),
            prefix: prefix.clone(),
            nats: self.options.nats.clone(),
            namespace: format!("bench{}", std::process::id()),
            listen: "127.0.0.1:4398".to_owned(),
            demo: false,
            release: true,
        };
        let settings = [
            ("auth", "WAYBILL_ADMIN_EMAIL", EMAIL),
            ("auth", "WAYBILL_ADMIN_PASSWORD", PASSWORD),
            ("gateway", "WAYBILL_RATE_LIMIT", "off"),
        ];
        let processes = up::start(&options, &settings)?;
        let base = format!("http://{}", options.listen);
        let place = self.load(&["place", &base, "--email", EMAIL, "--password", PASSWORD])?;
        let list = self.load(&["get", &base, "/api/v1/products?limit=20"])?;
        drop(processes);
        let ceiling = "ceiling: plain SQL on PostgreSQL";
        self.row("distributed: place order", Some(ceiling), place);
        self.row(
            "distributed: product list",
            Some("ceiling: bare route"),
            list,
        );
        drop_databases(self.options.database.trim_end_matches('/'), &prefix);
        Ok(())
    }

    fn report(&self) -> Result<()> {
        println!(
            "\n| measurement | per second | p50 ms | p99 ms | of its ceiling |\n| --- | --- | --- | --- | --- |"
        );
        for row in &self.rows {
            let number = |name: &str| {
                row.figures[name]
                    .as_f64()
                    .map_or_else(String::new, |n| format!("{n:.2}"))
            };
            let ratio = row
                .ratio
                .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            println!(
                "| {} | {} | {} | {} | {ratio} |",
                row.name,
                number("per_second"),
                number("p50_ms"),
                number("p99_ms"),
            );
        }
        let path = root().join(&self.options.out);
        fs::write(&path, serde_json::to_string_pretty(&self.rows)?)?;
        println!("\nwritten to {}", path.display());
        Ok(())
    }
}

/// An embedded platform of the release build.
struct Embedded {
    child: Child,
    base: String,
    /// From the start of the process to its first response.
    started: Duration,
}

impl Embedded {
    fn start(bin: &Path, data: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let start = Instant::now();
        let mut child = Command::new(bin.join("waybill"))
            .args(["--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .envs(settings.iter().copied())
            .env("WAYBILL_ADMIN_EMAIL", EMAIL)
            .env("WAYBILL_ADMIN_PASSWORD", PASSWORD)
            .env("WAYBILL_RATE_LIMIT", "off")
            .env("WAYBILL_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start waybill")?;
        let output = child
            .stdout
            .take()
            .context("waybill has a standard output")?;
        let line = BufReader::new(output)
            .lines()
            .next()
            .context("waybill ended at once")??;
        let base = line
            .strip_prefix("listening on ")
            .context("waybill says where it listens")?;
        let address = base.trim_start_matches("http://").parse()?;
        while !up::ready(address) {
            if start.elapsed() > Duration::from_secs(30) {
                bail!("waybill was not ready within 30 seconds");
            }
        }
        Ok(Self {
            child,
            base: base.to_owned(),
            started: start.elapsed(),
        })
    }

    fn memory_mb(&self) -> u64 {
        resident_mb(self.child.id())
    }
}

/// Resident memory of a process, from the kernel; 0 where there is no /proc.
fn resident_mb(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

impl Drop for Embedded {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

/// Best effort: databases that a bench leaves behind are no error.
fn drop_databases(server: &str, prefix: &str) {
    for (service, _) in up::SERVICES {
        let statement = format!("DROP DATABASE IF EXISTS {prefix}{service} WITH (FORCE)");
        let psql = Command::new("psql")
            .args([&format!("{server}/postgres"), "-qc", &statement])
            .stdout(Stdio::null())
            .status();
        if !psql.is_ok_and(|status| status.success()) {
            println!("could not drop {prefix}{service}; do it by hand");
        }
    }
}
