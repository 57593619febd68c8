//! The domain as protobuf messages, for answers and events, and enumerations read from requests.

use prost_types::Timestamp as ProtoTime;
use waybill_primitives::{Role, Timestamp};
use waybill_proto::{common, order as pb, time};

use crate::{
    catalogue::domain::{Offer, ProductKind},
    fields::Faults,
    orders::domain::{
        Address, HistoryEntry, Item, Order, OrderKind, OrderStatus, PaymentStatus, Person,
    },
    stock::domain::{Level, Movement},
    work::domain::{ChangeRequest, RequestKind, RequestState},
};

fn at(moment: Timestamp) -> ProtoTime {
    time::to_proto(moment)
}

/// Pairs each value of a domain enumeration with the message's, in both directions.
macro_rules! enumeration {
    ($domain:ident, $message:ident, $to:ident, $from:ident, [$($variant:ident = $other:ident),+ $(,)?]) => {
        pub const fn $to(value: $domain) -> pb::$message {
            match value { $($domain::$variant => pb::$message::$other),+ }
        }

        /// None for the unspecified value; a number that the proto does not know is a fault of `field`.
        pub fn $from(field: &str, value: i32) -> Result<Option<$domain>, Faults> {
            match pb::$message::try_from(value) {
                $(Ok(pb::$message::$other) => Ok(Some($domain::$variant)),)+
                Ok(pb::$message::Unspecified) => Ok(None),
                Err(_) => {
                    let known: Vec<_> = $domain::ALL.iter().map(|value| value.as_str()).collect();
                    Err(Faults::one(field, format!("must be one of {}", known.join(", "))))
                }
            }
        }
    };
}

enumeration!(
    ProductKind,
    ProductKind,
    product_kind,
    read_product_kind,
    [Goods = Goods, Service = Service]
);
enumeration!(
    OrderStatus,
    OrderStatus,
    order_status,
    read_order_status,
    [
        Pending = Pending,
        InProgress = InProgress,
        OnHold = OnHold,
        Completed = Completed,
        Cancelled = Cancelled,
    ]
);
enumeration!(
    PaymentStatus,
    PaymentStatus,
    payment_status,
    read_payment_status,
    [
        Unpaid = Unpaid,
        Authorized = Authorized,
        Paid = Paid,
        PartiallyRefunded = PartiallyRefunded,
        Refunded = Refunded,
        Failed = Failed,
    ]
);
enumeration!(
    RequestKind,
    ChangeRequestKind,
    request_kind,
    read_request_kind,
    [
        Completion = Completion,
        Reassignment = Reassignment,
        Cancellation = Cancellation,
    ]
);
enumeration!(
    RequestState,
    ChangeRequestState,
    request_state,
    read_request_state,
    [Pending = Pending, Approved = Approved, Rejected = Rejected,]
);

pub const fn order_kind(kind: OrderKind) -> pb::OrderKind {
    match kind {
        OrderKind::Goods => pb::OrderKind::Goods,
        OrderKind::Service => pb::OrderKind::Service,
        OrderKind::Mixed => pb::OrderKind::Mixed,
    }
}

/// A product; the parts of its stock only with `stock_parts`.
pub fn product(offer: &Offer, stock_parts: bool) -> pb::Product {
    let product = &offer.product;
    let parts = offer.stock.filter(|_| stock_parts);
    pb::Product {
        id: product.id.to_string(),
        sku: product.sku.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        kind: product_kind(product.kind).into(),
        price: Some(product.price.into()),
        category: product.category.clone(),
        active: product.active,
        version: product.version,
        created_at: Some(at(product.created_at)),
        updated_at: Some(at(product.updated_at)),
        available: offer.stock.map(Level::available),
        on_hand: parts.map(|level| level.on_hand),
        reserved: parts.map(|level| level.reserved),
    }
}

pub fn movement(line: &Movement) -> pb::StockMovement {
    pb::StockMovement {
        id: line.id.to_string(),
        product_id: line.product_id.to_string(),
        kind: line.kind.as_str().to_owned(),
        on_hand_delta: line.on_hand_delta,
        reserved_delta: line.reserved_delta,
        reason: line.reason.clone(),
        order_id: line.order_id.map(|id| id.to_string()).unwrap_or_default(),
        actor_id: line.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        at: Some(at(line.at)),
    }
}

pub fn person(person: &Person) -> common::Person {
    common::Person {
        id: person.id.to_string(),
        name: person.name.clone(),
        role: common::Role::from(person.role).into(),
    }
}

fn item(item: &Item) -> pb::OrderItem {
    pb::OrderItem {
        product_id: item.product_id.to_string(),
        name: item.name.clone(),
        kind: product_kind(item.kind).into(),
        unit_price: Some(item.unit_price.into()),
        quantity: item.quantity,
        line_total: Some(item.line_total.into()),
    }
}

fn address(address: &Address) -> pb::Address {
    pb::Address {
        name: address.name.clone(),
        line1: address.line1.clone(),
        line2: address.line2.clone(),
        city: address.city.clone(),
        region: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.clone(),
    }
}

pub fn assignee(assignee: &crate::orders::domain::Assignee) -> pb::Assignee {
    pb::Assignee {
        id: assignee.id.to_string(),
        name: assignee.name.clone(),
    }
}

pub fn order(order: &Order) -> pb::Order {
    pb::Order {
        id: order.id.to_string(),
        order_number: order.number.clone(),
        status: order_status(order.status).into(),
        payment_status: payment_status(order.payment_status).into(),
        kind: order_kind(order.kind).into(),
        customer: Some(pb::Customer {
            id: order.customer.id.to_string(),
            name: order.customer.name.clone(),
            email: order.customer.email.clone(),
        }),
        assignee: order.assignee.as_ref().map(assignee),
        title: order.title.clone(),
        description: order.description.clone(),
        special_instructions: order.special_instructions.clone(),
        estimated_completion: order.estimated_completion.map(at),
        items: order.items.iter().map(item).collect(),
        subtotal: Some(order.total.into()),
        total: Some(order.total.into()),
        shipping_address: order.shipping_address.as_ref().map(address),
        expires_at: order.expires_at.map(at),
        completed_at: order.completed_at.map(at),
        version: order.version,
        created_at: Some(at(order.created_at)),
        updated_at: Some(at(order.updated_at)),
    }
}

pub fn history(entry: &HistoryEntry) -> pb::HistoryItem {
    pb::HistoryItem {
        at: Some(at(entry.at)),
        actor: entry.actor.as_ref().map(person),
        event: entry.event.clone(),
        from: entry.from.clone().unwrap_or_default(),
        to: entry.to.clone(),
        note: entry.note.clone(),
        version: entry.version,
    }
}

pub fn change_request(request: &ChangeRequest) -> pb::ChangeRequest {
    pb::ChangeRequest {
        id: request.id.to_string(),
        order_id: request.order_id.to_string(),
        kind: request_kind(request.kind).into(),
        state: request_state(request.state).into(),
        reason: request.reason.clone(),
        requested_by: Some(person(&request.requested_by)),
        decided_by: request.decided_by.as_ref().map(person),
        note: request.note.clone(),
        created_at: Some(at(request.created_at)),
        decided_at: request.decided_at.map(at),
        version: request.version,
    }
}

/// A role as it is stored.
pub fn role(text: &str) -> Option<Role> {
    text.parse().ok()
}
