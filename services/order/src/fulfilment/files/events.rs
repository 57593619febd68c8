//! Events of files.

use waybill_proto::order::{FileAdded, FileDeleted};
use waybill_store::Tx;

use super::{domain::StoredFile, wire};
use crate::orders::{domain::Order, wire::order as order_message};

/// Publishes a new file; `order` is its order, if any.
pub fn file_added(tx: &Tx, file: &StoredFile, order: Option<&Order>) {
    let event = FileAdded {
        file: Some(wire::file(file)),
        order: order.map(order_message),
    };
    tx.emit(file.id, 1, &event);
}

/// Publishes the deletion of a file.
pub fn file_deleted(tx: &Tx, file: &StoredFile, order: Option<&Order>) {
    let event = FileDeleted {
        file: Some(wire::file(file)),
        order: order.map(order_message),
    };
    tx.emit(file.id, 2, &event);
}
