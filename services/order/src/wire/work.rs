//! Requests, workers, notes and progress as messages.

use waybill_primitives::non_empty;
use waybill_proto::order as pb;

use super::person;
use crate::fulfilment::{
    notes::domain::{Note, Progress},
    work::domain::ChangeRequest,
    workers::domain::Entry,
};

pub fn change_request(request: &ChangeRequest) -> pb::ChangeRequest {
    pb::ChangeRequest {
        id: request.id.to_string(),
        order_id: request.order_id.to_string(),
        kind: request.kind.into(),
        state: request.state.into(),
        reason: request.reason.clone(),
        requested_by: Some(person(&request.requested_by())),
        decided_by: request.decided_by().as_ref().map(person),
        note: non_empty(request.note.as_str()),
        created_at: Some(request.created_at),
        decided_at: request.decided_at,
        version: request.version,
    }
}

pub fn note(note: &Note) -> pb::Note {
    pb::Note {
        id: note.id.to_string(),
        order_id: note.order_id.to_string(),
        author: Some(person(&note.author())),
        body: note.body.clone(),
        visibility: note.visibility.into(),
        created_at: Some(note.created_at),
    }
}

pub fn progress(progress: &Progress) -> pb::Progress {
    pb::Progress {
        id: progress.id.to_string(),
        order_id: progress.order_id.to_string(),
        author: Some(person(&progress.author())),
        step: progress.step.clone(),
        percent: progress.percent,
        note: non_empty(progress.note.as_str()),
        created_at: Some(progress.created_at),
    }
}

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
