//! Settings of this service. Those that administrators can change later ([`crate::shop::settings`]) are defaults of a new shop: the
//! first start writes them to the database, and from then on the database values apply.

use std::time::Duration;

use waybill_primitives::is_text_control;

use waybill_service_kit::settings::SettingType;

use crate::base::file_types::FileTypes;

/// See [`Settings::max_file_size`].
pub const MAX_FILE_BYTES: i64 = 5 * 1024 * 1024;
/// See [`Settings::upload_quota`].
pub const UPLOAD_QUOTA: u64 = 4 * 1024 * 1024 * 1024;

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
        /// Bytes of one file in a new shop; afterwards the administrator's settings rule.
        pub max_file_size: u64 = "WAYBILL_MAX_FILE_SIZE", default "5242880", range 1024..=104_857_600;
        /// Types of files that a new shop takes, by content, separated by commas; afterwards the administrator's settings rule.
        pub allowed_file_types: FileTypes = "WAYBILL_ALLOWED_FILE_TYPES", default "JPEG,PNG,GIF,WEBP,MP4,PDF";
        /// Folder for files during upload and pictures during processing. Without it: `.spool` in the folder of the files, or
        /// `waybill-spool` in the system's temporary folder if there is none.
        pub files_spool: Option<String> = "WAYBILL_FILES_SPOOL";
        /// Bytes of files that one user may upload in an hour, to one process. Guests and customers of unpaid orders: a sixteenth of it,
        /// all of one address together.
        pub upload_quota: u64 = "WAYBILL_UPLOAD_QUOTA", default "4294967296", range 1_048_576..=1_099_511_627_776;
        /// Downloads are redirected to the storage by a link that expires, if the storage supports it. Off: all downloads go through the
        /// gateway, for a storage that clients cannot reach.
        pub files_redirect: bool = "WAYBILL_FILES_REDIRECT", default "on";
    }
}

impl SettingType for FileTypes {
    type Known = Self;
    const KIND: &'static str = "names of types, separated by commas";
    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|error| format!("each {error}, separated by commas"))
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

fn long_enough(expiry: &Duration) -> Result<(), String> {
    if *expiry < Duration::from_secs(1) {
        return Err("must be at least 1s".to_owned());
    }
    Ok(())
}

fn shop_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.chars().count() > 100 || name.contains(is_text_control) {
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
            max_file_size: MAX_FILE_BYTES.unsigned_abs(),
            allowed_file_types: FileTypes::all(),
            files_spool: None,
            files_redirect: true,
            upload_quota: UPLOAD_QUOTA,
        }
    }
}
