//! Order's events: who takes part in which conversation, and the system lines.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_proto::order::{self, Order, OrderChange, OrderStatus};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    app::{App, News},
    clients,
    domain::Change,
};

/// What this service takes in.
pub const CONSUMERS: &[ConsumerInfo] = &[ConsumerInfo {
    name: "chat-orders",
    source: "order",
    subjects: &["waybill.order.order.*"],
}];

/// The consumers of this service.
pub fn consumers(app: &Arc<App>) -> Vec<Arc<dyn EventHandler>> {
    vec![Arc::new(Orders(Arc::clone(app)))]
}

struct Orders(Arc<App>);

#[async_trait]
impl EventHandler for Orders {
    fn name(&self) -> &'static str {
        CONSUMERS[0].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[0].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[0].subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        self.apply_batch(tx, std::slice::from_ref(event)).await
    }

    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        let mut news = Vec::with_capacity(events.len());
        for event in events {
            if let Some((order, change)) = read(event)? {
                let order =
                    order.ok_or_else(|| HandlerError::permanent("the event carries no order"))?;
                let order =
                    clients::conversation(order, event.time).map_err(HandlerError::permanent)?;
                news.push(News {
                    event,
                    order,
                    change,
                });
            }
        }
        Ok(self.0.follow(tx, &news).await?)
    }
}

/// The order as an event tells it, and what its conversation notes.
type Told = (Option<Order>, Option<Change>);

/// What an event tells. An event of a kind that is not known yet changes nothing; the next known one
/// brings the projection up to date.
fn read(event: &Envelope) -> Result<Option<Told>, HandlerError> {
    let read = match event.subject.as_str() {
        "waybill.order.order.placed" => {
            let placed: order::OrderPlaced = decode(event)?;
            let replaces = placed
                .order
                .as_ref()
                .is_some_and(|order| order.replaces_id.is_some());
            let why = placed.change.unwrap_or_default().note;
            (placed.order, replaces.then_some(Change::Opened { why }))
        }
        "waybill.order.order.paid" => (decode::<order::OrderPaid>(event)?.order, None),
        "waybill.order.order.payment_changed" => {
            (decode::<order::OrderPaymentChanged>(event)?.order, None)
        }
        "waybill.order.order.payment_rejected" => {
            (decode::<order::OrderPaymentRejected>(event)?.order, None)
        }
        "waybill.order.order.status_changed" => {
            let changed: order::OrderStatusChanged = decode(event)?;
            let change = changed.change.and_then(status_change);
            (changed.order, change)
        }
        "waybill.order.order.claimed" => {
            let order = decode::<order::OrderClaimed>(event)?.order;
            let assignee = order.as_ref().and_then(|order| order.assignee.as_ref());
            let worker = assignee.map(|assignee| assignee.name.clone());
            let change = Change::Claimed {
                worker: worker.unwrap_or_default(),
            };
            (order, Some(change))
        }
        "waybill.order.order.assigned" => {
            let order = decode::<order::OrderAssigned>(event)?.order;
            let assignee = order.as_ref().and_then(|order| order.assignee.as_ref());
            let worker = assignee.map(|assignee| assignee.name.clone());
            let change = Change::Assigned {
                worker: worker.unwrap_or_default(),
            };
            (order, Some(change))
        }
        "waybill.order.order.replaced" => {
            let replaced: order::OrderReplaced = decode(event)?;
            let number = replaced.replacement.unwrap_or_default().order_number;
            (replaced.order, Some(Change::Replaced { number }))
        }
        "waybill.order.order.updated" => (decode::<order::OrderUpdated>(event)?.order, None),
        "waybill.order.order.released" => (
            decode::<order::OrderReleased>(event)?.order,
            Some(Change::Released),
        ),
        "waybill.order.order.cancelled" => {
            let cancelled: order::OrderCancelled = decode(event)?;
            let reason = cancelled.change.unwrap_or_default().note;
            (cancelled.order, Some(Change::Cancelled { reason }))
        }
        "waybill.order.order.expired" => (
            decode::<order::OrderExpired>(event)?.order,
            Some(Change::Expired),
        ),
        "waybill.order.order.completed" => (
            decode::<order::OrderCompleted>(event)?.order,
            Some(Change::Completed),
        ),
        _ => return Ok(None),
    };
    Ok(Some(read))
}

fn status_change(change: OrderChange) -> Option<Change> {
    match (change.from(), change.to()) {
        (_, OrderStatus::OnHold) => Some(Change::OnHold { note: change.note }),
        (OrderStatus::OnHold, OrderStatus::InProgress) => Some(Change::Resumed),
        (_, OrderStatus::InProgress) => Some(Change::Started),
        (_, OrderStatus::Pending) => Some(Change::Released),
        (_, OrderStatus::Completed) => Some(Change::Completed),
        (_, OrderStatus::Cancelled) => Some(Change::Cancelled {
            reason: change.note,
        }),
        (_, OrderStatus::Unspecified) => None,
    }
}
