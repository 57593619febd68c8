//! Settings of this service.

use std::time::Duration;

waybill_service_kit::settings! {
    /// Orders
    pub struct Settings {
        /// How long an order may stay unpaid before it expires and gives its stock back.
        pub order_expiry: Duration = "WAYBILL_ORDER_EXPIRY", default "30m", check long_enough;
    }
}

fn long_enough(expiry: &Duration) -> Result<(), String> {
    if *expiry < Duration::from_secs(1) {
        return Err("must be at least 1s".to_owned());
    }
    Ok(())
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            order_expiry: Duration::from_mins(30),
        }
    }
}
