//! Events of orders.

use waybill_proto::order as pb;
use waybill_store::Tx;

use super::{
    domain::{Changed, OrderEvent, Person},
    wire,
};

/// Publishes a change of an order. `message` is the order as a message; the notes are that for all participants, and the internal one.
pub fn order_changed(
    tx: &Tx,
    changed: &Changed,
    message: pb::Order,
    actor: Option<&Person>,
    (note, internal_note): (&str, &str),
    commission_basis_points: Option<i64>,
) {
    let (order, (from, payment_from)) = (&changed.order, changed.before);
    let payment_id = match changed.event {
        OrderEvent::Cancelled => order.payment_id,
        _ => changed.payment_id,
    };
    let event = pb::OrderChanged {
        order: Some(message),
        kind: changed.event.into(),
        from: from.map_or(0, Into::into),
        payment_from: payment_from.map_or(0, Into::into),
        actor: actor.map(wire::person),
        note: note.to_owned(),
        payment_id: payment_id.map(|id| id.to_string()).unwrap_or_default(),
        available: order.is_available(),
        previous: changed.previous.as_ref().map(wire::assignee),
        replacement: changed.replacement.as_deref().map(wire::order),
        commission_basis_points: commission_basis_points
            .and_then(|points| i32::try_from(points).ok()),
        internal_note: internal_note.to_owned(),
        quote_from: changed.quote_before.map_or(0, Into::into),
    };
    tx.emit(order.id, order.version, &event);
}
