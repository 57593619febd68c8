//! `cargo xtask bench`: the speed and size of the release build, compared with the ceilings of the same machine in the same run.
//!
//! The load comes from a second process (`waybill-load`). [`alternate`] repeats measurements in turn and takes medians, [`usage`] reads
//! CPU time and memory of processes, [`platform`] starts a platform in one of its shapes, [`load`] runs the load generator. The other
//! modules are the parts of the bench. Every figure is printed in a table and written as JSON; [`report`] compares them with the targets.

mod alternate;
mod backlog;
mod goals;
mod load;
mod machine;
mod memory;
mod placing;
mod platform;
mod plot;
mod report;
mod requests;
mod row;
mod scale;
mod sockets;
mod usage;

use std::{
    cell::{OnceCell, RefCell},
    path::PathBuf,
};

use anyhow::Result;
use serde_json::Value;

use self::{
    alternate::{Case, alternate},
    platform::{Nats, Shape},
    report::Results,
    row::Row,
};
use crate::{cargo, check, target_dir, up};

#[derive(clap::Args)]
pub struct Options {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each measurement is repeated, in turn with those that it is compared with.
    #[arg(long, default_value_t = 5)]
    repetitions: usize,
    /// Concurrent connections of placing.
    #[arg(long, default_value = "8,32", value_delimiter = ',')]
    connections: Vec<usize>,
    /// PostgreSQL for the distributed shape and for the embedded one on a server.
    #[arg(long, default_value = "postgres://postgres@127.0.0.1:5432")]
    database: String,
    #[arg(long, default_value = "mysql://root@127.0.0.1:3306")]
    mariadb: String,
    /// NATS for the distributed shape. Without it, `nats-server` is started, from the PATH or from WAYBILL_TEST_NATS_SERVER.
    #[arg(long)]
    nats: Option<String>,
    /// Only the parts whose name contains this, for instance `placing`, `sqlite` or `memory distributed`; `--list` prints the names.
    #[arg(long, default_value = "")]
    only: String,
    /// Print the names of the parts.
    #[arg(long)]
    list: bool,
    /// Orders of the larger shop for measuring lists, searches and the export.
    #[arg(long, default_value_t = 1_000_000)]
    scale_orders: usize,
    /// Also compare placing with this many orders (such as 10000000) with an empty shop; ten million need some ten gigabytes of disk.
    #[arg(long)]
    scale_place: Option<usize>,
    /// Idle Socket.IO clients.
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// Events that the platform finds unpublished when it starts.
    #[arg(long, default_value_t = 100_000)]
    backlog: usize,
    /// Measure the existing build.
    #[arg(long)]
    no_build: bool,
    /// Folder of the measured programs, which are not built then; without it, those of the release build.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// The JSON file to write.
    #[arg(long, default_value = "bench-results.json")]
    out: PathBuf,
    /// Also write the report and its picture, deploy/performance.md and deploy/performance.svg.
    #[arg(long)]
    report: bool,
    /// Measure nothing: write the report of the JSON file of an earlier run.
    #[arg(long)]
    report_only: bool,
}

/// A part of the bench, for the shapes that it measures.
type Part = (
    &'static str,
    fn(&Bench<'_>, Shape) -> Result<()>,
    &'static [Shape],
);

const PARTS: [Part; 8] = [
    ("placing", placing::placing, &Shape::ALL),
    (
        "requests",
        requests::requests,
        &[Shape::Postgres, Shape::Distributed],
    ),
    ("hot", placing::hot_products, &[Shape::Postgres]),
    (
        "memory",
        memory::memory_and_start,
        &[Shape::Sqlite, Shape::Postgres, Shape::Distributed],
    ),
    (
        "latency",
        sockets::latency,
        &[Shape::Postgres, Shape::Distributed],
    ),
    ("crowd", sockets::crowd, &[Shape::Postgres]),
    ("backlog", backlog::backlog, &Shape::ALL),
    ("scale", scale::scale, &Shape::EMBEDDED),
];

/// Only with `--scale-place`.
const MILLIONS: Part = ("millions", scale::millions, &[Shape::Postgres]);

pub fn bench(options: &Options) -> Result<()> {
    if options.report_only {
        return report::write(&report::read(&options.out)?);
    }
    let mut parts = PARTS.to_vec();
    parts.extend(options.scale_place.map(|_| MILLIONS));
    let parts = parts.into_iter().flat_map(|(name, run, shapes)| {
        let named = |shape: &Shape| (format!("{name} {}", shape.name()), run, *shape);
        shapes.iter().map(named).collect::<Vec<_>>()
    });
    let parts: Vec<_> = parts
        .filter(|(name, _, _)| name.contains(&options.only))
        .collect();
    if options.list {
        for (name, _, _) in parts {
            println!("{name}");
        }
        return Ok(());
    }
    if !options.no_build {
        if options.bin.is_none() {
            up::build(true)?;
        }
        build_load()?;
    }
    let release = target_dir().join("release");
    let bench = Bench {
        options,
        bin: options.bin.clone().unwrap_or_else(|| release.clone()),
        load: release.join("waybill-load"),
        rows: RefCell::default(),
        nats: OnceCell::new(),
    };
    let mut failed = Vec::new();
    for (name, run, shape) in parts {
        println!("\n{name}");
        // The others are still worth measuring.
        if let Err(error) = run(&bench, shape) {
            println!("{name} failed: {error:#}");
            failed.push(name);
        }
        report::save(&bench.results(), &options.out)?;
    }
    let results = bench.results();
    report::print(&results);
    if options.report {
        report::write(&results)?;
    }
    anyhow::ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// Builds the measured binaries and the load generator in release mode.
pub fn build() -> Result<()> {
    up::build(true)?;
    build_load()
}

fn build_load() -> Result<()> {
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
    /// Folder of the measured programs.
    bin: PathBuf,
    /// The load generator.
    load: PathBuf,
    rows: RefCell<Vec<Row>>,
    nats: OnceCell<Nats>,
}

impl Bench<'_> {
    /// The URL of NATS; the first call starts it unless it is given.
    fn nats(&self) -> Result<String> {
        if let Some(url) = &self.options.nats {
            return Ok(url.clone());
        }
        if self.nats.get().is_none() {
            let _ = self.nats.set(Nats::start()?);
        }
        Ok(self
            .nats
            .get()
            .map(|nats| nats.url.clone())
            .unwrap_or_default())
    }

    fn results(&self) -> Results {
        Results {
            machine: machine::describe(self),
            rows: self.rows.borrow().clone(),
        }
    }

    /// Adds the rows of cases that take turns.
    fn measure(&self, cases: Vec<Case<'_>>) -> Result<()> {
        self.add(alternate(self.options.repetitions, cases)?);
        Ok(())
    }

    fn add(&self, rows: Vec<Row>) {
        self.rows.borrow_mut().extend(rows);
    }

    fn row(&self, name: String, figures: Value) {
        println!("{name}: {figures}");
        let ceiling = None;
        self.add(vec![Row {
            name,
            ceiling,
            figures,
        }]);
    }
}
