//! The table, the JSON file, and the page `deploy/performance.md`.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    goals::goals,
    plot::svg,
    row::{Row, short},
};
use crate::root;

/// What the page says besides figures.
const TEXT: &str = include_str!("performance.md");

/// A run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Results {
    pub machine: Value,
    pub rows: Vec<Row>,
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
