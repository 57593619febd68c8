//! What the customer is sent about an invoice or a credit note. A mail only: the notice of the payment or the refund says enough.

use super::Planner;
use crate::{
    domain::{Plan, Template},
    mail::MailContent,
    triggers::{InvoiceSummary, OrderSummary},
};

pub fn plan(order: &OrderSummary, invoice: &InvoiceSummary) -> Plan {
    let number = &invoice.number;
    let (title, message) = match &invoice.refers_to {
        None => (
            format!("Invoice {number}"),
            format!("This is the invoice for your order {}.", order.number),
        ),
        Some(refers_to) => (
            format!("Credit note {number}"),
            format!("This is the credit note for invoice {refers_to}, after a refund."),
        ),
    };
    let page = if invoice.guest { "track" } else { "orders" };
    let content = MailContent {
        total: invoice.total.to_string(),
        document: number.clone(),
        order_path: format!("{page}/{}", order.id),
        ..MailContent::about(order, &title, &message)
    };
    Planner::new(order.id)
        .mail(&order.customer, Template::Invoice, &title, content)
        .plan
}
