//! What the use cases of every slice work with.

use std::sync::Arc;

use waybill_primitives::{Clock, Timestamp};
use waybill_store::Db;

use super::settings::{current::CurrentSettings, domain::ShopSettings};

pub use waybill_store::page::{Page, PageQuery};

/// Database, time and settings. Shared by all slices.
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

    /// The shop's settings at this moment.
    pub fn shop(&self) -> Arc<ShopSettings> {
        self.settings.get()
    }
}
