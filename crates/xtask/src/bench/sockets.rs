//! Live events: how soon a client has one, what an idle client costs, and how soon all have the same one.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{
    Bench,
    alternate::Case,
    load::{rest, watch},
    platform::{Home, Platform, Shape},
    usage::{Groups, memory},
};

/// Orders a second, whatever the platform takes for them.
const RATE: &str = "500";
/// Of the crowd: those that may be open at a time, besides others.
const CONNECTIONS: (&str, &str) = ("WAYBILL_MAX_CONNECTIONS", "20000");

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

/// Idle clients of one gateway.
pub fn crowd(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let clients = bench.options.sockets;
    let home = Home::new(bench, shape)?;
    let platform = Platform::start(bench, &home, &[CONNECTIONS])?;
    let processes = platform.processes();
    let gateway: Groups = processes
        .into_iter()
        .filter(|(name, _)| name == "waybill" || name == "gateway")
        .collect();
    ensure!(!gateway.is_empty(), "no process has the clients");
    let resident = || memory(gateway[0].1)["rss_mb"].as_f64().unwrap_or(0.0);
    let (mut alone, mut with_clients, mut rested) = (0.0, 0.0, Ok(()));
    let arguments = ["--clients", &clients.to_string()];
    let mut load = bench.load_on(&platform, "crowd", &arguments);
    let watched = watch(&mut load, &gateway, |phase| match phase {
        "alone" => {
            rested = rest(&gateway);
            alone = resident();
        }
        _ => with_clients = resident(),
    })?;
    rested?;
    let mut figures: Value = watched.figures()?;
    figures["rss_mb"] = json!(with_clients);
    figures["kb_per_client"] = json!((with_clients - alone) * 1024.0 / clients as f64);
    bench.row(
        format!("{}: {clients} idle live clients", shape.name()),
        figures,
    );
    Ok(())
}
