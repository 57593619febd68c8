//! How fast a platform works off the events that it finds when it starts.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};

use super::{
    Bench,
    load::{milliseconds, rest, watch},
    platform::{Home, Platform, Shape},
    usage::Groups,
};

/// Connections that write the backlog.
const WRITERS: &str = "8";

/// Orders whose events nobody has published, as after a long outage.
pub fn backlog(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let events = bench.options.backlog.to_string();
    let home = Home::new(bench, shape)?;
    {
        // The first start makes the tables; an order is the pattern of the others.
        let platform = Platform::start(bench, &home, &[])?;
        let mut place = Command::new(&bench.load);
        place.args(["place", &platform.base, "--email", super::platform::EMAIL]);
        place.args(["--password", super::platform::PASSWORD]);
        place.args(["--seconds", "1", "--connections", WRITERS]);
        watch(&mut place, &Groups::new(), |_| ())?;
        bench.drain(&platform)?;
    }
    let order = home.url("order");
    bench.result(&[
        "backlog",
        &order,
        "--orders",
        &events,
        "--connections",
        WRITERS,
    ])?;

    // It looks before the platform starts, so that it sees the first event go.
    let drain = Command::new(&bench.load)
        .arg("drain")
        .args(home.urls())
        .args(["--least", &events, "--patience", "600"])
        .stdout(Stdio::piped())
        .spawn()?;
    thread::sleep(Duration::from_millis(500));
    let platform = Platform::start(bench, &home, &[])?;
    let drained = drain.wait_with_output()?;
    if !drained.status.success() {
        return Err(anyhow!("the backlog was not worked off"));
    }
    let mut figures: Value = serde_json::from_slice(&drained.stdout).context("its figures")?;
    figures["start_ms"] = milliseconds(platform.started);
    // Consumers may still work on what was published.
    let published = Instant::now();
    rest(&platform.processes())?;
    let seconds = figures["seconds"].as_f64().unwrap_or(0.0) + published.elapsed().as_secs_f64();
    let count = figures["published"].as_f64().unwrap_or(0.0);
    figures["done_seconds"] = json!(seconds);
    figures["done_per_second"] = json!(count / seconds);
    bench.row(
        format!("{}: backlog of {events} events", shape.name()),
        figures,
    );
    Ok(())
}
