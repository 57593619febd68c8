//! What the figures were measured on.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::{Bench, platform::Shape};
use crate::target_dir;

/// Writes of the disk's trial, each of a page, and each followed by a sync.
const SYNCS: u32 = 200;

/// Names and values, as text.
pub fn describe(bench: &Bench<'_>) -> Value {
    let options = bench.options;
    let bin = |name: &str, argument: &str| said(Command::new(bench.bin.join(name)).arg(argument));
    let version = |url: &str| {
        let answer = bench.result(&["version", url]);
        answer
            .ok()
            .and_then(|answer| Some(answer["version"].as_str()?.to_owned()))
    };
    let commit = said(
        Command::new("git")
            .args(["describe", "--always", "--dirty"])
            .current_dir(crate::root()),
    );
    // Not started for its version alone.
    let distributed = Shape::Distributed.name();
    let distributed = bench
        .rows
        .borrow()
        .iter()
        .any(|row| row.name.starts_with(distributed));
    let facts = [
        ("Date", said(Command::new("date").args(["-u", "+%F"]))),
        (
            "Waybill",
            bin("waybill", "--version")
                .map(|version| format!("{version}, commit {}", commit.unwrap_or_default())),
        ),
        ("Processor", cpu()),
        (
            "Cores",
            std::thread::available_parallelism()
                .ok()
                .map(|cores| cores.to_string()),
        ),
        ("Memory", memory()),
        ("Disk", disk()),
        (
            "Kernel",
            read("/proc/sys/kernel/osrelease").map(|release| format!("Linux {release}")),
        ),
        (
            "PostgreSQL",
            version(&format!(
                "{}/postgres",
                options.database.trim_end_matches('/')
            )),
        ),
        ("MariaDB", version(&options.mariadb)),
        ("SQLite", version("sqlite::memory:")),
        (
            "NATS",
            distributed
                .then(|| bench.nats().ok().and_then(|url| nats(&url)))
                .flatten(),
        ),
        (
            "Measurements",
            Some(format!(
                "{} s each, {} repetitions in turn, medians",
                options.seconds, options.repetitions
            )),
        ),
    ];
    let facts = facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name.to_owned(), json!(fact?))));
    Value::Object(facts.collect::<Map<_, _>>())
}

fn read(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}

fn said(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn cpu() -> Option<String> {
    let text = read("/proc/cpuinfo")?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory() -> Option<String> {
    let text = read("/proc/meminfo")?;
    let kilobytes = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: f64 = kilobytes.trim().trim_end_matches(" kB").parse().ok()?;
    Some(format!("{:.0} GiB", kilobytes / 1024.0 / 1024.0))
}

/// Its file system, and what a write that is synced takes: it decides what one transaction at a time can reach.
fn disk() -> Option<String> {
    let place = target_dir();
    let df = said(Command::new("df").arg("--output=fstype").arg(&place))?;
    let file_system = df.lines().last()?.trim();
    let sync = sync_time(&place).ok()?;
    Some(format!(
        "{file_system}; 4 KiB written and synced in {:.2} ms",
        sync.as_secs_f64() * 1000.0
    ))
}

fn sync_time(folder: &Path) -> Result<Duration> {
    let path = folder.join("bench-sync");
    let mut file = File::create(&path)?;
    let start = Instant::now();
    for _ in 0..SYNCS {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
    }
    let time = start.elapsed() / SYNCS;
    fs::remove_file(path)?;
    Ok(time)
}

/// The version in the greeting of a NATS server.
fn nats(url: &str) -> Option<String> {
    let stream = TcpStream::connect(url.strip_prefix("nats://")?).ok()?;
    let mut greeting = String::new();
    BufReader::new(stream).read_line(&mut greeting).ok()?;
    let greeting: Value = serde_json::from_str(greeting.strip_prefix("INFO ")?).ok()?;
    Some(greeting["version"].as_str()?.to_owned())
}
