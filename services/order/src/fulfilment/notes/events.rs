//! Events of notes and progress.

use waybill_proto::order as pb;
use waybill_store::Tx;

use super::{
    domain::{Note, Progress},
    wire,
};
use crate::orders::{domain::Order, wire::order as order_message};

/// Publishes a note; `order` is the current order.
pub fn note_added(tx: &Tx, note: &Note, order: &Order) {
    let event = pb::NoteAdded {
        note: Some(wire::note(note)),
        order: Some(order_message(order)),
    };
    tx.emit(note.id, 1, &event);
}

/// Publishes a progress step; `order` is the current order.
pub fn progress_added(tx: &Tx, progress: &Progress, order: &Order) {
    let event = pb::ProgressAdded {
        progress: Some(wire::progress(progress)),
        order: Some(order_message(order)),
    };
    tx.emit(progress.id, 1, &event);
}
