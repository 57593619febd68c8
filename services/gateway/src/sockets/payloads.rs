//! Maps events of the bus to Socket.IO events: names, payloads and rooms.

use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use prost::DecodeError;
use serde::Serialize;
use waybill_primitives::{Role, Timestamp};
use waybill_proto::{
    chat, common, match_event, notification,
    order::{self, OrderChanged, OrderEvent, OrderStatus, PaymentStatus},
    payment,
};

use super::{
    events::{
        CHANGE_REQUEST_CREATED, CHANGE_REQUEST_DECIDED, CHAT_MESSAGE, CHAT_READ, FILE_ADDED,
        FILE_DELETED, INVOICE_ISSUED, NOTIFICATION_NEW, ORDER_AVAILABLE, ORDER_CLAIMED,
        ORDER_CREATED, ORDER_NOTE, ORDER_PROGRESS, ORDER_STATUS, ORDER_UNAVAILABLE, ORDER_UPDATED,
        PAYMENT_UPDATED, PAYOUT_UPDATED, PRODUCT_UPDATED, SETTINGS_CHANGED, SHIPMENT_UPDATED,
        STOCK_LOW, SocketEvent,
    },
    outgoing::{Outgoing, order_room, role_room, user_room},
    shapes::{
        ChatReadEvent, OrderClaimedEvent, OrderStatusEvent, OrderUnavailableEvent, ProductEvent,
        ProductGone, StockLowEvent,
    },
};
use crate::{cache::Touched, dto, error::Always, relative_json::RelativeJson};

/// The effects of an event of the bus.
#[derive(Debug, Default, PartialEq)]
pub struct Effects {
    pub outgoing: Vec<Outgoing>,
    /// There was something to send, and nobody to send it to.
    pub unheard: bool,
    /// Cache entries that may have changed.
    pub touched: Touched,
    /// Products whose available quantity changed.
    pub stock: Vec<String>,
    /// `(user, order)`: the user's sockets no longer watch the order.
    pub evicted: Option<(String, String)>,
}

/// Whether a client is in one of the rooms.
pub type Heard<'a> = &'a (dyn Fn(&[String]) -> bool + Sync);

/// Effects of an event while it is read. What nobody hears is not serialized.
struct Collected<'a> {
    effects: Effects,
    heard: Heard<'a>,
}

impl Deref for Collected<'_> {
    type Target = Effects;
    fn deref(&self) -> &Effects {
        &self.effects
    }
}

impl DerefMut for Collected<'_> {
    fn deref_mut(&mut self) -> &mut Effects {
        &mut self.effects
    }
}

impl Collected<'_> {
    fn emit<T: Serialize>(&mut self, event: SocketEvent<T>, rooms: Vec<String>, payload: &T) {
        if (self.heard)(&rooms) {
            self.outgoing.extend(Outgoing::new(event, rooms, payload));
        } else {
            self.unheard = true;
        }
    }
}

