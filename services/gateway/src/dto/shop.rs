//! The shop and its settings.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::order as pb;

use super::{
    moment,
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

/// What administrators set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShopSettings {
    #[schema(example = "Waybill")]
    pub shop_name: String,
    /// ISO 4217. It can only change while there are neither products nor orders.
    #[schema(example = "USD")]
    pub currency: String,
    /// How long an order of goods may stay unpaid before it expires.
    pub goods_expiry_seconds: i64,
    /// The same for an order of services.
    pub service_expiry_seconds: i64,
    /// The same for an order of both.
    pub mixed_expiry_seconds: i64,
    /// An order does not expire for this long after a payment was begun.
    pub payment_window_seconds: i64,
    /// The platform's share of a completed order, in hundredths of a percent; the worker gets the rest.
    #[schema(example = 2000)]
    pub commission_basis_points: i32,
    /// Orders that a worker may have at a time; 0: no limit.
    pub max_open_orders_per_worker: i32,
    /// Lines of one order.
    pub max_order_lines: i32,
    /// Bytes of one file.
    pub max_file_bytes: i64,
    /// Files of one order.
    pub max_files_per_order: i32,
    /// A cart that nobody touches is cleaned up after this.
    pub cart_lifetime_seconds: i64,
    /// Below this many units a product counts as low in stock, if it has no threshold of its own.
    pub low_stock_threshold: i64,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

impl From<pb::ShopSettings> for ShopSettings {
    fn from(settings: pb::ShopSettings) -> Self {
        Self {
            shop_name: settings.shop_name,
            currency: settings.currency,
            goods_expiry_seconds: settings.goods_expiry_seconds,
            service_expiry_seconds: settings.service_expiry_seconds,
            mixed_expiry_seconds: settings.mixed_expiry_seconds,
            payment_window_seconds: settings.payment_window_seconds,
            commission_basis_points: settings.commission_basis_points,
            max_open_orders_per_worker: settings.max_open_orders_per_worker,
            max_order_lines: settings.max_order_lines,
            max_file_bytes: settings.max_file_bytes,
            max_files_per_order: settings.max_files_per_order,
            cart_lifetime_seconds: settings.cart_lifetime_seconds,
            low_stock_threshold: settings.low_stock_threshold,
            version: settings.version,
            updated_at: moment(settings.updated_at),
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
