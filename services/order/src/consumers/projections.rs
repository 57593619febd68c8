//! Consumes the service's own order events for figures and search words.

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::derived::analytics::{
    app::{ProjectionInput, consume},
    projection_input,
};

pub const PROJECTIONS: ConsumerInfo = ConsumerInfo {
    name: "order-projections",
    subjects: &["waybill.order.order.*"],
};

/// Updates the rollups and search words of orders.
pub struct OrderProjections;

fn read(event: &Envelope) -> Result<ProjectionInput, HandlerError> {
    Ok(projection_input::read(&decode(event)?)?)
}

#[async_trait]
impl EventHandler for OrderProjections {
    fn info(&self) -> ConsumerInfo {
        PROJECTIONS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        Ok(consume(tx, vec![read(event)?]).await?)
    }

    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        let changes: Result<Vec<_>, _> = events.iter().map(read).collect();
        Ok(consume(tx, changes?).await?)
    }
}
