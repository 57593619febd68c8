//! Shipments as messages.

use waybill_primitives::non_empty;
use waybill_proto::order as pb;

use super::domain::Shipment;

pub fn shipment(shipment: &Shipment) -> pb::Shipment {
    let lines = shipment.lines.iter().map(|line| pb::ShipmentLine {
        product_id: line.product_id.to_string(),
        name: line.name.clone(),
        quantity: line.quantity,
    });
    pb::Shipment {
        id: shipment.id.to_string(),
        order_id: shipment.order_id.to_string(),
        state: shipment.state.into(),
        carrier: non_empty(shipment.carrier.as_str()),
        tracking_number: non_empty(shipment.tracking_number.as_str()),
        tracking_url: non_empty(shipment.tracking_url.as_str()),
        lines: lines.collect(),
        note: non_empty(shipment.note.as_str()),
        shipped_at: shipment.shipped_at,
        delivered_at: shipment.delivered_at,
        version: shipment.version,
        created_at: Some(shipment.created_at),
        updated_at: Some(shipment.updated_at),
    }
}
