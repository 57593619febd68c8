//! The campaign of `cargo xtask faults`: runs each fault against the release binaries, and prints a table of the results.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use waybill_testkit::{
    Shape,
    campaign::{FAULTS, Fault, HEAD, Row, fault},
};

#[derive(Parser)]
struct Cli {
    /// Faults to run; without any, all.
    names: Vec<String>,
    /// The folder of the binaries.
    #[arg(long)]
    bin: PathBuf,
    /// Only in this shape: `embedded` or `distributed`.
    #[arg(long)]
    shape: Option<String>,
    /// Print the faults and what each does.
    #[arg(long)]
    list: bool,
    /// How long each fault lasts; of the kills, how many rounds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    if cli.list {
        for fault in FAULTS {
            let shapes: Vec<_> = fault.shapes.iter().map(ToString::to_string).collect();
            println!(
                "{:<24} {:<22} {}",
                fault.name,
                shapes.join(", "),
                fault.about
            );
        }
        return Ok(ExitCode::SUCCESS);
    }
    let selected = selected(&cli)?;
    // A fault that panics has failed, and its line says why.
    std::panic::set_hook(Box::new(|_| {}));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()?;
    let folder = tempfile::Builder::new()
        .prefix("waybill-faults-")
        .tempdir()?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            rows = campaign(&cli, &selected, folder.path()) => Some(rows),
            // Dropping the campaign ends its processes and unmounts its disks.
            () = interrupted() => None,
        }
    });
    let Some(rows) = outcome else {
        drop(runtime);
        bail!("interrupted");
    };
    println!("\n{HEAD}");
    for row in &rows {
        println!("{}", row.line());
    }
    let failed = rows.iter().filter(|row| !row.holds()).count();
    println!("\n{} of {} hold", rows.len() - failed, rows.len());
    if failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    println!("logs and findings: {}", folder.keep().display());
    Ok(ExitCode::FAILURE)
}

/// Ends at SIGINT and at SIGTERM.
async fn interrupted() {
    let terminated = signal(SignalKind::terminate());
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = async {
            match terminated {
                Ok(mut terminated) => drop(terminated.recv().await),
                Err(_) => std::future::pending().await,
            }
        } => {}
    }
}

/// The selected faults and shapes.
fn selected(cli: &Cli) -> Result<Vec<(&'static Fault, Shape)>> {
    if let Some(unknown) = cli.names.iter().find(|name| fault(name).is_none()) {
        bail!("there is no fault {unknown:?}; --list prints them");
    }
    let shape = cli.shape.as_deref();
    if shape.is_some_and(|shape| Shape::BOTH.iter().all(|one| one.to_string() != shape)) {
        bail!("--shape is embedded or distributed");
    }
    let named =
        |fault: &&Fault| cli.names.is_empty() || cli.names.iter().any(|name| name == fault.name);
    let mut all = Vec::new();
    for fault in FAULTS.iter().filter(named) {
        for one in fault.shapes {
            if shape.is_none_or(|shape| one.to_string() == shape) {
                all.push((fault, *one));
            }
        }
    }
    Ok(all)
}

async fn campaign(cli: &Cli, selected: &[(&'static Fault, Shape)], folder: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, (fault, shape)) in selected.iter().enumerate() {
        let of = selected.len();
        println!(
            "[{}/{of}] {} ({shape}): {}",
            number + 1,
            fault.name,
            fault.about
        );
        let start = Instant::now();
        let harm = Duration::from_secs(cli.seconds);
        let row = fault.run(*shape, &cli.bin, harm, folder).await;
        println!("{}", row.line());
        print!("{}", row.short());
        if let Ok(outcome) = &row.outcome {
            for note in &outcome.notes {
                println!("  {note}");
            }
        }
        println!("  ran for {} s\n", start.elapsed().as_secs());
        rows.push(row);
    }
    rows
}
