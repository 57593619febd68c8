//! The shop and its settings.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::order as pb;

use super::{
    products::MAX_UNITS,
    read_only::with_read_only,
    rules::{currency_code_if_given, not_blank_if_given},
};

/// What everybody may know of the shop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shop {
    #[schema(example = "Waybill")]
    pub name: String,
    /// ISO 4217; of all prices.
    #[schema(example = "USD")]
    pub currency: String,
}

impl From<pb::ShopSettings> for Shop {
    fn from(settings: pb::ShopSettings) -> Self {
        Self {
            name: settings.shop_name,
            currency: settings.currency,
        }
    }
}

const DAY: i64 = 24 * 3600;

with_read_only! {
    /// Settings that are not given stay as they are. All of them can be sent back as they were read.
    #[derive(Debug, Deserialize, ToSchema, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(example = json!({"shopName": "Corner Shop", "goodsExpirySeconds": 3600, "commissionBasisPoints": 1500}))]
    pub struct ShopSettingsPatch {
        #[garde(custom(not_blank_if_given), length(chars, max = 100))]
        pub shop_name: Option<String>,
        #[garde(custom(currency_code_if_given))]
        #[schema(pattern = "^[A-Z]{3}$")]
        pub currency: Option<String>,
        #[garde(range(min = 1, max = 90 * DAY))]
        #[schema(minimum = 1, maximum = 7_776_000)]
        pub goods_expiry_seconds: Option<i64>,
        #[garde(range(min = 1, max = 90 * DAY))]
        #[schema(minimum = 1, maximum = 7_776_000)]
        pub service_expiry_seconds: Option<i64>,
        #[garde(range(min = 1, max = 90 * DAY))]
        #[schema(minimum = 1, maximum = 7_776_000)]
        pub mixed_expiry_seconds: Option<i64>,
        #[garde(range(min = 0, max = DAY))]
        #[schema(minimum = 0, maximum = 86_400)]
        pub payment_window_seconds: Option<i64>,
        #[garde(range(min = 0, max = 10_000))]
        #[schema(minimum = 0, maximum = 10_000)]
        pub commission_basis_points: Option<i32>,
        #[garde(range(min = 0, max = 10_000))]
        #[schema(minimum = 0, maximum = 10_000)]
        pub max_open_orders_per_worker: Option<i32>,
        #[garde(range(min = 1, max = 100))]
        #[schema(minimum = 1, maximum = 100)]
        pub max_order_lines: Option<i32>,
        /// 1 KiB to 100 MiB.
        #[garde(range(min = 1024, max = 100 * 1024 * 1024))]
        #[schema(minimum = 1024, maximum = 104_857_600)]
        pub max_file_bytes: Option<i64>,
        #[garde(range(min = 1, max = 1000))]
        #[schema(minimum = 1, maximum = 1000)]
        pub max_files_per_order: Option<i32>,
        #[garde(range(min = 60, max = 365 * DAY))]
        #[schema(minimum = 60, maximum = 31_536_000)]
        pub cart_lifetime_seconds: Option<i64>,
        #[garde(range(min = 0, max = MAX_UNITS))]
        #[schema(minimum = 0, maximum = 1_000_000_000)]
        pub low_stock_threshold: Option<i64>,
        /// As last read; a stale one is refused with `VERSION_CONFLICT`.
        #[garde(range(min = 1))]
        pub version: Option<i64>,
    }

    read_only { updated_at }
}

impl ShopSettingsPatch {
    /// `version` is what the request asks for, by header or field.
    pub fn into_request(self, version: Option<i64>) -> pb::UpdateSettingsRequest {
        pb::UpdateSettingsRequest {
            shop_name: self.shop_name,
            currency: self.currency,
            goods_expiry_seconds: self.goods_expiry_seconds,
            service_expiry_seconds: self.service_expiry_seconds,
            mixed_expiry_seconds: self.mixed_expiry_seconds,
            payment_window_seconds: self.payment_window_seconds,
            commission_basis_points: self.commission_basis_points,
            max_open_orders_per_worker: self.max_open_orders_per_worker,
            max_order_lines: self.max_order_lines,
            max_file_bytes: self.max_file_bytes,
            max_files_per_order: self.max_files_per_order,
            cart_lifetime_seconds: self.cart_lifetime_seconds,
            low_stock_threshold: self.low_stock_threshold,
            version,
        }
    }
}
