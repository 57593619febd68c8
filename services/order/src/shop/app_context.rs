//! What the use cases of every slice work with.

use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::Notify;
use waybill_primitives::{Clock, Timestamp};
use waybill_store::Db;

use crate::shop::settings::domain::ShopSettings;

pub use waybill_store::page::{Page, PageQuery};

/// Database, time and settings. Shared by all slices.
#[derive(Debug)]
pub struct AppContext {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    /// As last read from the database.
    settings: RwLock<Arc<ShopSettings>>,
    /// Told when the settings have changed.
    pub settings_changed: Arc<Notify>,
}

impl AppContext {
    pub fn new(db: Db, clock: Arc<dyn Clock>, settings: ShopSettings) -> Self {
        Self {
            db,
            clock,
            settings: RwLock::new(Arc::new(settings)),
            settings_changed: Arc::new(Notify::new()),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The shop's settings at this moment.
    pub fn shop(&self) -> Arc<ShopSettings> {
        Arc::clone(&self.settings.read())
    }

    /// Takes the settings over unless newer ones are known.
    pub fn set_shop(&self, settings: ShopSettings) {
        let mut known = self.settings.write();
        if settings.version > known.version {
            *known = Arc::new(settings);
            self.settings_changed.notify_one();
        }
    }
}
