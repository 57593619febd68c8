//! Use cases: applying order changes to the rollups, rebuilding them, the dashboard, analytics, the export.

mod export;
mod projecting;
mod rebuilding;
mod reports;

use std::sync::Arc;

use async_trait::async_trait;
use waybill_service_kit::AppError;

pub use projecting::{ProjectionInput, consume};
pub use rebuilding::rebuild;
pub use reports::{Seller, Totals, Worker};

use super::store;
use crate::{
    orders::{app::OrderCounts, domain::OrderStatus},
    shop::app_context::AppContext,
};

/// Figures of orders.
#[derive(Debug, Clone)]
pub struct Analytics {
    context: Arc<AppContext>,
}

impl Analytics {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }
}

#[async_trait]
impl OrderCounts for Analytics {
    async fn count(&self, statuses: &[OrderStatus]) -> Result<i64, AppError> {
        let reader = self.context.db.reader();
        let generation = store::state(reader).await?.generation;
        let counts = store::statuses(reader, generation).await?;
        let all = statuses.is_empty();
        let matches = |name: &str| all || statuses.iter().any(|status| status.as_str() == name);
        let counted = counts.iter().filter(|(name, _)| matches(name));
        Ok(counted.map(|(_, count)| count).sum())
    }
}
