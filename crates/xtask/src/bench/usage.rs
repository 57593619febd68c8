//! CPU time and memory of named groups of processes, from the kernel. Where there is no /proc, there are no figures.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
    sync::LazyLock,
};

use serde_json::{Value, json};

/// Groups of processes by name, each with its first process; the children of that process belong to it.
pub type Groups = Vec<(String, u32)>;

/// CPU time that each group has used so far, in microseconds.
pub type Sample = BTreeMap<String, f64>;

/// The CPU time of a process.
struct Used {
    parent: u32,
    own: u64,
    /// Of children that have ended. With it, a server that starts a process for each connection loses nothing.
    ended: u64,
}

/// The kernel counts CPU time in ticks of this many microseconds: the error of a figure over a second is about one percent.
static TICK: LazyLock<f64> = LazyLock::new(|| {
    let output = Command::new("getconf").arg("CLK_TCK").output();
    let output = output.map(|output| output.stdout).unwrap_or_default();
    let ticks = String::from_utf8_lossy(&output).trim().parse::<f64>();
    1e6 / ticks.unwrap_or(100.0)
});

pub fn sample(groups: &Groups) -> Sample {
    let all = processes();
    let used = |first: u32| {
        let mut sum = 0;
        let mut group = BTreeSet::new();
        let mut next = vec![first];
        while let Some(id) = next.pop() {
            if let Some(process) = all.get(&id)
                && group.insert(id)
            {
                sum += process.own + process.ended;
                let children = all.iter().filter(|(_, other)| other.parent == id);
                next.extend(children.map(|(child, _)| *child));
            }
        }
        sum as f64 * *TICK
    };
    let named = groups
        .iter()
        .map(|(name, first)| (name.clone(), used(*first)));
    named.collect()
}

/// What each group has used between two samples, per operation.
pub fn per_operation(from: &Sample, to: &Sample, operations: f64) -> Value {
    let used = to.iter().filter_map(|(name, used)| {
        let used = used - from.get(name)?;
        (operations > 0.0).then(|| (name.clone(), json!(used / operations)))
    });
    Value::Object(used.collect())
}

fn processes() -> BTreeMap<u32, Used> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Some((id, used(id)?))).collect()
}

fn used(id: u32) -> Option<Used> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name is in parentheses and may contain anything.
    let (_, fields) = text.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let field = |number: usize| fields.get(number)?.parse::<u64>().ok();
    Some(Used {
        parent: u32::try_from(field(1)?).ok()?,
        own: field(11)? + field(12)?,
        ended: field(13)? + field(14)?,
    })
}

/// The memory of a process in megabytes: resident, the part of it that no file backs, and the most that was ever resident.
pub fn memory(process: u32) -> Value {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes = line.trim().trim_end_matches(" kB").parse::<f64>().ok()?;
        Some(kilobytes / 1024.0)
    };
    json!({
        "rss_mb": megabytes("VmRSS:"),
        "anon_mb": megabytes("RssAnon:"),
        "peak_mb": megabytes("VmHWM:"),
    })
}

/// The process that listens on a TCP port of this machine. Of another user's, only root learns it.
pub fn listener(port: u16) -> Option<u32> {
    let port = format!(":{port:04X}");
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|table| fs::read_to_string(table).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let sockets: BTreeSet<String> = lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        // 0A: listening.
        .filter(|fields| fields.len() > 9 && fields[1].ends_with(&port) && fields[3] == "0A")
        .map(|fields| format!("socket:[{}]", fields[9]))
        .collect();
    let listens = |id: &u32| {
        let open = fs::read_dir(format!("/proc/{id}/fd"))
            .into_iter()
            .flatten()
            .flatten();
        let mut links = open.filter_map(|entry| fs::read_link(entry.path()).ok());
        links.any(|link| link.to_str().is_some_and(|link| sockets.contains(link)))
    };
    // Children may have inherited the socket: the first process is the server.
    processes().into_keys().find(listens)
}
