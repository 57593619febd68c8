//! Events of stock.

use waybill_proto::order::StockChanged;
use waybill_store::Tx;

use super::domain::Level;

/// Publishes an adjustment by `delta`; `level` is the level after it.
pub fn stock_changed(tx: &Tx, level: &Level, delta: i64, reason: &str) {
    let event = StockChanged {
        product_id: level.product_id.to_string(),
        on_hand: level.on_hand,
        reserved: level.reserved,
        delta,
        reason: reason.to_owned(),
    };
    tx.emit(level.product_id, level.version, &event);
}
