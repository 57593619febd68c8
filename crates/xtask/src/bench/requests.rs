//! Whole orders, and reading: each between repetitions of what it is compared with.

use std::{
    net::{SocketAddr, TcpStream},
    process::Command,
    time::Duration,
};

use anyhow::Result;
use serde_json::Value;

use super::{
    Bench,
    alternate::Case,
    load::watch,
    platform::{Home, Platform, Shape},
    usage::Groups,
};
use crate::processes::Processes;

const CONNECTIONS: usize = 8;
const LIST: &str = "/api/v1/products?limit=20";

/// A process that serves one JSON route and nothing else.
struct BareRoute {
    base: String,
    processes: Processes,
}

impl BareRoute {
    fn start(bench: &Bench<'_>) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], 4399));
        let mut processes = Processes::new();
        let mut command = Command::new(&bench.load);
        command.args(["bare", &address.to_string()]);
        processes.start("bare", &mut command)?;
        processes.wait_until("the bare route", Duration::from_secs(10), || {
            TcpStream::connect(address).is_ok()
        })?;
        Ok(Self {
            base: format!("http://{address}"),
            processes,
        })
    }
}

fn read(load: &mut Command, groups: &Groups) -> Result<Value> {
    let connections = CONNECTIONS.to_string();
    watch(load.args(["--connections", &connections]), groups, |_| ())?.figures()
}

/// Orders that are placed and paid, placing alone, single orders and the product list, and the bare route.
pub fn requests(bench: &Bench<'_>, shape: Shape) -> Result<()> {
    let home = Home::new(bench, shape)?;
    let platform = Platform::start(bench, &home, &[])?;
    let bare = BareRoute::start(bench)?;
    let (groups, bare_groups) = (platform.groups(), bare.processes.ids());
    let (platform, bare) = (&platform, &bare);
    let name = |what: &str| format!("{}: {what}, {CONNECTIONS} connections", shape.name());
    let (place, most) = (name("place only"), name("a bare route"));
    let whole = move || {
        let mut load = bench.load_on(platform, "whole", &[]);
        load.args(["--connections", &CONNECTIONS.to_string()]);
        bench.change(platform, &mut load)
    };
    let cases = vec![
        Case::new(place.clone(), move || {
            bench.place(platform, CONNECTIONS, &[])
        }),
        Case::new(name("whole order"), whole).of(&place),
        Case::new(most.clone(), || {
            read(&mut bench.load(&["get", &bare.base, "/"]), &bare_groups)
        }),
        Case::new(name("product list"), || {
            read(&mut bench.load(&["get", &platform.base, LIST]), &groups)
        })
        .of(&most),
        Case::new(name("read an order"), || {
            read(&mut bench.load_on(platform, "read", &[]), &groups)
        })
        .of(&most),
    ];
    bench.measure(cases)
}
