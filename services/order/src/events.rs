//! Which event follows from which change.

use waybill_proto::order as pb;
use waybill_store::Tx;

use crate::{
    fulfilment::{
        notes::domain::{Note, Progress},
        shipments::domain::{Shipment, ShipmentState},
        work::domain::ChangeRequest,
        workers::domain::Entry,
    },
    orders::domain::{Changed, Order, OrderEvent, Person},
    wire,
};

/// Publishes a change of an order. `message` is the order as others see it.
pub fn order_changed(
    tx: &Tx,
    changed: &Changed,
    message: pb::Order,
    actor: Option<&Person>,
    note: &str,
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
    };
    tx.emit(order.id, order.version, &event);
}

/// Publishes that somebody asks for a change of `order`.
pub fn request_created(tx: &Tx, request: &ChangeRequest, order: &Order) {
    let change_request = Some(wire::change_request(request));
    let order = Some(wire::order(order));
    tx.emit(
        request.id,
        request.version,
        &pb::ChangeRequestCreated {
            change_request,
            order,
        },
    );
}

/// Publishes a decision; `order` is as it stands after it.
pub fn request_decided(tx: &Tx, request: &ChangeRequest, order: &Order) {
    let change_request = Some(wire::change_request(request));
    let order = Some(wire::order(order));
    tx.emit(
        request.id,
        request.version,
        &pb::ChangeRequestDecided {
            change_request,
            order,
        },
    );
}

/// Publishes a note; `order` is as it stands.
pub fn note_added(tx: &Tx, note: &Note, order: &Order) {
    let event = pb::NoteAdded {
        note: Some(wire::note(note)),
        order: Some(wire::order(order)),
    };
    tx.emit(note.id, 1, &event);
}

/// Publishes a step of progress; `order` is as it stands.
pub fn progress_added(tx: &Tx, progress: &Progress, order: &Order) {
    let event = pb::ProgressAdded {
        progress: Some(wire::progress(progress)),
        order: Some(wire::order(order)),
    };
    tx.emit(progress.id, 1, &event);
}

/// Publishes what a worker may do now.
pub fn worker_updated(tx: &Tx, entry: &Entry) {
    let event = pb::WorkerUpdated {
        worker: Some(wire::worker(entry)),
    };
    tx.emit(entry.worker.id, entry.worker.version, &event);
}

/// Publishes a new shipment; `order` is as it stands with it.
pub fn shipment_created(tx: &Tx, shipment: &Shipment, order: &Order) {
    let event = pb::ShipmentCreated {
        shipment: Some(wire::shipment(shipment)),
        order: Some(wire::order(order)),
    };
    tx.emit(shipment.id, shipment.version, &event);
}

/// Publishes how a shipment goes on; `order` is as it stands after it.
pub fn shipment_updated(tx: &Tx, shipment: &Shipment, order: &Order, from: ShipmentState) {
    let event = pb::ShipmentUpdated {
        shipment: Some(wire::shipment(shipment)),
        order: Some(wire::order(order)),
        from: from.into(),
    };
    tx.emit(shipment.id, shipment.version, &event);
}
