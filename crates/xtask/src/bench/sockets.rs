//! Live events: how soon a client has one, what an idle client costs, and how soon all have the same one.

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    Bench,
    alternate::Case,
    load::watch,
    platform::{Home, Platform, Shape},
    usage::{Groups, memory},
};

/// Orders a second, whatever the platform takes for them.
const RATE: &str = "500";
/// Tokens that are valid until the crowd has gone.
const TOKENS: (&str, &str) = ("WAYBILL_AUTH_ACCESS_TOKEN_TTL", "12h");

/// From an order to the event at its customer's client.
pub fn latency(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let home = Home::new(bench, shape)?;
    let platform = Platform::start(bench, &home, &[])?;
    let name = format!(
        "{}: order to live event, {RATE} orders a second",
        shape.name()
    );
    let measure = || {
        let arguments = ["--rate", RATE, "--connections", "32"];
        bench.change(
            &platform,
            &mut bench.load_on(&platform, "latency", &arguments),
        )
    };
    bench.measure(vec![Case::new(name, measure)])
}

/// Idle clients of an embedded platform.
pub fn crowd(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let clients = bench.options.sockets;
    let home = Home::new(bench, shape)?;
    let (tokens, many) = (
        home.file("tokens").display().to_string(),
        clients.to_string(),
    );
    let arguments = ["--clients", &many, "--tokens", &tokens];
    {
        let platform = Platform::start(bench, &home, &[TOKENS])?;
        let mut sign_in = bench.load_on(&platform, "customers", &arguments);
        watch(&mut sign_in, &Groups::new(), |_| ())?;
    }
    let platform = Platform::start(bench, &home, &[TOKENS])?;
    let resident = || {
        let processes = platform.processes();
        let each = processes
            .iter()
            .map(|(_, id)| memory(*id)["rss_mb"].as_f64());
        each.flatten().sum::<f64>()
    };
    let (mut alone, mut together) = (0.0, 0.0);
    let mut load = bench.load_on(&platform, "crowd", &arguments);
    let watched = watch(&mut load, &Groups::new(), |phase| match phase {
        "alone" => alone = resident(),
        _ => together = resident(),
    })?;
    let mut figures: Value = watched.figures()?;
    figures["rss_mb"] = json!(together);
    figures["kb_per_client"] = json!((together - alone) * 1024.0 / clients as f64);
    bench.row(
        format!("{}: {clients} idle live clients", shape.name()),
        figures,
    );
    Ok(())
}
