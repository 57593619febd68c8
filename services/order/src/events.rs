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
    orders::domain::{Changed, HistoryEvent, Order, Person},
    wire,
};

/// Publishes what became of an order.
pub fn order_changed(tx: &Tx, changed: &Changed, actor: Option<&Person>, note: &str) {
    let order = Some(wire::order(&changed.order));
    order_changed_as(tx, changed, order, actor, note);
}

/// As [`order_changed`], with the order's message made already.
pub fn order_changed_as(
    tx: &Tx,
    changed: &Changed,
    order: Option<pb::Order>,
    actor: Option<&Person>,
    note: &str,
) {
    let (id, version) = (changed.order.id, changed.order.version);
    let change = Some(change(changed, actor, note));
    let payment_id = changed
        .payment_id
        .map(|id| id.to_string())
        .unwrap_or_default();
    match changed.event {
        HistoryEvent::Placed => tx.emit(id, version, &pb::OrderPlaced { order, change }),
        HistoryEvent::Edited | HistoryEvent::PaymentStarted => {
            tx.emit(id, version, &pb::OrderUpdated { order, change });
        }
        HistoryEvent::Paid => {
            let available = changed.order.is_available();
            tx.emit(
                id,
                version,
                &pb::OrderPaid {
                    order,
                    change,
                    payment_id,
                    available,
                },
            );
        }
        HistoryEvent::PaymentFailed | HistoryEvent::Refunded => {
            tx.emit(
                id,
                version,
                &pb::OrderPaymentChanged {
                    order,
                    change,
                    payment_id,
                },
            );
        }
        HistoryEvent::PaymentRejected => {
            let reason = note.to_owned();
            tx.emit(
                id,
                version,
                &pb::OrderPaymentRejected {
                    order,
                    change,
                    payment_id,
                    reason,
                },
            );
        }
        HistoryEvent::StatusChanged => {
            tx.emit(id, version, &pb::OrderStatusChanged { order, change });
        }
        HistoryEvent::Claimed => tx.emit(id, version, &pb::OrderClaimed { order, change }),
        HistoryEvent::Released => {
            let previous = changed.previous.as_ref().map(wire::assignee);
            tx.emit(
                id,
                version,
                &pb::OrderReleased {
                    order,
                    change,
                    previous,
                },
            );
        }
        HistoryEvent::Assigned => {
            let previous = changed.previous.as_ref().map(wire::assignee);
            tx.emit(
                id,
                version,
                &pb::OrderAssigned {
                    order,
                    change,
                    previous,
                },
            );
        }
        HistoryEvent::Replaced => {
            let previous = changed.previous.as_ref().map(wire::assignee);
            let replacement = changed.replacement.as_deref().map(wire::order);
            tx.emit(
                id,
                version,
                &pb::OrderReplaced {
                    order,
                    change,
                    replacement,
                    previous,
                },
            );
        }
        HistoryEvent::Completed => {
            let commission_basis_points = None;
            tx.emit(
                id,
                version,
                &pb::OrderCompleted {
                    order,
                    change,
                    commission_basis_points,
                },
            );
        }
        HistoryEvent::Cancelled => {
            let paid_by = changed.order.payment_id;
            let payment_id = paid_by.map(|id| id.to_string()).unwrap_or_default();
            tx.emit(
                id,
                version,
                &pb::OrderCancelled {
                    order,
                    change,
                    payment_id,
                },
            );
        }
        HistoryEvent::Expired => tx.emit(id, version, &pb::OrderExpired { order, change }),
    }
}

/// As [`order_changed`], for the completion of an order: with the share that the platform has of it.
pub fn order_completed(
    tx: &Tx,
    changed: &Changed,
    actor: Option<&Person>,
    note: &str,
    commission_basis_points: i64,
) {
    let event = pb::OrderCompleted {
        order: Some(wire::order(&changed.order)),
        change: Some(change(changed, actor, note)),
        commission_basis_points: i32::try_from(commission_basis_points).ok(),
    };
    tx.emit(changed.order.id, changed.order.version, &event);
}

fn change(changed: &Changed, actor: Option<&Person>, note: &str) -> pb::OrderChange {
    let (from, payment_from) = changed.before;
    pb::OrderChange {
        from: from.map_or(0, Into::into),
        to: changed.order.status.into(),
        payment_from: payment_from.map_or(0, Into::into),
        payment_to: changed.order.payment_status.into(),
        actor: actor.map(wire::person),
        note: note.to_owned(),
    }
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
