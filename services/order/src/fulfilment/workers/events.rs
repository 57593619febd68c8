//! Events of workers.

use waybill_proto::order as pb;
use waybill_store::Tx;

use super::{domain::Entry, wire};

/// Publishes a worker's new categories and limit.
pub fn worker_updated(tx: &Tx, entry: &Entry) {
    let event = pb::WorkerUpdated {
        worker: Some(wire::worker(entry)),
    };
    tx.emit(entry.worker.id, entry.worker.version, &event);
}
