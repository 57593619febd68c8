//! Workers as messages.

use waybill_primitives::non_empty;
use waybill_proto::order as pb;

use super::domain::Entry;

pub fn worker(entry: &Entry) -> pb::WorkerEntry {
    let worker = &entry.worker;
    let categories = worker.categories.iter();
    pb::WorkerEntry {
        id: worker.id.to_string(),
        name: worker.name.clone(),
        email: non_empty(worker.email.as_str()),
        active: worker.active(),
        category_ids: categories.map(ToString::to_string).collect(),
        max_open_orders: worker.max_open_orders,
        open_orders: entry.load.open,
        on_hold_orders: entry.load.on_hold,
        completed_orders: entry.load.completed,
        version: worker.version,
        limit: entry.limit,
    }
}
