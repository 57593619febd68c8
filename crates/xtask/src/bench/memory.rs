//! Memory of idle processes and after load, and how soon a platform with data answers.

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    Bench,
    alternate::{Case, alternate},
    load::{milliseconds, rest, watch},
    platform::{Home, Platform, Shape},
    usage::memory,
};

/// Starts with data.
const STARTS: usize = 5;
/// Connections of the load: the most that the others are measured with.
const CONNECTIONS: &str = "32";

/// The memory of each process of a platform that has nothing to do.
fn idle(platform: &Platform<'_>) -> Result<Vec<(String, Value)>> {
    let processes = platform.processes();
    rest(&processes)?;
    let each = processes.into_iter().map(|(name, id)| (name, memory(id)));
    Ok(each.collect())
}

fn memory_rows(bench: &Bench<'_>, platform: &Platform<'_>, when: &str) -> Result<()> {
    for (process, figures) in idle(platform)? {
        let name = format!("{}: memory {when}: {process}", platform.home.shape.name());
        bench.row(name, figures);
    }
    Ok(())
}

/// A new platform, idle; then under load of placing and reading; then started again with the data.
pub fn memory_and_start(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let home = Home::new(bench, shape)?;
    let platform = Platform::start(bench, &home, &[])?;
    memory_rows(bench, &platform, "idle")?;
    if shape == Shape::Distributed {
        return Ok(());
    }
    let load = ["--connections", CONNECTIONS];
    for command in ["place", "read"] {
        let mut load_on = bench.load_on(&platform, command, &load);
        watch(&mut load_on, &platform.groups(), |_| ())?;
    }
    let mut list = bench.load(&["get", &platform.base, "/api/v1/products?limit=20"]);
    watch(list.args(load), &platform.groups(), |_| ())?;
    bench.drain(&platform)?;
    memory_rows(bench, &platform, "after load")?;
    drop(platform);

    let starts = alternate(
        STARTS,
        vec![Case::new(
            format!("{}: start with data", shape.name()),
            || {
                let platform = Platform::start(bench, &home, &[])?;
                let mut figures = json!({"start_ms": milliseconds(platform.started)});
                for (_, memory) in idle(&platform)? {
                    figures["idle_mb"] = memory["rss_mb"].clone();
                }
                Ok(figures)
            },
        )],
    )?;
    bench.add(starts);
    Ok(())
}
