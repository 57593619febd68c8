//! Consumes the service's own events of paid and refunded orders, for invoices and credit notes.

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::FieldError;
use waybill_proto::{
    order::{OrderChanged, OrderEvent, PaymentStatus},
    parse_id,
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::invoices::{
    app::{Invoices, MoneyMoved},
    domain::Credited,
};

pub const INVOICES: ConsumerInfo = ConsumerInfo {
    name: "order-invoices",
    subjects: &[
        "waybill.order.order.paid",
        "waybill.order.order.payment_changed",
    ],
};

/// Issues invoices and credit notes.
pub struct InvoiceEvents {
    invoices: Invoices,
}

impl InvoiceEvents {
    pub fn new(invoices: Invoices) -> Self {
        Self { invoices }
    }
}

#[async_trait]
impl EventHandler for InvoiceEvents {
    fn info(&self) -> ConsumerInfo {
        INVOICES
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let changed: OrderChanged = decode(event)?;
        let kind = changed.kind();
        let order = changed.order.ok_or_else(|| FieldError::missing("order"))?;
        let moved = match kind {
            OrderEvent::Paid => MoneyMoved::Paid,
            OrderEvent::Refunded => MoneyMoved::Refunded {
                so_far: Credited {
                    amount: match order.payment_status() {
                        PaymentStatus::Refunded => order.total,
                        _ => order.refunded,
                    }
                    .map_or(0, |money| money.amount),
                    units: order
                        .items
                        .iter()
                        .map(|item| item.refunded_quantity)
                        .collect(),
                },
                reason: changed.note,
            },
            _ => return Ok(()),
        };
        let id = parse_id("order.id", &order.id)?;
        let payment = match changed.payment_id.as_str() {
            "" => None,
            payment => Some(parse_id("payment_id", payment)?),
        };
        Ok(self.invoices.follow(tx, id, payment, &moved).await?)
    }
}
