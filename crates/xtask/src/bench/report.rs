//! The table, the JSON file, and the page `deploy/performance.md`.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plot::svg;
use crate::root;

/// What the page says besides figures.
const TEXT: &str = include_str!("performance.md");

/// One line of the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    /// The row that it is compared with.
    pub ceiling: Option<String>,
    /// With `ratio`, the part of the ceiling that was reached, if there is one.
    pub figures: Value,
}

/// A run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Results {
    pub machine: Value,
    pub rows: Vec<Row>,
}

/// A figure that is to be reached.
struct Goal {
    what: &'static str,
    /// The beginning of the names of the rows that have it; the worst counts.
    rows: &'static str,
    /// Where it is in the figures.
    figure: &'static str,
    limit: Limit,
}

#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

use Limit::{AtLeast, AtMost};

const fn goal(what: &'static str, rows: &'static str, figure: &'static str, limit: Limit) -> Goal {
    Goal {
        what,
        rows,
        figure,
        limit,
    }
}

const GOALS: [Goal; 39] = [
    goal(
        "Place an order on PostgreSQL, 8 connections, of its ceiling",
        "embedded postgres: place an order, 8 ",
        "ratio",
        AtLeast(0.7),
    ),
    goal(
        "… 32 connections",
        "embedded postgres: place an order, 32 ",
        "ratio",
        AtLeast(1.2),
    ),
    goal(
        "… distributed, 8 connections",
        "distributed: place an order, 8 ",
        "ratio",
        AtLeast(0.4),
    ),
    goal(
        "… distributed, 32 connections",
        "distributed: place an order, 32 ",
        "ratio",
        AtLeast(0.7),
    ),
    goal(
        "… on SQLite, 8 connections",
        "embedded sqlite: place an order, 8 ",
        "ratio",
        AtLeast(1.5),
    ),
    goal(
        "… on SQLite, 32 connections",
        "embedded sqlite: place an order, 32 ",
        "ratio",
        AtLeast(2.5),
    ),
    goal(
        "… on MariaDB, 8 connections",
        "embedded mariadb: place an order, 8 ",
        "ratio",
        AtLeast(0.8),
    ),
    goal(
        "… on MariaDB, 32 connections",
        "embedded mariadb: place an order, 32 ",
        "ratio",
        AtLeast(1.5),
    ),
    goal(
        "p99 / p50 of placing on PostgreSQL",
        "embedded postgres: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "… distributed",
        "distributed: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "… on SQLite",
        "embedded sqlite: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "… on MariaDB",
        "embedded mariadb: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "Orders of the same two products, of orders of any two",
        "embedded postgres: place an order of the same",
        "ratio",
        AtLeast(0.5),
    ),
    goal(
        "Whole order on PostgreSQL, of placing",
        "embedded postgres: whole order",
        "ratio",
        AtLeast(0.4),
    ),
    goal(
        "Whole orders a second (100 × Vendure on such a machine)",
        "embedded postgres: whole order",
        "per_second",
        AtLeast(1200.0),
    ),
    goal(
        "Product list, of a bare route",
        "embedded postgres: product list",
        "ratio",
        AtLeast(0.7),
    ),
    goal(
        "Read an order, of a bare route",
        "embedded postgres: read an order",
        "ratio",
        AtLeast(0.3),
    ),
    goal(
        "Order to live event at 500 orders a second, p50, ms",
        "embedded postgres: order to live event",
        "p50_ms",
        AtMost(5.0),
    ),
    goal(
        "… p99, ms",
        "embedded postgres: order to live event",
        "p99_ms",
        AtMost(25.0),
    ),
    goal(
        "… distributed, p50, ms",
        "distributed: order to live event",
        "p50_ms",
        AtMost(5.0),
    ),
    goal(
        "… distributed, p99, ms",
        "distributed: order to live event",
        "p99_ms",
        AtMost(25.0),
    ),
    goal(
        "10,000 idle live clients, KB each",
        "embedded postgres: 10000 idle live clients",
        "kb_per_client",
        AtMost(20.0),
    ),
    goal(
        "… an event at all of them, ms",
        "embedded postgres: 10000 idle live clients",
        "all_ms",
        AtMost(500.0),
    ),
    goal(
        "p99 of lists and searches with a million orders, of that with a thousand, on PostgreSQL",
        "embedded postgres: scale: ",
        "p99_ratio",
        AtMost(2.0),
    ),
    goal(
        "… on SQLite",
        "embedded sqlite: scale: ",
        "p99_ratio",
        AtMost(2.0),
    ),
    goal(
        "… on MariaDB",
        "embedded mariadb: scale: ",
        "p99_ratio",
        AtMost(2.0),
    ),
    goal(
        "Placing with ten million orders, of that in an empty shop",
        "embedded postgres: place an order with 10000000",
        "ratio",
        AtLeast(0.8),
    ),
    goal(
        "The list with ten million orders, of that in an empty shop",
        "embedded postgres: list with 10000000",
        "ratio",
        AtLeast(0.8),
    ),
    goal(
        "Backlog of 100,000 events on PostgreSQL, events a second",
        "embedded postgres: backlog",
        "per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "… distributed",
        "distributed: backlog",
        "per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "… on SQLite",
        "embedded sqlite: backlog",
        "per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "… on MariaDB",
        "embedded mariadb: backlog",
        "per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "Start with data on SQLite, ms",
        "embedded sqlite: start with data",
        "start_ms",
        AtMost(100.0),
    ),
    goal(
        "… on PostgreSQL, ms",
        "embedded postgres: start with data",
        "start_ms",
        AtMost(100.0),
    ),
    goal(
        "Idle memory on SQLite, MB",
        "embedded sqlite: memory idle",
        "rss_mb",
        AtMost(60.0),
    ),
    goal(
        "… on PostgreSQL, MB",
        "embedded postgres: memory idle",
        "rss_mb",
        AtMost(60.0),
    ),
    goal(
        "Most memory under load on SQLite, MB",
        "embedded sqlite: memory after load",
        "peak_mb",
        AtMost(150.0),
    ),
    goal(
        "… on PostgreSQL, MB",
        "embedded postgres: memory after load",
        "peak_mb",
        AtMost(150.0),
    ),
    goal(
        "Idle memory of each distributed service, MB",
        "distributed: memory idle",
        "rss_mb",
        AtMost(30.0),
    ),
];

