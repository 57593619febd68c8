//! Developer commands, as `cargo xtask <command>`: run, up, web, test, contract, fuzz, lint, tidy, bench, faults, record-database, openapi,
//! settings.

#![expect(
    clippy::disallowed_methods,
    reason = "threads that start and watch processes may sleep: there is no runtime here"
)]

mod bench;
mod contract;
mod faults;
mod fuzz;
mod junit;
mod lint;
mod processes;
mod run;
mod test;
mod tidy;
mod up;
mod web;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of Waybill")]
struct Cli {
    #[command(subcommand)]
    command: Cmd,
}

#[derive(Subcommand)]
enum Cmd {
    /// Build and start the embedded shape with demo data; further arguments are passed to `waybill`.
    Run {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Start the distributed shape as processes, against a PostgreSQL and a NATS.
    Up(up::Options),
    /// Build the web pages, which `run` does by itself when their sources changed.
    Web,
    /// Run every test.
    Test {
        /// Also run on PostgreSQL and MariaDB the tests for which the database does not matter.
        #[arg(long)]
        all_databases: bool,
        /// Passed to nextest, for instance a test's name.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Compare the answers of a running platform with the OpenAPI document, by schemathesis.
    Contract(contract::Options),
    /// Send made-up input to what reads the input of clients, by cargo-fuzz.
    Fuzz(fuzz::Options),
    /// Check format, clippy, the arrows between crates and slices, and licences and sources of dependencies.
    Lint,
    /// Check the arrows between crates and slices, manifests and module docs.
    Tidy {
        /// Print a Mermaid graph instead: of the crates, or of one crate's layers and modules.
        #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "")]
        draw: Option<String>,
    },
    /// Measure the release build against ceilings of the same run.
    Bench(bench::Options),
    /// Inject faults into the release build and what it depends on, and compare it with what its clients were told.
    Faults(faults::Options),
    /// Record a small shop of this version, for the test that later versions upgrade it.
    RecordDatabase {
        /// The version to be released, for instance v0.1.0.
        version: String,
    },
    /// Regenerate the OpenAPI document.
    Openapi,
    /// Regenerate the settings reference.
    Settings,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Cmd::Run { args } => run::run(&args),
        Cmd::Up(options) => up::up(&options),
        Cmd::Web => web::web(),
        Cmd::Test {
            all_databases,
            args,
        } => test::test(all_databases, &args),
        Cmd::RecordDatabase { version } => test::record_database(&version),
        Cmd::Contract(options) => contract::contract(&options),
        Cmd::Fuzz(options) => fuzz::fuzz(&options),
        Cmd::Lint => lint::lint(),
        Cmd::Tidy { draw: None } => tidy::tidy(),
        Cmd::Tidy { draw: Some(folder) } if folder.is_empty() => tidy::draw(),
        Cmd::Tidy { draw: Some(folder) } => tidy::draw_modules(&folder),
        Cmd::Bench(options) => bench::bench(&options),
        Cmd::Faults(options) => faults::faults(&options),
        Cmd::Openapi => snapshot("waybill-gateway"),
        Cmd::Settings => snapshot("waybill"),
    }
}

/// The workspace's folder: the one that cargo runs this from. Two checkouts that share an output folder share this program, too.
fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let of_build = || env!("CARGO_MANIFEST_DIR").into();
        let mut root = env::var_os("CARGO_MANIFEST_DIR").map_or_else(of_build, PathBuf::from);
        // crates/xtask
        root.pop();
        root.pop();
        root
    });
    &ROOT
}

/// The output folder of cargo.
fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    // What cargo says of xtask is not for others: build scripts that look at it (ring's) would run again, and all that depends on
    // them be compiled again, whenever a command is given by hand after one of xtask.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs a command to its end; any exit code but 0 is an error.
fn check(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command
        .status()
        .with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(())
}

/// Runs the snapshot tests of a package in the mode that writes the snapshots.
fn snapshot(package: &str) -> Result<()> {
    check(
        cargo()
            .args(["test", "--package", package, "snapshot"])
            .env("UPDATE_SNAPSHOT", "1"),
    )
}
