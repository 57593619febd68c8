//! Order's events: the participants of conversations, and the system lines.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::FieldError;
use waybill_proto::order::{Order, OrderChanged, OrderEvent, OrderStatus};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    app::{App, OrderUpdate},
    clients,
    domain::Change,
};

/// The events that this service consumes.
pub const CONSUMERS: &[ConsumerInfo] = &[ORDERS];

const ORDERS: ConsumerInfo = ConsumerInfo {
    name: "chat-orders",
    subjects: &["waybill.order.order.*"],
};

/// The consumers of this service.
pub fn consumers(app: &Arc<App>) -> Vec<Arc<dyn EventHandler>> {
    vec![Arc::new(Orders(Arc::clone(app)))]
}

struct Orders(Arc<App>);

#[async_trait]
impl EventHandler for Orders {
    fn info(&self) -> ConsumerInfo {
        ORDERS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        self.apply_batch(tx, std::slice::from_ref(event)).await
    }

    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        let mut updates = Vec::with_capacity(events.len());
        for event in events {
            let mut changed: OrderChanged = decode(event)?;
            let order = changed.order.take();
            let order = order.ok_or_else(|| FieldError::missing("order"))?;
            let change = noted(&changed, &order);
            let order = clients::conversation(order, event.time)?;
            updates.push(OrderUpdate {
                event,
                order,
                change,
            });
        }
        Ok(self.0.follow(tx, &updates).await?)
    }
}

/// The change that the conversation records.
fn noted(changed: &OrderChanged, order: &Order) -> Option<Change> {
    let note = || changed.note.clone();
    let worker = || {
        let worker = order.assignee.as_ref();
        worker.map_or_else(String::new, |worker| worker.name.clone())
    };
    match changed.kind() {
        OrderEvent::Placed => order
            .replaces_id
            .is_some()
            .then(|| Change::Opened { why: note() }),
        OrderEvent::StatusChanged => status_change(changed.from(), order.status(), note()),
        OrderEvent::Claimed => Some(Change::Claimed { worker: worker() }),
        OrderEvent::Assigned => Some(Change::Assigned { worker: worker() }),
        OrderEvent::Replaced => {
            let replacement = changed.replacement.as_ref();
            let number = replacement.map_or_else(String::new, |it| it.order_number.clone());
            Some(Change::Replaced { number })
        }
        OrderEvent::Released => Some(Change::Released),
        OrderEvent::Cancelled => Some(Change::Cancelled { reason: note() }),
        OrderEvent::Expired => Some(Change::Expired),
        OrderEvent::Completed => Some(Change::Completed),
        OrderEvent::Edited
        | OrderEvent::PaymentStarted
        | OrderEvent::Paid
        | OrderEvent::PaymentFailed
        | OrderEvent::PaymentRejected
        | OrderEvent::Refunded
        | OrderEvent::Quoted
        | OrderEvent::QuoteWithdrawn
        | OrderEvent::QuoteAccepted
        | OrderEvent::QuoteExpired
        | OrderEvent::Unspecified => None,
    }
}

fn status_change(from: OrderStatus, to: OrderStatus, note: String) -> Option<Change> {
    match (from, to) {
        (_, OrderStatus::OnHold) => Some(Change::OnHold { note }),
        (OrderStatus::OnHold, OrderStatus::InProgress) => Some(Change::Resumed),
        (_, OrderStatus::InProgress) => Some(Change::Started),
        (_, OrderStatus::Pending) => Some(Change::Released),
        (_, OrderStatus::Completed) => Some(Change::Completed),
        (_, OrderStatus::Cancelled) => Some(Change::Cancelled { reason: note }),
        (_, OrderStatus::Unspecified) => None,
    }
}
