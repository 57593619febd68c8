//! What the customer is told of a parcel.

use super::Planner;
use crate::{
    domain::{Kind, Plan, Template},
    facts::{OrderFacts, ParcelFacts, ParcelNews},
    mail::{MailFacts, MailLine},
};

pub fn plan(order: &OrderFacts, news: ParcelNews, parcel: &ParcelFacts) -> Plan {
    let (kind, what) = match news {
        ParcelNews::Shipped => (Kind::OrderShipped, "has been shipped"),
        ParcelNews::Delivered => (Kind::OrderDelivered, "was delivered"),
    };
    let title = format!("Order {} {what}", order.number);
    let tracking = tracking(parcel);
    let notice = match news {
        ParcelNews::Shipped if tracking.is_empty() => "Your parcel is on its way.".to_owned(),
        ParcelNews::Shipped => format!("Your parcel is on its way with {tracking}."),
        ParcelNews::Delivered => "Your parcel has arrived.".to_owned(),
    };
    let mut facts = MailFacts::about(order, &title, &notice);
    facts.tracking_url.clone_from(&parcel.tracking_url);
    let lines = parcel.lines.iter().map(|(name, quantity)| MailLine {
        name: name.clone(),
        quantity: *quantity,
        total: String::new(),
    });
    facts.lines = lines.collect();
    Planner::new(order.id)
        .tell_customer(order, kind, &title, &notice)
        .mail(&order.customer, Template::Shipment, &title, facts)
        .plan
}

/// `DHL, tracking number 123`.
fn tracking(parcel: &ParcelFacts) -> String {
    let number = match parcel.tracking_number.as_str() {
        "" => String::new(),
        number => format!("tracking number {number}"),
    };
    let parts = [parcel.carrier.clone(), number];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}
