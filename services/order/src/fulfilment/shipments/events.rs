//! Events of shipments.

use waybill_proto::order as pb;
use waybill_store::Tx;

use super::{
    domain::{Shipment, ShipmentState},
    wire,
};
use crate::orders::{domain::Order, wire::order as order_message};

/// Publishes a new shipment; `order` is the order after it.
pub fn shipment_created(tx: &Tx, shipment: &Shipment, order: &Order) {
    let event = pb::ShipmentCreated {
        shipment: Some(wire::shipment(shipment)),
        order: Some(order_message(order)),
    };
    tx.emit(shipment.id, shipment.version, &event);
}

/// Publishes a change of a shipment; `order` is the order after it.
pub fn shipment_updated(tx: &Tx, shipment: &Shipment, order: &Order, from: ShipmentState) {
    let event = pb::ShipmentUpdated {
        shipment: Some(wire::shipment(shipment)),
        order: Some(order_message(order)),
        from: from.into(),
    };
    tx.emit(shipment.id, shipment.version, &event);
}
