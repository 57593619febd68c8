//! The service's own events of orders, for what is kept beside the orders: figures and words.

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_proto::order::OrderPlaced;
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::derived::analytics::{
    app::{Told, take_in},
    told::told,
};

pub const INFO: ConsumerInfo = ConsumerInfo {
    name: "order-projections",
    source: "order",
    subjects: &["waybill.order.order.*"],
};

/// Keeps the rollups and the words of orders up to date.
pub struct OrderProjections;

/// Every event of an order has the order and the change at the same numbers.
fn read(event: &Envelope) -> Result<Told, HandlerError> {
    let message: OrderPlaced = decode(event)?;
    let order = message.order.as_ref();
    let order = order.ok_or_else(|| HandlerError::permanent("the event has no order"))?;
    let change = message.change.unwrap_or_default();
    let what = event.subject.rsplit('.').next().unwrap_or_default();
    told(order, &change, what).map_err(HandlerError::permanent)
}

#[async_trait]
impl EventHandler for OrderProjections {
    fn name(&self) -> &'static str {
        INFO.name
    }

    fn source(&self) -> &'static str {
        INFO.source
    }

    fn subjects(&self) -> &'static [&'static str] {
        INFO.subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        Ok(take_in(tx, vec![read(event)?]).await?)
    }

    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        let told: Result<Vec<_>, _> = events.iter().map(read).collect();
        Ok(take_in(tx, told?).await?)
    }
}
