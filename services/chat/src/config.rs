//! The settings of this service.

use std::time::Duration;

use waybill_service_kit::settings;

settings! {
    /// Chat
    pub struct Settings {
        /// How long a call waits for the order service when a conversation is not known here yet.
        pub order_timeout: Duration = "WAYBILL_CHAT_ORDER_TIMEOUT", default "3s", check order_timeout;
    }
}

fn order_timeout(timeout: &Duration) -> Result<(), String> {
    let good = (Duration::from_millis(100)..=Duration::from_secs(30)).contains(timeout);
    good.then_some(())
        .ok_or_else(|| "must lie between 100ms and 30s".to_owned())
}
