//! Events of categories.

use waybill_proto::order::CategoryChanged;
use waybill_store::Tx;

use super::{domain::Category, wire};

/// Publishes a change or the deletion of a category.
pub fn category_changed(tx: &Tx, category: &Category, deleted: bool) {
    let event = CategoryChanged {
        category: Some(wire::category(category, 0)),
        deleted,
    };
    let version = category.version + i64::from(deleted);
    tx.emit(category.id, version, &event);
}
