//! Placing orders, between repetitions of its ceiling: the same rows in plain SQL, one order a transaction, on the same server.

use std::{env, fs, process::Command};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{
    Bench,
    alternate::Case,
    load::watch,
    platform::{Home, Platform, Shape},
    usage::Groups,
};

/// Connections of the ceiling: that of any number of connections of the platform.
const CEILING_CONNECTIONS: usize = 8;
const SCRIPT: &str = include_str!("ceiling.sql");

/// A database with the tables of an order database, and nobody else in it.
struct Ceiling {
    home: Home,
    pgbench: bool,
}

impl Ceiling {
    fn prepare(bench: &Bench<'_>, shape: Shape) -> Result<Self> {
        let embedded = match shape {
            Shape::Distributed => Shape::Postgres,
            other => other,
        };
        let home = Home::new(bench, embedded)?;
        // A platform that starts makes the tables.
        drop(Platform::start(bench, &home, &[])?);
        bench.result(&["stock-up", &home.url("order")])?;
        let pgbench = Command::new("pgbench").arg("--version").output();
        let pgbench = pgbench.is_ok_and(|output| output.status.success());
        Ok(Self {
            home,
            pgbench: pgbench && embedded == Shape::Postgres,
        })
    }

    const fn name(&self) -> &'static str {
        match (self.home.shape, self.pgbench) {
            (Shape::Sqlite, _) => "plain SQL on SQLite",
            (Shape::MariaDb, _) => "plain SQL on MariaDB",
            (_, true) => "plain SQL on PostgreSQL by pgbench",
            (_, false) => "plain SQL on PostgreSQL (pgbench is not here: by our own loop)",
        }
    }

    fn run(&self, bench: &Bench<'_>, groups: &Groups) -> Result<Value> {
        if self.pgbench {
            return self.by_pgbench(bench, groups);
        }
        let mut load = bench.load(&["sql", &self.home.url("order")]);
        load.args(["--connections", &CEILING_CONNECTIONS.to_string()]);
        watch(&mut load, groups, |_| ())?.figures()
    }

    fn by_pgbench(&self, bench: &Bench<'_>, groups: &Groups) -> Result<Value> {
        let script = self.home.file("ceiling.sql");
        fs::write(&script, SCRIPT)?;
        let mut command = Command::new("pgbench");
        command
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log"])
            .args([
                format!("--client={CEILING_CONNECTIONS}"),
                format!("--time={}", bench.options.seconds),
                format!("--log-prefix={}", self.home.file("pgbench").display()),
                format!("--file={}", script.display()),
                self.home.url("order"),
            ]);
        if env::var_os("PGSSLMODE").is_none() {
            // As the platform does on one machine.
            command.env("PGSSLMODE", "disable");
        }
        let watched = watch(&mut command, groups, |_| ())?;
        let rate = watched.output.lines().find_map(|line| {
            let rate = line.strip_prefix("tps = ")?.split(' ').next()?;
            rate.parse::<f64>().ok()
        });
        let mut times = self.times()?;
        times.sort_unstable();
        let at = |share: f64| {
            let index = (times.len() as f64 * share) as usize;
            times.get(index).map_or(0.0, |time| *time as f64 / 1000.0)
        };
        let mut figures = json!({
            "connections": CEILING_CONNECTIONS,
            "operations": times.len(),
            "per_second": rate.context("pgbench prints its rate")?,
            "p50_ms": at(0.5), "p99_ms": at(0.99), "p999_ms": at(0.999),
            "tail": at(0.99) / at(0.5),
        });
        watched.add_cpu(&mut figures);
        Ok(figures)
    }

    /// How long each transaction took, in microseconds: one file for each of pgbench's threads.
    fn times(&self) -> Result<Vec<u64>> {
        let mut times = Vec::new();
        let folder = self.home.file("");
        for entry in fs::read_dir(folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with("pgbench.") {
                let text = fs::read_to_string(entry.path())?;
                let lines = text.lines();
                let column = lines.filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok());
                times.extend(column);
                fs::remove_file(entry.path())?;
            }
        }
        Ok(times)
    }
}

/// Orders at each number of connections, and the ceiling.
pub fn placing(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let ceiling = Ceiling::prepare(bench, shape)?;
    let home = Home::new(bench, shape)?;
    let platform = Platform::start(bench, &home, &[])?;
    let groups = platform.groups();
    let most = format!(
        "{}: {}, {CEILING_CONNECTIONS} connections",
        shape.name(),
        ceiling.name()
    );
    let platform = &platform;
    let mut cases = vec![Case::new(most.clone(), || ceiling.run(bench, &groups))];
    for &connections in &bench.options.connections {
        let name = format!(
            "{}: place an order, {connections} connections",
            shape.name()
        );
        let place = move || bench.place(platform, connections, &[]);
        cases.push(Case::new(name, place).of(&most));
    }
    bench.measure(cases)
}

/// Orders of two lines: of any two of a hundred products, and always of the same two.
pub fn hot_products(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let home = Home::new(bench, shape)?;
    let platform = Platform::start(bench, &home, &[])?;
    let platform = &platform;
    let spread = format!("{}: place an order of two products", shape.name());
    let hot = format!("{}: place an order of the same two products", shape.name());
    let place = |products: &'static str| {
        move || {
            bench.place(
                platform,
                CEILING_CONNECTIONS,
                &["--lines", "2", "--products", products],
            )
        }
    };
    let cases = vec![
        Case::new(spread.clone(), place("100")),
        Case::new(hot, place("2")).of(&spread),
    ];
    bench.measure(cases)
}
