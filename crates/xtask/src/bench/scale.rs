//! The cost of lists, searches, the dashboard and the export with a thousand orders and with a million; and of placing and the list
//! with ten million, compared with an empty shop.

use std::{
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::{
    Bench,
    alternate::{Case, alternate},
    load::watch,
    platform::{Home, Platform, Shape},
    row::Row,
    usage::{Groups, memory},
};

/// The size that the other one is compared with.
const FEW: usize = 1_000;
const CONNECTIONS: usize = 8;
/// There are many requests, and p99 needs no more.
const REPETITIONS: usize = 3;
const LIST: &str = "/api/v1/orders?limit=20";

/// The measured requests; each through the gateway by an administrator.
const ASKED: [(&str, &str); 9] = [
    ("list", LIST),
    ("oldest", "/api/v1/orders?limit=20&sort=OLDEST"),
    // The page is full at both sizes, so that the same work is compared.
    (
        "status and date",
        "/api/v1/orders?limit=20&status=IN_PROGRESS&from={days-ago:355}&to={days-ago:20}",
    ),
    // A thousand orders have about three matches, a million more than a page.
    (
        "rare status and date",
        "/api/v1/orders?limit=20&status=ON_HOLD&from={days-ago:324}&to={days-ago:81}",
    ),
    (
        "rare state",
        "/api/v1/orders?limit=20&status=COMPLETED&paymentStatus=FAILED",
    ),
    ("frequent word", "/api/v1/orders?limit=20&q=fen"),
    ("two words", "/api/v1/orders?limit=20&q=oak%20last7"),
    (
        "by total",
        "/api/v1/orders?limit=20&sort=TOTAL_DESC&status=ON_HOLD",
    ),
    ("dashboard", "/api/v1/admin/dashboard"),
];

/// Lists, searches and the dashboard at both sizes, in turn; the export of the larger one.
pub fn scale(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let many = bench.options.scale_orders;
    let name =
        |what: &str, orders: usize| format!("{}: scale: {what} with {orders} orders", shape.name());
    let (few, full) = (filled(bench, shape, FEW)?, filled(bench, shape, many)?);
    let platform = Platform::start(bench, &full, &[])?;
    let few = Platform::start(bench, &few, &[])?;
    let number = |platform: &Platform<'_>| -> Result<String> {
        let mut number = bench.load_on(platform, "number", &[]);
        let number = watch(&mut number, &Groups::new(), |_| ())?.figures()?;
        let number = number["number"].as_str().unwrap_or_default();
        Ok(format!("/api/v1/orders?limit=20&q={number}"))
    };
    let numbers = (number(&few)?, number(&platform)?);
    let mut asked: Vec<_> = ASKED.map(|(what, path)| (what, path, path)).to_vec();
    asked.push(("number", &numbers.0, &numbers.1));
    let mut cases = Vec::new();
    for (what, of_few, of_many) in asked {
        let (few, platform) = (&few, &platform);
        let small = name(what, FEW);
        cases.push(Case::new(small.clone(), move || ask(bench, few, of_few)));
        cases.push(Case::new(name(what, many), move || ask(bench, platform, of_many)).of(&small));
    }
    let mut rows = alternate(bench.options.repetitions.min(REPETITIONS), cases)?;
    let p99 = |row: &Row| row.figures["p99_ms"].as_f64();
    for pair in rows.chunks_exact_mut(2) {
        let ratio = p99(&pair[1])
            .zip(p99(&pair[0]))
            .map(|(large, small)| large / small);
        pair[1].figures["p99_ratio"] = json!(ratio);
    }
    bench.add(rows);
    // Started again, because its memory has grown.
    drop(platform);
    let platform = Platform::start(bench, &full, &[])?;
    bench.row(name("export", many), export(bench, &platform)?);
    Ok(())
}

/// A shop with this many past orders.
fn filled(bench: &Bench<'_>, shape: Shape, orders: usize) -> Result<Home> {
    let home = Home::new(bench, shape)?;
    // The first start makes the tables and the administrator.
    drop(Platform::start(bench, &home, &[])?);
    fill(bench, &home, orders)?;
    Ok(home)
}

fn ask(bench: &Bench<'_>, platform: &Platform<'_>, path: &str) -> Result<Value> {
    let mut load = bench.load_on(platform, "ask", &[path]);
    load.args(["--connections", &CONNECTIONS.to_string()]);
    watch(&mut load, &platform.groups(), |_| ())?.figures()
}

/// Placing and the first page of the list in a shop with a great many orders, and in a new one on the same server.
pub fn millions(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let Some(many) = bench.options.scale_place else {
        return Ok(());
    };
    let (full, empty) = (filled(bench, shape, many)?, Home::new(bench, shape)?);
    let full = Platform::start(bench, &full, &[])?;
    let empty = Platform::start(bench, &empty, &[])?;
    let name = |what: &str, shop: &str| format!("{}: {what} {shop}", shape.name());
    let with = format!("with {many} orders");
    let (place, list) = (
        name("place an order", "in an empty shop"),
        name("list", "in an empty shop"),
    );
    bench.measure(vec![
        Case::new(place.clone(), || bench.place(&empty, CONNECTIONS, &[])),
        Case::new(name("place an order", &with), || {
            bench.place(&full, CONNECTIONS, &[])
        })
        .of(&place),
        Case::new(list.clone(), || ask(bench, &empty, LIST)),
        Case::new(name("list", &with), || ask(bench, &full, LIST)).of(&list),
    ])
}

/// Writes orders into the stopped platform's database and counts them.
fn fill(bench: &Bench<'_>, home: &Home, orders: usize) -> Result<()> {
    let mut fill = Command::new(&bench.load);
    fill.args(["fill", &home.url("order"), "--orders", &orders.to_string()]);
    let mut rebuild = Command::new(bench.bin.join("waybill"));
    rebuild
        .args(["rebuild", "analytics"])
        .args(home.arguments());
    for mut command in [fill, rebuild] {
        if !command.stdout(Stdio::null()).status()?.success() {
            bail!("{command:?} failed");
        }
    }
    Ok(())
}

/// All orders as one file, and how much memory the platform needs for it.
fn export(bench: &Bench<'_>, platform: &Platform<'_>) -> Result<Value> {
    let resident = || {
        let processes = platform.processes();
        let each = processes
            .iter()
            .filter_map(|(_, id)| memory(*id)["rss_mb"].as_f64());
        each.sum::<f64>()
    };
    let idle = resident();
    let (done, peak) = (AtomicBool::new(false), Mutex::new(idle));
    let mut figures = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if let Ok(mut peak) = peak.lock() {
                    *peak = peak.max(resident());
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        let exported = watch(
            &mut bench.load_on(platform, "export", &[]),
            &Groups::new(),
            |_| (),
        );
        done.store(true, Ordering::Relaxed);
        exported?.figures()
    })?;
    let peak = peak.lock().map_or(idle, |peak| *peak);
    figures["idle_mb"] = json!(idle);
    figures["peak_above_idle_mb"] = json!(peak - idle);
    Ok(figures)
}
