//! The settings of this moment, as this process knows them.

use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::Notify;

use super::domain::ShopSettings;

/// As last read from the database.
#[derive(Debug)]
pub struct CurrentSettings {
    known: RwLock<Arc<ShopSettings>>,
    /// Told when they have changed.
    pub changed: Arc<Notify>,
}

impl CurrentSettings {
    pub fn new(settings: ShopSettings) -> Self {
        Self {
            known: RwLock::new(Arc::new(settings)),
            changed: Arc::new(Notify::new()),
        }
    }

    pub fn get(&self) -> Arc<ShopSettings> {
        Arc::clone(&self.known.read())
    }

    /// Takes the settings over unless newer ones are known.
    pub fn set(&self, settings: ShopSettings) {
        let mut known = self.known.write();
        if settings.version > known.version {
            *known = Arc::new(settings);
            self.changed.notify_one();
        }
    }
}
