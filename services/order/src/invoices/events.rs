//! Events of invoices.

use waybill_proto::order::InvoiceIssued;
use waybill_store::Tx;

use super::{domain::Invoice, wire};
use crate::orders::{domain::Order, wire::order as order_message};

/// Publishes a new document; `order` is the order now.
pub fn invoice_issued(tx: &Tx, invoice: &Invoice, order: &Order) {
    let event = InvoiceIssued {
        invoice: Some(wire::invoice(invoice)),
        order: Some(order_message(order)),
    };
    // A document never changes.
    tx.emit(invoice.id, 1, &event);
}
