//! Injects faults into a whole platform, and compares it with the clients' own account of what was acknowledged.
//!
//! A fault starts a platform with servers of its own, puts load on it, breaks something, lets it recover, and compares: right
//! away, and once more after a restart of everything. `cargo xtask faults` runs them against the release build.

mod account;
mod check;
mod database;
mod disk;
mod kills;
mod load;
mod nats;
mod network;
mod processes;
mod replicas;
mod scene;
mod storage;
mod table;

use std::{fs, path::Path, pin::Pin, time::Duration};

use anyhow::Result;

pub use scene::{Outcome, Run, Scene};
pub use table::{HEAD, Row};

use crate::Shape;

/// A running fault.
type Running = Pin<Box<dyn Future<Output = Result<Outcome>> + Send>>;

/// Which failures clients may see during the outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// No failed response at all.
    Nothing,
    /// 503 with Retry-After.
    Unavailable,
    /// Additionally refused connections: the only gateway is being restarted.
    Away,
    /// Additionally broken connections: the gateway is killed.
    Broken,
}

/// One fault.
#[derive(Debug)]
pub struct Fault {
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    pub shapes: &'static [Shape],
    pub tolerance: Tolerance,
    run: fn(Run) -> Running,
}

const EMBEDDED: &[Shape] = &[Shape::Embedded];
const DISTRIBUTED: &[Shape] = &[Shape::Distributed];
const BOTH: &[Shape] = &Shape::BOTH;

/// An `async fn` as an entry of the table.
macro_rules! fault {
    ($name:literal, $shapes:expr, $tolerance:ident, $run:path, $about:literal) => {
        Fault {
            name: $name,
            about: $about,
            shapes: $shapes,
            tolerance: Tolerance::$tolerance,
            run: |run| Box::pin($run(run)),
        }
    };
}

