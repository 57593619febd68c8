//! Settings of this service. Those that administrators can change later ([`crate::shop::settings`]) are defaults of a new shop: the
//! first start writes them to the database, and from then on the database values apply.

use std::time::Duration;

waybill_service_kit::settings! {
    /// Orders
    pub struct Settings {
        /// How long an order of a new shop may stay unpaid before it expires and gives its stock back; afterwards the
        /// administrator's settings rule.
        pub order_expiry: Duration = "WAYBILL_ORDER_EXPIRY", default "30m", check long_enough;
        /// The platform's share of a completed order in a new shop, in hundredths of a percent (the worker gets the rest);
        /// afterwards the administrator's settings rule.
        pub commission_basis_points: u32 = "WAYBILL_COMMISSION_BASIS_POINTS", default "2000", range 0..=10_000;
        /// The name of a new shop, in mails and pages; afterwards the administrator's settings rule.
        pub shop_name: String = "WAYBILL_SHOP_NAME", default "Waybill", check shop_name;
        /// Folder for files during upload and pictures during processing. Without it: `.spool` in the folder of the files, or
        /// `waybill-spool` in the system's temporary folder if there is none.
        pub files_spool: Option<String> = "WAYBILL_FILES_SPOOL";
        /// Downloads are redirected to the storage by a link that expires, if the storage supports it. Off: all downloads go through the
        /// gateway, for a storage that clients cannot reach.
        pub files_redirect: bool = "WAYBILL_FILES_REDIRECT", default "on";
    }
}

fn long_enough(expiry: &Duration) -> Result<(), String> {
    if *expiry < Duration::from_secs(1) {
        return Err("must be at least 1s".to_owned());
    }
    Ok(())
}

fn shop_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.chars().count() > 100 || name.contains(char::is_control) {
        return Err("must be 1 to 100 characters, without line breaks".to_owned());
    }
    Ok(())
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            order_expiry: Duration::from_mins(30),
            commission_basis_points: 2_000,
            shop_name: "Waybill".to_owned(),
            files_spool: None,
            files_redirect: true,
        }
    }
}
