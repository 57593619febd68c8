//! The domain as protobuf messages, for answers and events, and enumerations read from requests.

use prost_types::Timestamp as ProtoTime;
use waybill_primitives::{Role, Timestamp};
use waybill_proto::{common, order as pb, time};

use crate::{
    cart::domain::{Change, ShownItem, View},
    catalogue::domain::{Offer, ProductKind},
    categories::domain::Category,
    fields::Faults,
    orders::domain::{
        Address, HistoryEntry, Item, Order, OrderKind, OrderStatus, PaymentStatus, Person,
    },
    shop::domain::ShopSettings,
    stock::domain::{Level, Movement},
};

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
mod files;
mod shop;
mod work;

pub use files::{bytes, file, read_file_purpose};
pub use shop::{read_shipment_state, shipment, shipment_state, shop_settings};
pub use work::{
    change_request, note, progress, read_note_visibility, read_request_kind, read_request_state,
    worker,
};

fn at(moment: Timestamp) -> ProtoTime {
    time::to_proto(moment)
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
    OrderKind,
    OrderKind,
    order_kind,
    read_order_kind,
    [Goods = Goods, Service = Service, Mixed = Mixed]
);

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
        category: product
            .category
            .as_ref()
            .map(|category| category.name.clone())
            .unwrap_or_default(),
        active: product.active,
        version: product.version,
        created_at: Some(at(product.created_at)),
        updated_at: Some(at(product.updated_at)),
        available: offer.stock.map(Level::available),
        on_hand: parts.map(|level| level.on_hand),
        reserved: parts.map(|level| level.reserved),
        category_id: product
            .category
            .as_ref()
            .map(|category| category.id.to_string())
            .unwrap_or_default(),
        images: product.images.iter().map(files::image).collect(),
        low_stock_threshold: product.low_stock_threshold.filter(|_| stock_parts),
    }
}

pub fn category(category: &Category, products: i64) -> pb::Category {
    pb::Category {
        id: category.id.to_string(),
        slug: category.slug.clone(),
        name: category.name.clone(),
        description: category.description.clone(),
        parent_id: category.parent.map(|id| id.to_string()).unwrap_or_default(),
        position: category.position,
        active: category.active,
        version: category.version,
        products,
        created_at: Some(at(category.created_at)),
        updated_at: Some(at(category.updated_at)),
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
        guest: order.guest,
        replaces_id: order.replaces.map(|id| id.to_string()).unwrap_or_default(),
        replaced_by_id: order
            .replaced_by
            .map(|id| id.to_string())
            .unwrap_or_default(),
    }
}

fn cart_change(change: &Change) -> pb::CartChange {
    pb::CartChange {
        code: change.code.as_str().to_owned(),
        message: change.message.clone(),
        previous_price: change.previous_price.map(Into::into),
        previous_quantity: change.previous_quantity.unwrap_or(0),
    }
}

fn cart_line(item: &ShownItem) -> pb::CartLine {
    pb::CartLine {
        product_id: item.product_id.to_string(),
        name: item.name.clone(),
        kind: product_kind(item.kind).into(),
        quantity: item.quantity,
        unit_price: Some(item.unit_price.into()),
        line_total: Some(item.line_total.into()),
        available: item.available,
        changes: item.changes.iter().map(cart_change).collect(),
    }
}

pub fn cart(view: &View, shop: &ShopSettings) -> pb::Cart {
    let touched = view.updated_at;
    pb::Cart {
        id: view.id.map(|id| id.to_string()).unwrap_or_default(),
        lines: view.items.iter().map(cart_line).collect(),
        left_out: view.left_out.iter().map(cart_line).collect(),
        subtotal: Some(view.subtotal.into()),
        version: view.version,
        updated_at: touched.map(at),
        expires_at: touched.map(|touched| at(touched.plus(shop.cart_lifetime))),
        changed: view.changed(),
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

/// A role as it is stored.
pub fn role(text: &str) -> Option<Role> {
    text.parse().ok()
}
