//! The context of all use cases.

use std::sync::Arc;

use waybill_primitives::{Clock, Timestamp};
use waybill_store::Db;

use super::settings::{current::CurrentSettings, domain::ShopSettings};

pub use waybill_store::page::{Page, PageQuery};

/// Database, clock and settings. Shared by all slices.
#[derive(Debug)]
pub struct AppContext {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub settings: Arc<CurrentSettings>,
}

impl AppContext {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The current settings of the shop.
    pub fn shop(&self) -> Arc<ShopSettings> {
        self.settings.get()
    }
}
