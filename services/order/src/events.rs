//! Which event follows from which change.

use waybill_proto::order as pb;
use waybill_store::Tx;

use crate::{
    orders::domain::{Changed, HistoryEvent, Order, Person},
    wire,
    work::domain::ChangeRequest,
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
    let (from, payment_from) = changed.before;
    let change = Some(pb::OrderChange {
        from: from.map_or(0, |status| wire::order_status(status).into()),
        to: wire::order_status(changed.order.status).into(),
        payment_from: payment_from.map_or(0, |status| wire::payment_status(status).into()),
        payment_to: wire::payment_status(changed.order.payment_status).into(),
        actor: actor.map(wire::person),
        note: note.to_owned(),
    });
    let payment_id = changed
        .payment_id
        .map(|id| id.to_string())
        .unwrap_or_default();
    match changed.event {
        HistoryEvent::Placed => tx.emit(id, version, &pb::OrderPlaced { order, change }),
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
        HistoryEvent::Completed => tx.emit(id, version, &pb::OrderCompleted { order, change }),
        HistoryEvent::Cancelled => tx.emit(id, version, &pb::OrderCancelled { order, change }),
        HistoryEvent::Expired => tx.emit(id, version, &pb::OrderExpired { order, change }),
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