/// Decodes an event by its subject. Subjects that do not concern sockets give no effects.
pub fn effects(
    subject: &str,
    at: Timestamp,
    payload: &Bytes,
    heard: Heard<'_>,
) -> Result<Effects, DecodeError> {
    let mut effects = Collected {
        effects: Effects::default(),
        heard,
    };
    match_event!(subject, payload.clone() => {
        order::OrderChanged => |event| order_changed(&mut effects, event, at),
        order::NoteAdded => |event| note(&mut effects, event.note, event.order.as_ref()),
        order::ProgressAdded => |event| if let (Some(progress), Some(order)) = (event.progress, &event.order) {
            effects.emit(ORDER_PROGRESS, readers(order), &progress);
        },
        order::ChangeRequestCreated => |event| change_request(&mut effects, CHANGE_REQUEST_CREATED, event.change_request, event.order),
        order::ChangeRequestDecided => |event| change_request(&mut effects, CHANGE_REQUEST_DECIDED, event.change_request, event.order),
        order::ProductChanged => |event| product(&mut effects, event.product),
        order::FileAdded => |event| file(&mut effects, FILE_ADDED, event.file, event.order),
        order::FileDeleted => |event| file(&mut effects, FILE_DELETED, event.file, event.order),
        order::StockChanged => |event| {
            effects.touched.lists = true;
            effects.touched.products.push(event.product_id.clone());
            effects.stock.push(event.product_id);
        },
        order::ShipmentCreated => |event| shipment(&mut effects, event.shipment, event.order.as_ref()),
        order::ShipmentUpdated => |event| shipment(&mut effects, event.shipment, event.order.as_ref()),
        order::InvoiceIssued => |event| if let (Some(invoice), Some(order)) = (event.invoice, event.order) {
            let mut rooms = vec![role_room(Role::Admin)];
            rooms.extend(order.customer.iter().map(|customer| user_room(&customer.id)));
            effects.emit(INVOICE_ISSUED, rooms, &invoice);
        },
        // Products contain the names of their categories.
        order::CategoryChanged => |_event| effects.touched.all = true,
        order::StockLow => |event| {
            let payload = StockLowEvent {
                product_id: event.product_id,
                sku: event.sku,
                name: event.name,
                available: event.available,
                threshold: event.threshold,
                at,
            };
            effects.emit(STOCK_LOW, vec![role_room(Role::Admin)], &payload);
        },
        order::SettingsChanged => |event| if let Some(settings) = event.settings {
            let rooms = vec![role_room(Role::Admin)];
            effects.emit(SETTINGS_CHANGED, rooms, &settings);
        },
        payment::PaymentChanged => |event| paid(&mut effects, event.payment),
        payment::PayoutChanged => |event| if let Some(payout) = event.payout {
            let mut rooms = vec![role_room(Role::Admin)];
            rooms.extend(payout.worker_id.as_deref().map(user_room));
            effects.emit(PAYOUT_UPDATED, rooms, &payout);
        },
        notification::NotificationCreated => |event| for notification in &event.notifications {
            let rooms = vec![user_room(&notification.user_id)];
            effects.emit(NOTIFICATION_NEW, rooms, notification);
        },
        chat::MessagePosted => |event| if let Some(message) = event.message {
            let rooms = participants(&message.order_id, &event.participant_ids);
            effects.emit(CHAT_MESSAGE, rooms, &message);
        },
        chat::MessagesRead => |event| {
            let rooms = participants(&event.order_id, &event.participant_ids);
            let payload = ChatReadEvent {
                order_id: event.order_id,
                user_id: event.user_id,
                up_to: event.up_to,
                at,
            };
            effects.emit(CHAT_READ, rooms, &payload);
        },
        else => {}
    });
    Ok(effects.effects)
}

/// Rooms of everyone who may read an order: its customer, its worker, administrators, and its watchers.
fn readers(order: &order::Order) -> Vec<String> {
    let mut rooms = vec![role_room(Role::Admin), order_room(&order.id)];
    rooms.extend(
        order
            .customer
            .iter()
            .map(|customer| user_room(&customer.id)),
    );
    rooms.extend(
        order
            .assignee
            .iter()
            .map(|assignee| user_room(&assignee.id)),
    );
    rooms
}

fn everybody() -> Vec<String> {
    Role::ALL.map(role_room).to_vec()
}

fn staff() -> Vec<String> {
    vec![role_room(Role::Staff), role_room(Role::Admin)]
}

fn participants(order_id: &str, ids: &[String]) -> Vec<String> {
    let mut rooms = vec![role_room(Role::Admin), order_room(order_id)];
    rooms.extend(ids.iter().map(|id| user_room(id)));
    rooms
}

/// The available quantity of the order's products changed.
fn stock_moved(effects: &mut Collected<'_>, order: &order::Order) {
    let goods = order
        .items
        .iter()
        .filter(|item| item.kind() == order::ProductKind::Goods)
        .filter_map(|item| item.product_id.clone());
    effects.touched.products.extend(goods);
    effects.touched.lists = !effects.touched.products.is_empty();
    effects.stock = effects.touched.products.clone();
}

/// Whether a change affects the available stock. A payment does not: the units were reserved before.
fn moves_stock(event: &OrderChanged, order: &order::Order) -> bool {
    let status_changed = event.from != order.status;
    let payment_changed = event.payment_from != order.payment_status;
    let cancelled = status_changed && order.status() == OrderStatus::Cancelled;
    let refunded = payment_changed && order.payment_status() == PaymentStatus::Refunded;
    let edited = !status_changed && !payment_changed;
    event.kind() == OrderEvent::Placed || cancelled || refunded || edited
}

