//! Invoices as messages.

use waybill_primitives::{Money, non_empty};
use waybill_proto::order as pb;

use super::domain::{Invoice, Line, Paid, Seller};
use crate::orders::wire::address;

pub fn invoice(invoice: &Invoice) -> pb::Invoice {
    let snapshot = &*invoice.snapshot;
    let money = |amount| Money::new(amount, invoice.currency);
    let customer = &snapshot.customer;
    let line = |line: &Line| pb::InvoiceLine {
        name: line.name.clone(),
        unit_price: Some(money(line.unit_price)),
        quantity: line.quantity,
        line_total: Some(money(line.total)),
        tax_rate_basis_points: line.tax_rate_basis_points,
        tax_amount: line.tax_amount.map(money),
    };
    pb::Invoice {
        id: invoice.id.to_string(),
        order_id: invoice.order_id.to_string(),
        order_number: snapshot.order_number.clone(),
        kind: invoice.kind.into(),
        number: invoice.label.clone(),
        issued_at: Some(invoice.issued_at),
        subtotal: Some(money(snapshot.subtotal)),
        total: Some(money(invoice.total)),
        refers_to_id: invoice.refers_to.map(|id| id.to_string()),
        refers_to: snapshot.refers_to.clone(),
        reason: non_empty(snapshot.reason.as_str()),
        seller: Some(seller(&snapshot.seller)),
        customer: Some(pb::InvoiceCustomer {
            name: customer.name.clone(),
            email: non_empty(customer.email.as_str()),
            shipping_address: customer.shipping_address.as_ref().map(address),
        }),
        lines: snapshot.lines.iter().map(line).collect(),
        payment: snapshot.payment.as_ref().map(payment),
    }
}

fn seller(seller: &Seller) -> pb::InvoiceSeller {
    pb::InvoiceSeller {
        name: seller.name.clone(),
        shop_name: seller.shop_name.clone(),
        address: seller.address.clone(),
        tax_id: non_empty(seller.tax_id.as_str()),
        email: non_empty(seller.email.as_str()),
        note: non_empty(seller.note.as_str()),
    }
}

fn payment(paid: &Paid) -> pb::InvoicePayment {
    pb::InvoicePayment {
        provider: paid.provider.clone(),
        at: Some(paid.at),
    }
}