impl Goal {
    /// The target, the worst figure, and whether it is reached.
    fn line(&self, rows: &[Row]) -> String {
        let of = rows.iter().filter(|row| row.name.starts_with(self.rows));
        let figures = of.filter_map(|row| row.figures[self.figure].as_f64());
        let (target, worst) = match self.limit {
            AtLeast(least) => (format!("≥ {least}"), figures.reduce(f64::min)),
            AtMost(most) => (format!("≤ {most}"), figures.reduce(f64::max)),
        };
        let reached = worst.map(|worst| match self.limit {
            AtLeast(least) => worst >= least,
            AtMost(most) => worst <= most,
        });
        let (worst, reached) = match (worst, reached) {
            (Some(worst), Some(true)) => (short(worst), "yes"),
            (Some(worst), _) => (short(worst), "**no**"),
            (None, _) => (String::new(), "not measured"),
        };
        format!("| {} | {target} | {worst} | {reached} |\n", self.what)
    }
}

/// Three digits or more.
fn short(number: f64) -> String {
    let digits = match number.abs() {
        large if large >= 100.0 => 0,
        middle if middle >= 10.0 => 1,
        _ => 2,
    };
    format!("{number:.digits$}")
}

/// Figures that have columns of their own, or do not help a reader.
const HIDDEN: [&str; 13] = [
    "per_second",
    "p50_ms",
    "p99_ms",
    "p999_ms",
    "tail",
    "cpu_us",
    "cpu_us_all",
    "ratio",
    "rates",
    "connections",
    "operations",
    "all_operations",
    "errors",
];

fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| measurement | per second | p50 ms | p99 ms | p99/p50 | of its ceiling | CPU µs each, meanwhile | … until all is done | more |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let figure = |name: &str| row.figures[name].as_f64().map_or_else(String::new, short);
        let list = |figures: &Value, hidden: &[&str]| {
            let figures = figures.as_object().into_iter().flatten();
            let shown = figures.filter(|(name, _)| !hidden.contains(&name.as_str()));
            let shown = shown
                .filter_map(|(name, value)| Some(format!("{name} {}", short(value.as_f64()?))));
            shown.collect::<Vec<_>>().join(" · ")
        };
        let mut more = list(&row.figures, &HIDDEN);
        if row.figures["errors"].as_f64() > Some(0.0) {
            let _ = write!(more, " **errors {}**", figure("errors"));
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {more} |",
            row.name,
            figure("per_second"),
            figure("p50_ms"),
            figure("p99_ms"),
            figure("tail"),
            figure("ratio"),
            list(&row.figures["cpu_us"], &[]),
            list(&row.figures["cpu_us_all"], &[]),
        );
    }
    text
}

fn goals(rows: &[Row]) -> String {
    let lines: String = GOALS.iter().map(|goal| goal.line(rows)).collect();
    format!("| target | | reached | |\n| --- | --- | --- | --- |\n{lines}")
}

fn machine(results: &Results) -> String {
    let facts = results.machine.as_object().into_iter().flatten();
    let lines = facts.filter_map(|(name, fact)| Some(format!("| {name} | {} |\n", fact.as_str()?)));
    format!("| | |\n| --- | --- |\n{}", lines.collect::<String>())
}

pub fn save(results: &Results, out: &Path) -> Result<()> {
    let path = root().join(out);
    fs::write(&path, serde_json::to_string_pretty(results)?)
        .with_context(|| format!("writing {}", path.display()))
}

/// The results of an earlier run.
pub fn read(out: &Path) -> Result<Results> {
    let path = root().join(out);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

pub fn print(results: &Results) {
    println!("\n{}\n{}", table(&results.rows), goals(&results.rows));
}

/// Writes the page and its picture.
pub fn write(results: &Results) -> Result<()> {
    let page = TEXT
        .replace("{{machine}}", machine(results).trim_end())
        .replace("{{goals}}", goals(&results.rows).trim_end())
        .replace("{{table}}", table(&results.rows).trim_end());
    fs::write(root().join("deploy/performance.md"), page)?;
    fs::write(root().join("deploy/performance.svg"), svg(&results.rows))?;
    println!("written to deploy/performance.md");
    Ok(())
}
