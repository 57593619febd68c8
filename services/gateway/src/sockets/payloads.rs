//! Which event of the bus becomes which events of sockets, with which payload, for whom.

use bytes::Bytes;
use prost::{DecodeError, Message};
use serde::Serialize;
use serde_json::{Value, json};
use waybill_primitives::{Role, Timestamp};
use waybill_proto::{Event, auth, chat, notification, order, payment};

use super::{order_room, role_room, user_room};
use crate::dto;

/// One event for sockets. Each socket in any of the rooms gets it once.
#[derive(Debug)]
pub struct Outgoing {
    pub event: &'static str,
    pub rooms: Vec<String>,
    pub payload: Value,
}

/// What an event of the bus means here.
#[derive(Debug, Default)]
pub struct Effects {
    pub outgoing: Vec<Outgoing>,
    /// Product lists may look different now.
    pub products_changed: bool,
    /// `(user, order)`: the user's sockets no longer watch the order.
    pub evicted: Option<(String, String)>,
    /// Tokens of the user from before now no longer hold; the text says why.
    pub revoked: Option<(String, &'static str)>,
}

impl Effects {
    fn emit<T: Serialize>(&mut self, event: &'static str, rooms: Vec<String>, payload: &T) {
        match serde_json::to_value(payload) {
            Ok(payload) => self.outgoing.push(Outgoing {
                event,
                rooms,
                payload,
            }),
            Err(error) => tracing::error!(%error, event, "a payload could not be written"),
        }
    }
}

/// Decodes an event by its subject. Subjects that sockets have no part in give no effects.
pub fn effects(subject: &str, at: Timestamp, payload: &Bytes) -> Result<Effects, DecodeError> {
    macro_rules! by_subject {
        ($($message:ty => |$event:ident, $effects:ident| $body:expr;)+) => {
            match subject {
                $(<$message as Event>::SUBJECT => {
                    let $event = <$message>::decode(payload.clone())?;
                    let mut $effects = Effects::default();
                    $body;
                    Ok($effects)
                })+
                _ => Ok(Effects::default()),
            }
        };
    }
    by_subject! {
        order::OrderPlaced => |event, effects| placed(&mut effects, event.order);
        order::OrderPaid => |event, effects| {
            let free = event.available;
            changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
            if free { available(&mut effects, event.order) }
        };
        order::OrderPaymentChanged => |event, effects| changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
        order::OrderPaymentRejected => |event, effects| changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
        order::OrderStatusChanged => |event, effects| changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
        order::OrderCancelled => |event, effects| changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
        order::OrderExpired => |event, effects| changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
        order::OrderCompleted => |event, effects| changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
        order::OrderClaimed => |event, effects| {
            changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
            claimed(&mut effects, event.order, at);
        };
        order::OrderReleased => |event, effects| {
            changed(&mut effects, event.order.as_ref(), event.change.as_ref(), at);
            if let (Some(previous), Some(order)) = (&event.previous, &event.order) {
                effects.evicted = Some((previous.id.clone(), order.id.clone()));
            }
            if event.order.as_ref().is_some_and(is_available) { available(&mut effects, event.order) }
        };
        order::ChangeRequestCreated => |event, effects| change_request(&mut effects, "change-request:created", event.change_request, event.order);
        order::ChangeRequestDecided => |event, effects| change_request(&mut effects, "change-request:decided", event.change_request, event.order);
        order::ProductCreated => |event, effects| product(&mut effects, event.product);
        order::ProductUpdated => |event, effects| product(&mut effects, event.product);
        order::ProductArchived => |event, effects| product(&mut effects, event.product);
        order::StockChanged => |event, effects| {
            effects.products_changed = true;
            let available = event.on_hand.saturating_sub(event.reserved);
            effects.emit("product:updated", everybody(), &json!({"id": event.product_id, "available": available}));
        };
        payment::PaymentCreated => |event, effects| paid(&mut effects, event.payment);
        payment::PaymentSucceeded => |event, effects| paid(&mut effects, event.payment);
        payment::PaymentFailed => |event, effects| paid(&mut effects, event.payment);
        payment::PaymentRefunded => |event, effects| paid(&mut effects, event.payment);
        notification::NotificationCreated => |event, effects| if let Some(notification) = event.notification {
            let rooms = vec![user_room(&notification.user_id)];
            effects.emit("notification:new", rooms, &dto::Notification::from(notification));
        };
        chat::MessagePosted => |event, effects| if let Some(message) = event.message {
            let rooms = participants(&message.order_id, &event.participant_ids);
            effects.emit("chat:message", rooms, &dto::Message::from(message));
        };
        chat::MessagesRead => |event, effects| {
            let rooms = participants(&event.order_id, &event.participant_ids);
            let payload = json!({"orderId": event.order_id, "userId": event.user_id, "upTo": event.up_to, "at": at});
            effects.emit("chat:read", rooms, &payload);
        };
        auth::UserSuspended => |event, effects| revoke(&mut effects, event.user, "the account is suspended");
        auth::UserRoleChanged => |event, effects| revoke(&mut effects, event.user, "your role has changed; refresh the access token");
    }
}

/// Who may read an order: its customer, its worker, administrators, and who was let into its room.
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

/// Whether an order waits in the pool.
fn is_available(order: &order::Order) -> bool {
    order.status() == order::OrderStatus::Pending
        && order.payment_status() == order::PaymentStatus::Paid
        && order.kind() != order::OrderKind::Goods
        && order.assignee.is_none()
}

fn has_items(order: &order::Order) -> bool {
    !order.items.is_empty()
}

fn placed(effects: &mut Effects, order: Option<order::Order>) {
    let Some(order) = order else { return };
    effects.products_changed = has_items(&order);
    let free = is_available(&order);
    effects.emit(
        "order:created",
        readers(&order),
        &dto::Order::from(order.clone()),
    );
    if free {
        available(effects, Some(order));
    }
}

fn changed(
    effects: &mut Effects,
    order: Option<&order::Order>,
    change: Option<&order::OrderChange>,
    at: Timestamp,
) {
    let Some(order) = order else { return };
    effects.products_changed = has_items(order);
    let rooms = readers(order);
    if let Some(change) = change.filter(|change| change.from != change.to) {
        let payload = json!({
            "orderId": order.id,
            "orderNumber": order.order_number,
            "from": dto::OrderStatus::text(change.from),
            "to": dto::OrderStatus::text(change.to),
            "at": at,
        });
        effects.emit("order:status", rooms.clone(), &payload);
    }
    effects.emit("order:updated", rooms, &dto::Order::from(order.clone()));
}

/// Goes to all workers, so it leaves out how to reach the customer.
fn available(effects: &mut Effects, order: Option<order::Order>) {
    let Some(order) = order else { return };
    let payload = dto::Order::from(order).for_pool();
    effects.emit("order:available", staff(), &payload);
}

/// Goes to all workers, whose pool it leaves, and to who may read the order.
fn claimed(effects: &mut Effects, order: Option<order::Order>, at: Timestamp) {
    let Some(order) = order else { return };
    let mut rooms = readers(&order);
    rooms.push(role_room(Role::Staff));
    let payload = json!({
        "orderId": order.id,
        "orderNumber": order.order_number,
        "assignee": order.assignee.map(|assignee| json!({"id": assignee.id, "name": assignee.name})),
        "at": at,
    });
    effects.emit("order:claimed", rooms, &payload);
}

fn change_request(
    effects: &mut Effects,
    event: &'static str,
    request: Option<order::ChangeRequest>,
    order: Option<order::Order>,
) {
    let Some(request) = request else { return };
    let mut rooms = match &order {
        Some(order) => readers(order),
        None => vec![role_room(Role::Admin), order_room(&request.order_id)],
    };
    // Who asked may have lost the order by the decision, and must hear of it all the same.
    rooms.extend(
        request
            .requested_by
            .iter()
            .map(|person| user_room(&person.id)),
    );
    effects.emit(event, rooms, &dto::ChangeRequest::from(request));
}

fn product(effects: &mut Effects, product: Option<order::Product>) {
    effects.products_changed = true;
    let Some(mut product) = product else { return };
    // For administrators only, and this goes to everybody.
    product.on_hand = None;
    product.reserved = None;
    effects.emit("product:updated", everybody(), &dto::Product::from(product));
}

/// The customer and administrators; workers have no part in money.
fn paid(effects: &mut Effects, payment: Option<payment::Payment>) {
    let Some(payment) = payment else { return };
    let rooms = vec![role_room(Role::Admin), user_room(&payment.customer_id)];
    effects.emit("payment:updated", rooms, &dto::Payment::from(payment));
}

fn revoke(effects: &mut Effects, user: Option<auth::User>, why: &'static str) {
    effects.revoked = user.map(|user| (user.id, why));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> order::Order {
        order::Order {
            id: "o1".into(),
            order_number: "W261121-0000000".into(),
            status: order::OrderStatus::Pending as i32,
            payment_status: order::PaymentStatus::Paid as i32,
            kind: order::OrderKind::Service as i32,
            customer: Some(order::Customer {
                id: "c1".into(),
                name: "Ada".into(),
                email: "ada@example.com".into(),
            }),
            ..Default::default()
        }
    }

    fn of<E: Event>(event: &E) -> Effects {
        effects(
            E::SUBJECT,
            Timestamp::UNIX_EPOCH,
            &event.encode_to_vec().into(),
        )
        .unwrap()
    }

    #[test]
    fn the_pool_learns_of_a_paid_order_without_the_customers_address() {
        let effects = of(&order::OrderPaid {
            order: Some(order()),
            change: None,
            payment_id: String::new(),
            available: true,
        });
        let available = effects
            .outgoing
            .iter()
            .find(|outgoing| outgoing.event == "order:available")
            .unwrap();
        assert_eq!(available.rooms, ["role:STAFF", "role:ADMIN"]);
        assert!(!available.payload.to_string().contains("ada@example.com"));
        let updated = &effects.outgoing[0];
        assert_eq!(updated.event, "order:updated");
        assert!(!updated.rooms.contains(&"role:STAFF".to_owned()));
        assert!(updated.rooms.contains(&"user:c1".to_owned()));
    }

    #[test]
    fn a_released_order_puts_its_old_worker_out_of_the_room() {
        let effects = of(&order::OrderReleased {
            order: Some(order()),
            change: None,
            previous: Some(order::Assignee {
                id: "w1".into(),
                name: "Will".into(),
            }),
        });
        assert_eq!(effects.evicted, Some(("w1".into(), "o1".into())));
        assert!(
            effects
                .outgoing
                .iter()
                .all(|outgoing| !outgoing.rooms.contains(&"user:w1".to_owned()))
        );
    }

    #[test]
    fn a_status_change_names_both_ends() {
        let effects = of(&order::OrderStatusChanged {
            order: Some(order()),
            change: Some(order::OrderChange {
                from: order::OrderStatus::Pending as i32,
                to: order::OrderStatus::OnHold as i32,
                ..Default::default()
            }),
        });
        let status = &effects.outgoing[0];
        assert_eq!(
            (status.event, &status.payload["to"]),
            ("order:status", &json!("ON_HOLD"))
        );
    }

    #[test]
    fn payments_never_reach_workers() {
        let effects = of(&payment::PaymentSucceeded {
            payment: Some(payment::Payment {
                customer_id: "c1".into(),
                ..Default::default()
            }),
        });
        assert_eq!(effects.outgoing[0].rooms, ["role:ADMIN", "user:c1"]);
    }

    #[test]
    fn garbage_is_an_error_and_unknown_subjects_are_nothing() {
        let garbage = Bytes::from_static(&[0xff; 9]);
        assert!(
            effects(
                "waybill.order.order.placed",
                Timestamp::UNIX_EPOCH,
                &garbage
            )
            .is_err()
        );
        let nothing = effects("waybill.future.thing.done", Timestamp::UNIX_EPOCH, &garbage);
        assert!(nothing.unwrap().outgoing.is_empty());
    }
}