/// All faults, in the order they are run.
pub static FAULTS: &[Fault] = &[
    fault!(
        "kills",
        BOTH,
        Broken,
        kills::one,
        "SIGKILL of each process in turn"
    ),
    fault!(
        "kill-pairs",
        DISTRIBUTED,
        Broken,
        kills::pairs,
        "SIGKILL of two processes at once"
    ),
    fault!(
        "disk-full",
        EMBEDDED,
        Unavailable,
        disk::full,
        "the disk of the SQLite files is full, and freed"
    ),
    fault!(
        "disk-failing",
        EMBEDDED,
        Broken,
        disk::failing,
        "writes to the SQLite files fail, the file system becomes read-only"
    ),
    fault!(
        "rolling",
        BOTH,
        Away,
        processes::rolling,
        "each process is stopped in order and started again"
    ),
    fault!(
        "rolling-replicas",
        DISTRIBUTED,
        Nothing,
        processes::rolling_replicas,
        "the same with two of each behind a balancer"
    ),
    fault!(
        "replicas-race",
        DISTRIBUTED,
        Nothing,
        replicas::race,
        "two of each: claims, keys, scarce stock, expiry"
    ),
    fault!(
        "replica-kills",
        DISTRIBUTED,
        Broken,
        replicas::kills,
        "SIGKILL of one of two"
    ),
    fault!(
        "frozen",
        DISTRIBUTED,
        Unavailable,
        processes::frozen,
        "SIGSTOP of each service in turn"
    ),
    fault!(
        "backlog",
        DISTRIBUTED,
        Nothing,
        processes::backlog,
        "a consumer is away while orders come at full speed"
    ),
    fault!(
        "nats-away",
        DISTRIBUTED,
        Nothing,
        nats::away,
        "NATS is killed and comes back"
    ),
    fault!(
        "nats-away-at-start",
        DISTRIBUTED,
        Broken,
        nats::away_at_start,
        "every process starts while NATS is away"
    ),
    fault!(
        "nats-wiped",
        DISTRIBUTED,
        Nothing,
        nats::wiped,
        "the storage of NATS is deleted"
    ),
    fault!(
        "nats-set-back",
        DISTRIBUTED,
        Nothing,
        nats::set_back,
        "the storage of NATS is replaced by an older copy"
    ),
    fault!(
        "nats-limit",
        DISTRIBUTED,
        Nothing,
        nats::limit,
        "the streams may not grow any more"
    ),
    fault!(
        "nats-frozen",
        DISTRIBUTED,
        Nothing,
        nats::frozen,
        "SIGSTOP of NATS"
    ),
    fault!(
        "nats-purged",
        DISTRIBUTED,
        Nothing,
        nats::purged,
        "the streams are purged while a consumer is away"
    ),
    fault!(
        "nats-leader-killed",
        DISTRIBUTED,
        Nothing,
        nats::leader_killed,
        "a cluster of three: the leader is killed"
    ),
    fault!(
        "nats-node-lost",
        DISTRIBUTED,
        Nothing,
        nats::node_lost,
        "a cluster of three: the leader and its storage are lost"
    ),
    fault!(
        "database-restarted",
        DISTRIBUTED,
        Unavailable,
        database::restarted,
        "PostgreSQL is restarted in order"
    ),
    fault!(
        "database-killed",
        DISTRIBUTED,
        Unavailable,
        database::killed,
        "SIGKILL of PostgreSQL"
    ),
    fault!(
        "database-frozen",
        DISTRIBUTED,
        Unavailable,
        database::frozen,
        "SIGSTOP of PostgreSQL"
    ),
    fault!(
        "database-full",
        DISTRIBUTED,
        Unavailable,
        database::full,
        "the disk of PostgreSQL is full"
    ),
    fault!(
        "database-read-only",
        DISTRIBUTED,
        Unavailable,
        database::read_only,
        "PostgreSQL takes no writes"
    ),
    fault!(
        "database-slots",
        DISTRIBUTED,
        Unavailable,
        database::out_of_slots,
        "others hold all connections of PostgreSQL"
    ),
    fault!(
        "database-sessions",
        DISTRIBUTED,
        Unavailable,
        database::sessions_ended,
        "pg_terminate_backend of all sessions"
    ),
    fault!(
        "mariadb-restarted",
        DISTRIBUTED,
        Unavailable,
        database::mariadb_restarted,
        "MariaDB is killed and restarted"
    ),
    fault!(
        "mariadb-frozen",
        DISTRIBUTED,
        Unavailable,
        database::mariadb_frozen,
        "SIGSTOP of MariaDB"
    ),
    fault!(
        "mariadb-full",
        DISTRIBUTED,
        Unavailable,
        database::mariadb_full,
        "the disk of MariaDB is full"
    ),
    fault!(
        "partition-nats",
        DISTRIBUTED,
        Nothing,
        network::nats,
        "packets to and from NATS vanish"
    ),
    fault!(
        "partition-database",
        DISTRIBUTED,
        Unavailable,
        network::database,
        "packets to and from PostgreSQL vanish"
    ),
    fault!(
        "partition-one-way",
        DISTRIBUTED,
        Unavailable,
        network::database_one_way,
        "packets to PostgreSQL vanish, those from it arrive"
    ),
    fault!(
        "links",
        DISTRIBUTED,
        Unavailable,
        network::links,
        "what leads to the order service breaks, holds and crawls"
    ),
    fault!(
        "s3-away",
        BOTH,
        Unavailable,
        storage::s3,
        "the storage of files breaks connections, and does not answer"
    ),
];

/// The fault of this name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

impl Fault {
    /// Runs it. The logs and findings stay in the folder if it failed.
    pub async fn run(
        &'static self,
        shape: Shape,
        bin: &Path,
        harm: Duration,
        folder: &Path,
    ) -> Row {
        let folder = folder.join(format!("{}-{shape}", self.name));
        let run = Run {
            bin: bin.to_owned(),
            shape,
            harm,
            folder: folder.clone(),
        };
        // A task of its own: a panic fails this fault and not the campaign.
        let mut task = tokio::task::JoinSet::new();
        task.spawn((self.run)(run));
        let outcome = match task.join_next().await {
            Some(Ok(Ok(outcome))) => Ok(outcome),
            Some(Ok(Err(error))) => Err(format!("{error:#}")),
            Some(Err(panic)) => Err(message(panic)),
            None => Err("it did not run".to_owned()),
        };
        let row = Row {
            fault: self,
            shape,
            outcome,
        };
        if row.holds() {
            let _ = fs::remove_dir_all(&folder);
        } else {
            let _ = fs::create_dir_all(&folder);
            let _ = fs::write(folder.join("findings.txt"), row.findings(usize::MAX));
        }
        row
    }
}

fn message(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            text.unwrap_or("it panicked").to_owned()
        }
        Err(error) => error.to_string(),
    }
}
