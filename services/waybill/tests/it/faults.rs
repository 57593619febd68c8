//! The short form of `cargo xtask faults`: some of its faults, against the binaries that cargo built for the tests.

use std::time::Duration;

use waybill_testkit::{Shape, campaign};

use crate::support::bin;

/// Injects a fault; `harm` is its duration, or the number of rounds.
async fn holds(name: &str, shape: Shape, harm: u64) {
    let fault = campaign::fault(name).expect("a fault of the campaign");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let harm = Duration::from_secs(harm);
    let row = fault.run(shape, bin(), harm, folder.path()).await;
    assert!(
        row.holds(),
        "{}\n{}logs: {}",
        row.line(),
        row.short(),
        folder.keep().display()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_under_load_embedded() {
    holds("kills", Shape::Embedded, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_under_load_distributed() {
    holds("kills", Shape::Distributed, 6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_loses_nothing_embedded() {
    holds("disk-full", Shape::Embedded, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_nats_that_lost_its_storage_stops_no_order_distributed() {
    holds("nats-wiped", Shape::Distributed, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_killed_database_loses_nothing_distributed() {
    holds("database-killed", Shape::Distributed, 1).await;
}
