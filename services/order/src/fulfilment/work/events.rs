//! Events of change requests.

use waybill_proto::order as pb;
use waybill_store::Tx;

use super::{domain::ChangeRequest, wire};
use crate::orders::{domain::Order, wire::order as order_message};

/// Publishes a new change request for `order`.
pub fn request_created(tx: &Tx, request: &ChangeRequest, order: &Order) {
    let change_request = Some(wire::change_request(request));
    let order = Some(order_message(order));
    tx.emit(
        request.id,
        request.version,
        &pb::ChangeRequestCreated {
            change_request,
            order,
        },
    );
}

/// Publishes a decision; `order` is the order after it.
pub fn request_decided(tx: &Tx, request: &ChangeRequest, order: &Order) {
    let change_request = Some(wire::change_request(request));
    let order = Some(order_message(order));
    tx.emit(
        request.id,
        request.version,
        &pb::ChangeRequestDecided {
            change_request,
            order,
        },
    );
}