fn order_changed(effects: &mut Collected<'_>, event: OrderChanged, at: Timestamp) {
    let Some(order) = &event.order else { return };
    if moves_stock(&event, order) {
        stock_moved(effects, order);
    }
    let rooms = readers(order);
    let placed = event.kind() == OrderEvent::Placed;
    if !placed && event.from != order.status {
        let payload = OrderStatusEvent {
            order_id: order.id.clone(),
            order_number: order.order_number.clone(),
            from: event.from(),
            to: order.status(),
            at,
        };
        effects.emit(ORDER_STATUS, rooms.clone(), &payload);
    }
    let event_type = if placed { ORDER_CREATED } else { ORDER_UPDATED };
    effects.emit(event_type, rooms, order);
    pool(effects, &event, order, at);
    match event.kind() {
        OrderEvent::Claimed => claimed(effects, order, at),
        OrderEvent::Assigned => {
            evict(effects, event.previous.as_ref(), order);
            claimed(effects, order, at);
        }
        OrderEvent::Released => evict(effects, event.previous.as_ref(), order),
        // The closed order stays readable as before; the new order has events of its own.
        OrderEvent::Replaced
        | OrderEvent::Placed
        | OrderEvent::Edited
        | OrderEvent::PaymentStarted
        | OrderEvent::Paid
        | OrderEvent::PaymentFailed
        | OrderEvent::PaymentRejected
        | OrderEvent::Refunded
        | OrderEvent::StatusChanged
        | OrderEvent::Completed
        | OrderEvent::Cancelled
        | OrderEvent::Expired
        | OrderEvent::Quoted
        | OrderEvent::QuoteWithdrawn
        | OrderEvent::QuoteAccepted
        | OrderEvent::QuoteExpired
        | OrderEvent::Unspecified => {}
    }
}

/// The previous worker stops watching the order.
fn evict(effects: &mut Collected<'_>, previous: Option<&order::Assignee>, order: &order::Order) {
    effects.evicted = previous.map(|previous| (previous.id.clone(), order.id.clone()));
}

/// Notifies workers when an order enters the pool, or leaves it without being assigned.
fn pool(effects: &mut Collected<'_>, event: &OrderChanged, order: &order::Order, at: Timestamp) {
    let was_available = order.kind() != order::OrderKind::Goods
        && event.from() == OrderStatus::Pending
        && event.payment_from() == PaymentStatus::Paid;
    match (was_available, event.available) {
        // Sent to all workers, so without the customer's contact data.
        (false, true) => {
            let payload = dto::for_pool(order.clone());
            effects.emit(ORDER_AVAILABLE, staff(), &payload);
        }
        // `order:claimed` names the worker.
        (true, false) if order.assignee.is_none() => {
            let payload = OrderUnavailableEvent {
                order_id: order.id.clone(),
                order_number: order.order_number.clone(),
                at,
            };
            effects.emit(ORDER_UNAVAILABLE, staff(), &payload);
        }
        _ => {}
    }
}

/// Internal notes are sent to the worker and administrators only; the customer may be in the order's room.
fn note(effects: &mut Collected<'_>, note: Option<order::Note>, order: Option<&order::Order>) {
    let (Some(note), Some(order)) = (note, order) else {
        return;
    };
    let rooms = if note.visibility() == order::NoteVisibility::Customer {
        readers(order)
    } else {
        let worker = order.assignee.iter().map(|worker| user_room(&worker.id));
        worker.chain([role_room(Role::Admin)]).collect()
    };
    effects.emit(ORDER_NOTE, rooms, &note);
}

/// Sent to all workers, because the order leaves the pool, and to everyone who may read the order.
fn claimed(effects: &mut Collected<'_>, order: &order::Order, at: Timestamp) {
    let mut rooms = readers(order);
    rooms.push(role_room(Role::Staff));
    let payload = OrderClaimedEvent {
        order_id: order.id.clone(),
        order_number: order.order_number.clone(),
        assignee: order.assignee.clone(),
        at,
    };
    effects.emit(ORDER_CLAIMED, rooms, &payload);
}

