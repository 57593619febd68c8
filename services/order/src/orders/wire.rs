//! Orders as messages, for answers and events.

use waybill_primitives::non_empty;
use waybill_proto::{common, order as pb};

use super::domain::{
    Address, Assignee, HistoryEntry, Item, OfferItem, Order, PaymentStatus, Person, QuoteState,
};

pub fn person(person: &Person) -> common::Person {
    common::Person {
        id: person.id.to_string(),
        name: person.name.clone(),
        role: common::Role::from(person.role).into(),
    }
}

fn item(order: &Order, item: &Item) -> pb::OrderItem {
    pb::OrderItem {
        product_id: item.product().map(|id| id.to_string()),
        name: item.name.clone(),
        kind: item.kind.into(),
        unit_price: Some(order.money(item.unit_price)),
        quantity: item.quantity,
        line_total: Some(order.money(item.line_total)),
        refunded_quantity: item.refunded_quantity,
    }
}

fn quote(order: &Order, state: QuoteState) -> pb::Quote {
    let offer = order.offer();
    let item = |item: &OfferItem| pb::QuoteItem {
        name: item.name.clone(),
        kind: item.kind.into(),
        unit_price: Some(order.money(item.unit_price)),
        quantity: item.quantity,
    };
    pb::Quote {
        state: state.into(),
        version: order.quote_version(),
        valid_until: offer.map(|offer| offer.valid_until),
        total: offer.map(|offer| order.money(offer.total)),
        note: offer.and_then(|offer| non_empty(offer.note.as_str())),
        items: offer.map_or_else(Vec::new, |offer| offer.items.iter().map(item).collect()),
        offered_by: offer.map(|offer| person(&offer.by())),
        offered_at: offer.map(|offer| offer.at),
        accepted_at: order.quote.as_ref().and_then(|quote| quote.accepted_at),
    }
}

pub fn address(address: &Address) -> pb::Address {
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

pub fn assignee(assignee: &Assignee) -> pb::Assignee {
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
        refunded: Some(order.money(order.refunded_amount())),
        shipping_address: order.shipping_address.as_deref().map(address),
        // An offer has an end of its own.
        expires_at: order.expires_at.filter(|_| !order.is_unpriced()),
        completed_at: order.completed_at,
        version: order.version,
        created_at: Some(order.created_at),
        updated_at: Some(order.updated_at),
        guest: order.guest,
        payment_received: order.payment_status == PaymentStatus::Paid,
        replaces_id: order.replaces_id.map(|id| id.to_string()),
        replaced_by_id: order.replaced_by_id.map(|id| id.to_string()),
        quote: order.quote_state.map(|state| quote(order, state)),
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
        internal_note: entry.internal_note.clone(),
    }
}
