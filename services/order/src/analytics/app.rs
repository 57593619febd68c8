//! Use cases: taking changes of orders into the rollups, counting all anew, the dashboard, analytics, the export.

mod export;
mod projecting;
mod rebuilding;
mod reports;

use std::sync::Arc;

pub use export::Export;
pub use projecting::{Told, take_in};
pub use rebuilding::rebuild;
pub use reports::{Dashboard, OrderReport, Seller, Totals, Worker};

use crate::parts::Parts;

/// Figures of orders.
#[derive(Debug, Clone)]
pub struct Analytics {
    parts: Arc<Parts>,
}

impl Analytics {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }
}
