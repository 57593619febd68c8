//! What the customer is notified of about a shipment.

use super::Planner;
use crate::{
    domain::{Kind, Plan, Template},
    mail::{MailContent, MailLine},
    triggers::{OrderSummary, ShipmentStep, ShipmentSummary},
};

pub fn plan(order: &OrderSummary, step: ShipmentStep, shipment: &ShipmentSummary) -> Plan {
    let (kind, what) = match step {
        ShipmentStep::Shipped => (Kind::OrderShipped, "has been shipped"),
        ShipmentStep::Delivered => (Kind::OrderDelivered, "was delivered"),
    };
    let title = format!("Order {} {what}", order.number);
    let tracking = tracking(shipment);
    let notice = match step {
        ShipmentStep::Shipped if tracking.is_empty() => "Your parcel is on its way.".to_owned(),
        ShipmentStep::Shipped => format!("Your parcel is on its way with {tracking}."),
        ShipmentStep::Delivered => "Your parcel has arrived.".to_owned(),
    };
    let mut content = MailContent::about(order, &title, &notice);
    content.tracking_url.clone_from(&shipment.tracking_url);
    let lines = shipment.lines.iter().map(|(name, quantity)| MailLine {
        name: name.clone(),
        quantity: *quantity,
        total: String::new(),
    });
    content.lines = lines.collect();
    Planner::new(order.id)
        .tell_customer(order, kind, &title, &notice)
        .mail(&order.customer, Template::Shipment, &title, content)
        .plan
}

/// `DHL, tracking number 123`.
fn tracking(shipment: &ShipmentSummary) -> String {
    let number = match shipment.tracking_number.as_str() {
        "" => String::new(),
        number => format!("tracking number {number}"),
    };
    let parts = [shipment.carrier.clone(), number];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}
