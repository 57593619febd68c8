//! What invoices and credit notes say, and their numbers. Pure.

use chrono::Datelike as _;
use waybill_primitives::{InvoiceId, OrderId, Timestamp};

pub use super::entity::{
    Buyer, InvoiceKind, Line, Paid, Seller, Snapshot, invoice::Model as Invoice,
};
use crate::{orders::domain::Order, shop::settings::domain::ShopSettings};

/// A document that has no number yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    invoice: Invoice,
}

impl InvoiceKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
        }
    }

    /// The series of documents of this kind that are issued at this time: a year is that of UTC.
    fn series(self, at: Timestamp) -> String {
        format!("{}-{}", self.prefix(), at.to_datetime().year())
    }
}

/// The source of an invoice: `first` is the order that the paid one goes back to by replacements, which all have the same invoice.
pub fn source_of_invoice(first: OrderId) -> String {
    first.to_string()
}

impl Draft {
    /// The invoice of an order, with its current lines: those of a paid order do not change.
    pub fn invoice(
        order: &Order,
        first: OrderId,
        shop: &ShopSettings,
        paid: Paid,
        now: Timestamp,
    ) -> Self {
        let lines = order.items.iter().map(|item| Line {
            name: item.name.clone(),
            kind: Some(item.kind),
            unit_price: item.unit_price,
            quantity: item.quantity,
            total: item.line_total,
            tax_rate_basis_points: None,
            tax_amount: None,
        });
        let snapshot = Snapshot {
            order_number: order.number.to_string(),
            seller: seller(shop),
            customer: Buyer {
                name: order.customer_name.clone(),
                email: order.customer_email.clone(),
                shipping_address: order.shipping_address.as_deref().cloned(),
            },
            lines: lines.collect(),
            subtotal: order.total,
            payment: Some(paid),
            refers_to: None,
            reason: String::new(),
        };
        Self {
            invoice: Invoice {
                id: InvoiceId::new(),
                order_id: order.id,
                customer_id: order.customer_id,
                kind: InvoiceKind::Invoice,
                series: InvoiceKind::Invoice.series(now),
                number: 0,
                label: String::new(),
                issued_at: now,
                currency: order.currency,
                total: order.total,
                refers_to: None,
                source: source_of_invoice(first),
                snapshot: snapshot.into(),
            },
        }
    }

    /// The credit note that brings what `invoice` has taken back from `credited` to `refunded`, all in minor units; none if it is there
    /// already. Never more than the invoice's total.
    pub fn credit_note(
        invoice: &Invoice,
        credited: i64,
        refunded: i64,
        reason: &str,
        shop: &ShopSettings,
        now: Timestamp,
    ) -> Option<Self> {
        let refunded = refunded.min(invoice.total);
        let amount = refunded.checked_sub(credited).filter(|left| *left > 0)?;
        let line = Line {
            name: format!("Refund of invoice {}", invoice.label),
            kind: None,
            unit_price: amount,
            quantity: 1,
            total: amount,
            tax_rate_basis_points: None,
            tax_amount: None,
        };
        let snapshot = Snapshot {
            seller: seller(shop),
            lines: vec![line],
            subtotal: amount,
            payment: None,
            refers_to: Some(invoice.label.clone()),
            reason: reason.to_owned(),
            ..invoice.snapshot.0.clone()
        };
        Some(Self {
            invoice: Invoice {
                id: InvoiceId::new(),
                kind: InvoiceKind::CreditNote,
                series: InvoiceKind::CreditNote.series(now),
                issued_at: now,
                total: amount,
                refers_to: Some(invoice.id),
                source: format!("{}:{refunded}", invoice.source),
                snapshot: snapshot.into(),
                ..invoice.clone()
            },
        })
    }

    pub fn series(&self) -> &str {
        &self.invoice.series
    }

    /// The document with its number.
    pub fn numbered(self, number: i64) -> Invoice {
        let label = format!("{}-{number:06}", self.invoice.series);
        Invoice {
            number,
            label,
            ..self.invoice
        }
    }
}

fn seller(shop: &ShopSettings) -> Seller {
    let name = match shop.legal_name.as_str() {
        "" => &shop.shop_name,
        legal => legal,
    };
    let address = shop.address.lines().map(str::trim);
    Seller {
        name: name.to_owned(),
        shop_name: shop.shop_name.clone(),
        address: address
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        tax_id: shop.tax_id.clone(),
        email: shop.billing_email.clone(),
        note: shop.invoice_note.clone(),
    }
}

#[cfg(test)]
mod tests;
