//! Notes and progress as messages.

use waybill_primitives::non_empty;
use waybill_proto::order as pb;

use super::domain::{Note, Progress};
use crate::orders::wire::person;

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
