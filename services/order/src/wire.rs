//! The domain as protobuf messages, for answers and events.

use waybill_primitives::non_empty;
use waybill_proto::{common, order as pb};

use crate::{
    orders::domain::{Address, HistoryEntry, Item, Order, PaymentStatus, Person},
    shop::{
        cart::domain::{Change, ShownItem, View},
        catalogue::domain::Offer,
        categories::domain::Category,
        settings::domain::ShopSettings,
        stock::domain::{Level, Movement},
    },
};

mod files;
mod shop;
mod work;

pub use files::{bytes, file};
pub use shop::{shipment, shop_settings};
pub use work::{change_request, note, progress, worker};

/// A product; the parts of its stock only with `stock_parts`.
pub fn product(offer: &Offer, stock_parts: bool) -> pb::Product {
    let product = &offer.product;
    let parts = offer.stock.filter(|_| stock_parts);
    pb::Product {
        id: product.id.to_string(),
        sku: product.sku.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        kind: product.kind.into(),
        price: Some(product.price()),
        category: product.category_id.map(|_| product.category.clone()),
        active: product.active,
        version: product.version,
        created_at: Some(product.created_at),
        updated_at: Some(product.updated_at),
        available: offer.stock.map(Level::available),
        on_hand: parts.map(|level| level.on_hand),
        reserved: parts.map(|level| level.reserved),
        category_id: product.category_id.map(|id| id.to_string()),
        images: product.images().iter().map(files::image).collect(),
        low_stock_threshold: product.low_stock_threshold.filter(|_| stock_parts),
    }
}

pub fn category(category: &Category, products: i64) -> pb::Category {
    pb::Category {
        id: category.id.to_string(),
        slug: category.slug.clone(),
        name: category.name.clone(),
        description: category.description.clone(),
        parent_id: category.parent_id.map(|id| id.to_string()),
        position: category.position,
        active: category.active,
        version: category.version,
        products,
        created_at: Some(category.created_at),
        updated_at: Some(category.updated_at),
    }
}

pub fn movement(line: &Movement) -> pb::StockMovement {
    pb::StockMovement {
        id: line.id.to_string(),
        product_id: line.product_id.to_string(),
        kind: line.kind.into(),
        on_hand_delta: line.on_hand_delta,
        reserved_delta: line.reserved_delta,
        reason: line.reason.clone(),
        order_id: line.order_id.map(|id| id.to_string()),
        actor_id: line.actor_id.map(|id| id.to_string()),
        at: Some(line.at),
    }
}

pub fn person(person: &Person) -> common::Person {
    common::Person {
        id: person.id.to_string(),
        name: person.name.clone(),
        role: common::Role::from(person.role).into(),
    }
}

fn item(order: &Order, item: &Item) -> pb::OrderItem {
    pb::OrderItem {
        product_id: item.product_id.to_string(),
        name: item.name.clone(),
        kind: item.kind.into(),
        unit_price: Some(order.money(item.unit_price)),
        quantity: item.quantity,
        line_total: Some(order.money(item.line_total)),
    }
}

fn address(address: &Address) -> pb::Address {
    pb::Address {
        name: non_empty(address.name.as_str()),
        line1: address.line1.clone(),
        line2: non_empty(address.line2.as_str()),
        city: address.city.clone(),
        region: non_empty(address.region.as_str()),
        postal_code: non_empty(address.postal_code.as_str()),
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
        order_number: order.number.to_string(),
        status: order.status.into(),
        payment_status: order.payment_status.into(),
        kind: order.kind.into(),
        customer: Some(pb::Customer {
            id: order.customer_id.to_string(),
            name: order.customer_name.clone(),
            email: non_empty(order.customer_email.as_str()),
        }),
        assignee: order.assignee().as_ref().map(assignee),
        title: non_empty(order.title.as_str()),
        description: non_empty(order.description.as_str()),
        special_instructions: non_empty(order.special_instructions.as_str()),
        estimated_completion: order.estimated_completion,
        items: order.items.iter().map(|line| item(order, line)).collect(),
        subtotal: Some(order.total()),
        total: Some(order.total()),
        shipping_address: order.shipping_address.as_deref().map(address),
        expires_at: order.expires_at,
        completed_at: order.completed_at,
        version: order.version,
        created_at: Some(order.created_at),
        updated_at: Some(order.updated_at),
        guest: order.guest,
        payment_received: order.payment_status == PaymentStatus::Paid,
        replaces_id: order.replaces_id.map(|id| id.to_string()),
        replaced_by_id: order.replaced_by_id.map(|id| id.to_string()),
    }
}

fn cart_change(change: &Change) -> pb::CartChange {
    pb::CartChange {
        code: change.code.into(),
        message: change.message.clone(),
        previous_price: change.previous_price,
        previous_quantity: change.previous_quantity,
    }
}

fn cart_item(item: &ShownItem) -> pb::CartItem {
    pb::CartItem {
        product_id: item.product_id.to_string(),
        name: item.name.clone(),
        kind: item.kind.into(),
        quantity: item.quantity,
        unit_price: Some(item.unit_price),
        line_total: Some(item.line_total),
        available: item.available,
        changes: item.changes.iter().map(cart_change).collect(),
    }
}

pub fn cart(view: &View, shop: &ShopSettings) -> pb::Cart {
    let touched = view.updated_at;
    pb::Cart {
        items: view.items.iter().map(cart_item).collect(),
        left_out: view.left_out.iter().map(cart_item).collect(),
        subtotal: Some(view.subtotal),
        version: view.version,
        updated_at: touched,
        expires_at: touched.map(|touched| touched.plus(shop.cart_lifetime())),
        changed: view.changed(),
    }
}

pub fn history(entry: &HistoryEntry) -> pb::HistoryItem {
    pb::HistoryItem {
        at: Some(entry.at),
        actor: entry.actor().as_ref().map(person),
        event: entry.event.into(),
        from: entry.from_value.clone(),
        to: non_empty(entry.to_value.as_str()),
        note: non_empty(entry.note.as_str()),
        version: entry.version,
    }
}
