//! This process's copy of the current settings.

use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::Notify;

use super::domain::ShopSettings;

/// As last read from the database.
#[derive(Debug)]
pub struct CurrentSettings {
    known: RwLock<Arc<ShopSettings>>,
    /// Notified when they have changed.
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

    /// Replaces the settings unless the copy is newer.
    pub fn set(&self, settings: ShopSettings) {
        let mut known = self.known.write();
        if settings.version > known.version {
            *known = Arc::new(settings);
            self.changed.notify_one();
        }
    }
}
