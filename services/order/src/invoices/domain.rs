//! What invoices and credit notes say, and their numbers. Pure.

use chrono::Datelike as _;
use waybill_primitives::{InvoiceId, OrderId, Timestamp};

pub use super::entity::{
    Buyer, InvoiceKind, Line, Paid, Seller, Snapshot, invoice::Model as Invoice,
};
use crate::{
    orders::domain::{Order, kept_total},
    shop::settings::domain::ShopSettings,
};

/// What was refunded of an invoice, or taken back by its credit notes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credited {
    /// In minor units.
    pub amount: i64,
    /// The units that were refunded as such, by the places of the invoice's lines.
    pub units: Vec<i64>,
}

impl Credited {
    /// By these credit notes of an invoice, each of which has the units until then.
    pub fn by(notes: &[Invoice]) -> Self {
        let units = notes.iter().map(|note| &note.snapshot.credited_units);
        let places = units.clone().map(Vec::len).max().unwrap_or(0);
        let last = |place| units.clone().filter_map(|units| units.get(place)).max();
        Self {
            amount: notes.iter().map(|note| note.total).sum(),
            units: (0..places).filter_map(last).copied().collect(),
        }
    }
}

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
            credited_units: Vec::new(),
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

    /// The credit note that brings what `invoice` has taken back from `before` to `refunded`; none if it is there already. Never more than
    /// the invoice's total.
    pub fn credit_note(
        invoice: &Invoice,
        before: &Credited,
        refunded: &Credited,
        reason: &str,
        shop: &ShopSettings,
        now: Timestamp,
    ) -> Option<Self> {
        let so_far = refunded.amount.min(invoice.total);
        let amount = so_far.checked_sub(before.amount).filter(|left| *left > 0)?;
        let mut lines = refunded_lines(invoice, before, refunded);
        let mut rest = amount - lines.iter().map(|line| line.total).sum::<i64>();
        if rest < 0 {
            // The units cost more than what was given back for them: only the amount can be stated.
            lines.clear();
            rest = amount;
        }
        if rest > 0 {
            lines.push(Line {
                name: format!("Refund of invoice {}", invoice.label),
                kind: None,
                unit_price: rest,
                quantity: 1,
                total: rest,
                tax_rate_basis_points: None,
                tax_amount: None,
            });
        }
        let snapshot = Snapshot {
            seller: seller(shop),
            lines,
            subtotal: amount,
            payment: None,
            refers_to: Some(invoice.label.clone()),
            reason: reason.to_owned(),
            credited_units: refunded.units.clone(),
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
                source: format!("{}:{so_far}", invoice.source),
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

/// The lines of the units that were refunded since.
fn refunded_lines(invoice: &Invoice, before: &Credited, refunded: &Credited) -> Vec<Line> {
    let lines = invoice.snapshot.lines.iter().enumerate();
    let lines = lines.filter_map(|(place, line)| {
        let earlier = before.units.get(place).copied().unwrap_or(0);
        let units = refunded.units.get(place).copied().unwrap_or(0);
        let kept = |units| kept_total(line.total, line.quantity, units);
        (units > earlier).then(|| Line {
            quantity: units - earlier,
            total: kept(earlier) - kept(units),
            ..line.clone()
        })
    });
    lines.collect()
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
