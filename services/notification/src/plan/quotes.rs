//! Who is notified of requests for a quote and of offers.

use waybill_primitives::Timestamp;

use super::{Planner, named};
use crate::{
    domain::{Audience, Kind, Plan, Template},
    mail::MailContent,
    triggers::{Offer, OrderSummary},
};

/// The customer, and everybody who can make an offer.
pub fn requested(order: &OrderSummary) -> Plan {
    let title = format!("Request {} received", order.number);
    let message = "Thank you for your request. We will offer you a price; you pay nothing before you accept it.";
    let asks = format!(
        "{} asks for a price for {}.",
        order.customer.name,
        named(order)
    );
    let staff = format!("Request for a quote {}", order.number);
    let content = MailContent::about(order, &title, message);
    Planner::new(order.id)
        .tell_customer(order, Kind::OrderPlaced, &title, message)
        .tell(Audience::Staff, Kind::QuoteRequested, &staff, &asks)
        .tell(Audience::Admins, Kind::QuoteRequested, &staff, &asks)
        .mail(&order.customer, Template::OrderStatus, &title, content)
        .plan
}

pub fn offered(order: &OrderSummary, offer: &Offer) -> Plan {
    let title = format!("Our offer for request {}", order.number);
    let until = minute(offer.valid_until);
    let message = format!(
        "We offer you {} for your request, valid until {until}.",
        offer.total
    );
    let content = MailContent {
        total: offer.total.to_string(),
        ..MailContent::about(order, &title, &message)
            .with_lines(&offer.lines)
            .with_note("Note", &offer.note)
    };
    Planner::new(order.id)
        .tell_customer(
            order,
            Kind::QuoteOffered,
            &title,
            &super::with_note(message, "Note", &offer.note),
        )
        .mail(&order.customer, Template::Quote, &title, content)
        .plan
}

/// Everybody who can make an offer: the last one is for something else.
pub fn reopened(order: &OrderSummary) -> Plan {
    let title = format!("Request {} was changed", order.number);
    let body = format!(
        "{} changed {} after an offer, which has ended. It waits for a new one.",
        order.customer.name,
        named(order)
    );
    Planner::new(order.id)
        .tell(Audience::Staff, Kind::QuoteRequested, &title, &body)
        .tell(Audience::Admins, Kind::QuoteRequested, &title, &body)
        .plan
}

pub fn withdrawn(order: &OrderSummary) -> Plan {
    let message =
        "The price that we offered for your request no longer stands; we will come back to you.";
    gone(order, Kind::QuoteWithdrawn, "was withdrawn", message)
}

pub fn expired(order: &OrderSummary) -> Plan {
    let message = "You did not accept our offer in time. Your request stays open, and we may offer a new price.";
    gone(order, Kind::QuoteExpired, "has ended", message)
}

fn gone(order: &OrderSummary, kind: Kind, what: &str, message: &str) -> Plan {
    let title = format!("The offer for request {} {what}", order.number);
    let content = MailContent::about(order, &title, message);
    Planner::new(order.id)
        .tell_customer(order, kind, &title, message)
        .mail(&order.customer, Template::OrderStatus, &title, content)
        .plan
}

/// Who made the offer, and administrators. The customer did it.
pub fn accepted(order: &OrderSummary, offer: &Offer) -> Plan {
    let title = format!("Offer accepted: order {}", order.number);
    let body = format!(
        "{} accepted {} for {}.",
        order.customer.name,
        offer.total,
        named(order)
    );
    Planner::new(order.id)
        .tell(Audience::User(offer.by), Kind::QuoteAccepted, &title, &body)
        .tell(Audience::Admins, Kind::QuoteAccepted, &title, &body)
        .plan
}

/// `2026-12-31 23:59 UTC`.
fn minute(at: Timestamp) -> String {
    at.to_datetime().format("%Y-%m-%d %H:%M UTC").to_string()
}