/// Reason and note of a worker's request are for the staff: the customer gets it without them. Not sent to the order's room then, which
/// the customer may be in.
fn change_request(
    effects: &mut Collected<'_>,
    event: SocketEvent<order::ChangeRequest>,
    request: Option<order::ChangeRequest>,
    order: Option<order::Order>,
) {
    let Some(request) = request else { return };
    let by = request.requested_by.as_ref();
    if let Some(order) = &order
        && by.is_some_and(|person| person.role() != common::Role::Customer)
    {
        let worker = order.assignee.iter().map(|worker| worker.id.as_str());
        let mut staff: Vec<_> = worker.chain(by.map(|person| person.id.as_str())).collect();
        staff.dedup();
        let customer = order.customer.iter().map(|customer| customer.id.as_str());
        let customer = customer.filter(|customer| !staff.contains(customer));
        let customer: Vec<_> = customer.map(user_room).collect();
        let staff = staff.into_iter().map(user_room);
        let staff = staff.chain([role_room(Role::Admin)]).collect();
        effects.emit(event, staff, &request);
        let shown = order::ChangeRequest {
            reason: None,
            note: None,
            ..request
        };
        effects.emit(event, customer, &shown);
        return;
    }
    let mut rooms = match &order {
        Some(order) => readers(order),
        None => vec![role_room(Role::Admin), order_room(&request.order_id)],
    };
    // The requester may have lost the order by the decision, but gets the event, too.
    rooms.extend(
        request
            .requested_by
            .iter()
            .map(|person| user_room(&person.id)),
    );
    effects.emit(event, rooms, &request);
}

/// Sent to the users who may read the file, not to the order's room: not all watchers may read all files.
fn file(
    effects: &mut Collected<'_>,
    event: SocketEvent<order::File>,
    file: Option<order::File>,
    order: Option<order::Order>,
) {
    // A product picture is reported by the event of its product.
    let (Some(file), Some(order)) = (file, order) else {
        return;
    };
    let hidden = file.purpose() == order::FilePurpose::Result
        && order.status() != order::OrderStatus::Completed;
    let customer = order.customer.iter().filter(|_| !hidden);
    let mut rooms = vec![role_room(Role::Admin)];
    rooms.extend(customer.map(|customer| user_room(&customer.id)));
    rooms.extend(order.assignee.iter().map(|worker| user_room(&worker.id)));
    effects.emit(event, rooms, &file);
}

fn shipment(
    effects: &mut Collected<'_>,
    shipment: Option<order::Shipment>,
    order: Option<&order::Order>,
) {
    if let (Some(shipment), Some(order)) = (shipment, order) {
        let payload = shipment;
        effects.emit(SHIPMENT_UPDATED, readers(order), &payload);
    }
}

fn product(effects: &mut Collected<'_>, product: Option<order::Product>) {
    effects.touched.lists = true;
    effects.touched.categories = true;
    let Some(product) = product else { return };
    effects.touched.products.push(product.id.clone());
    if product.active {
        let payload = ProductEvent::Shown(Box::new(public(product)));
        effects.emit(PRODUCT_UPDATED, everybody(), &payload);
    } else {
        let id = product.id.clone();
        effects.outgoing.extend(hidden(&id, Some(product)));
    }
}

/// A product without what only administrators see.
fn public(product: order::Product) -> order::Product {
    order::Product {
        on_hand: None,
        reserved: None,
        low_stock_threshold: None,
        ..product
    }
}

/// Sends a public product to everyone.
pub fn shown(product: RelativeJson) -> Outgoing {
    Outgoing::written(PRODUCT_UPDATED, everybody(), product)
}

/// Sends a draft or archived product: in full to administrators; others get only its id and `active: false`.
pub fn hidden(id: &str, product: Option<order::Product>) -> impl Iterator<Item = Outgoing> {
    let gone = || {
        ProductEvent::Gone(ProductGone {
            id: id.to_owned(),
            active: Always,
        })
    };
    let known = product.map(|product| ProductEvent::Shown(Box::new(public(product))));
    let others = [Role::Customer, Role::Staff].map(role_room).to_vec();
    [
        (vec![role_room(Role::Admin)], known.unwrap_or_else(gone)),
        (others, gone()),
    ]
    .into_iter()
    .filter_map(|(rooms, payload)| Outgoing::new(PRODUCT_UPDATED, rooms, &payload))
}

/// The customer and administrators; workers do not see payments.
fn paid(effects: &mut Collected<'_>, payment: Option<payment::Payment>) {
    let Some(payment) = payment else { return };
    let rooms = vec![role_room(Role::Admin), user_room(&payment.customer_id)];
    effects.emit(PAYMENT_UPDATED, rooms, &payment);
}

#[cfg(test)]
mod tests;
