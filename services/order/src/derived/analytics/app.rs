//! Use cases: taking changes of orders into the rollups, counting all anew, the dashboard, analytics, the export.

mod export;
mod projecting;
mod rebuilding;
mod reports;

use std::sync::Arc;

pub use projecting::{Told, take_in};
pub use rebuilding::rebuild;
pub use reports::{Seller, Totals, Worker};

use crate::shop::app_context::AppContext;

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
