//! What an administrator can set while the shop is open. Pure.

use std::time::Duration;

use serde_json::{Map, Value, json};
use waybill_primitives::{Currency, FieldErrors, Timestamp};

pub use super::entity::Model as ShopSettings;
use crate::base::fields::MAX_UNITS;

/// Longest name of a shop, in characters.
pub const MAX_SHOP_NAME: usize = 100;
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// An order may wait this long for its money, in seconds.
pub const EXPIRY_SECONDS: (i64, i64) = (1, 90 * DAY);
/// How long a begun payment keeps an order, in seconds; 0: it does not.
pub const PAYMENT_WINDOW_SECONDS: (i64, i64) = (0, DAY);
/// All of it.
pub const MAX_COMMISSION: i64 = 10_000;
/// The most orders that a worker's limit may name.
pub const MAX_OPEN_ORDERS: i64 = 10_000;
/// The most lines of one order that a shop may allow.
pub const MAX_LINES: usize = 100;
/// From 1 KiB to 100 MiB.
pub const FILE_BYTES: (i64, i64) = (1024, 100 * 1024 * 1024);
/// The most files that an order may have.
pub const MAX_FILES: i64 = 1_000;
/// From a minute to a year, in seconds.
pub const CART_LIFETIME_SECONDS: (i64, i64) = (MINUTE, 365 * DAY);

/// The id of the only row.
pub const THE_ROW: i32 = 1;

/// No amount of time is below 0.
pub const fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds.unsigned_abs())
}

impl ShopSettings {
    /// A shop that nobody has set up yet.
    pub fn initial(currency: Currency, expiry: Duration) -> Self {
        let expiry = i64::try_from(expiry.as_secs()).unwrap_or(i64::MAX);
        Self {
            id: THE_ROW,
            shop_name: "Waybill".to_owned(),
            currency,
            goods_expiry: expiry,
            service_expiry: expiry,
            mixed_expiry: expiry,
            payment_window: expiry.min(30 * MINUTE),
            commission_basis_points: 2_000,
            max_open_orders_per_worker: 0,
            max_order_lines: 100,
            max_file_bytes: 5 * 1024 * 1024,
            max_files_per_order: 50,
            cart_lifetime: 30 * DAY,
            low_stock_threshold: 5,
            version: 1,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// The shortest time that an order may stay unpaid.
    pub fn shortest_expiry(&self) -> Duration {
        let goods_or_service = self.goods_expiry.min(self.service_expiry);
        seconds(goods_or_service.min(self.mixed_expiry))
    }

    pub const fn payment_window(&self) -> Duration {
        seconds(self.payment_window)
    }

    pub const fn cart_lifetime(&self) -> Duration {
        seconds(self.cart_lifetime)
    }

    /// The most lines of one order.
    pub fn max_lines(&self) -> usize {
        usize::try_from(self.max_order_lines).unwrap_or(0)
    }

    /// The next version with what `patch` names; none if that changes nothing. Every error at once.
    pub fn patched(
        &self,
        patch: &SettingsPatch,
        now: Timestamp,
    ) -> Result<Option<Self>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut next = self.clone();
        if let Some(name) = &patch.shop_name {
            next.shop_name = errors.required_line("shopName", name, MAX_SHOP_NAME);
        }
        if let Some(code) = &patch.currency {
            match code.parse() {
                Ok(currency) => next.currency = currency,
                Err(_) => errors.add("currency", "must be an ISO 4217 code such as EUR"),
            }
        }
        let lines = i64::try_from(MAX_LINES).unwrap_or(i64::MAX);
        for (field, number, bounds, place) in [
            (
                "goodsExpirySeconds",
                patch.goods_expiry,
                EXPIRY_SECONDS,
                &mut next.goods_expiry,
            ),
            (
                "serviceExpirySeconds",
                patch.service_expiry,
                EXPIRY_SECONDS,
                &mut next.service_expiry,
            ),
            (
                "mixedExpirySeconds",
                patch.mixed_expiry,
                EXPIRY_SECONDS,
                &mut next.mixed_expiry,
            ),
            (
                "paymentWindowSeconds",
                patch.payment_window,
                PAYMENT_WINDOW_SECONDS,
                &mut next.payment_window,
            ),
            (
                "cartLifetimeSeconds",
                patch.cart_lifetime,
                CART_LIFETIME_SECONDS,
                &mut next.cart_lifetime,
            ),
            (
                "commissionBasisPoints",
                patch.commission_basis_points,
                (0, MAX_COMMISSION),
                &mut next.commission_basis_points,
            ),
            (
                "maxOpenOrdersPerWorker",
                patch.max_open_orders_per_worker,
                (0, MAX_OPEN_ORDERS),
                &mut next.max_open_orders_per_worker,
            ),
            (
                "maxOrderLines",
                patch.max_order_lines,
                (1, lines),
                &mut next.max_order_lines,
            ),
            (
                "maxFilesPerOrder",
                patch.max_files_per_order,
                (1, MAX_FILES),
                &mut next.max_files_per_order,
            ),
            (
                "maxFileBytes",
                patch.max_file_bytes,
                FILE_BYTES,
                &mut next.max_file_bytes,
            ),
            (
                "lowStockThreshold",
                patch.low_stock_threshold,
                (0, MAX_UNITS),
                &mut next.low_stock_threshold,
            ),
        ] {
            let Some(number) = number else { continue };
            errors.number(field, number, bounds.0, bounds.1);
            *place = number;
        }
        if next == *self {
            return errors.or(None);
        }
        next.version += 1;
        next.updated_at = now;
        errors.or(Some(next))
    }

    /// What differs between the two, as each has it, by the API's names.
    pub fn differences(&self, other: &Self) -> (Value, Value) {
        let (mut mine, mut theirs) = (Map::new(), Map::new());
        for ((name, here), (_, there)) in self.named().into_iter().zip(other.named()) {
            if here != there {
                mine.insert(name.to_owned(), here);
                theirs.insert(name.to_owned(), there);
            }
        }
        (Value::Object(mine), Value::Object(theirs))
    }

    fn named(&self) -> [(&'static str, Value); 13] {
        [
            ("shopName", json!(self.shop_name)),
            ("currency", json!(self.currency.as_str())),
            ("goodsExpirySeconds", json!(self.goods_expiry)),
            ("serviceExpirySeconds", json!(self.service_expiry)),
            ("mixedExpirySeconds", json!(self.mixed_expiry)),
            ("paymentWindowSeconds", json!(self.payment_window)),
            ("commissionBasisPoints", json!(self.commission_basis_points)),
            (
                "maxOpenOrdersPerWorker",
                json!(self.max_open_orders_per_worker),
            ),
            ("maxOrderLines", json!(self.max_order_lines)),
            ("maxFileBytes", json!(self.max_file_bytes)),
            ("maxFilesPerOrder", json!(self.max_files_per_order)),
            ("cartLifetimeSeconds", json!(self.cart_lifetime)),
            ("lowStockThreshold", json!(self.low_stock_threshold)),
        ]
    }
}

/// What an administrator wants to be different. Times in seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsPatch {
    pub shop_name: Option<String>,
    pub currency: Option<String>,
    pub goods_expiry: Option<i64>,
    pub service_expiry: Option<i64>,
    pub mixed_expiry: Option<i64>,
    pub payment_window: Option<i64>,
    pub commission_basis_points: Option<i64>,
    pub max_open_orders_per_worker: Option<i64>,
    pub max_order_lines: Option<i64>,
    pub max_file_bytes: Option<i64>,
    pub max_files_per_order: Option<i64>,
    pub cart_lifetime: Option<i64>,
    pub low_stock_threshold: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> ShopSettings {
        ShopSettings::initial(Currency::USD, Duration::from_mins(30))
    }

    #[test]
    fn a_change_is_the_next_version_and_the_same_again_is_none() {
        let now = Timestamp::from_micros(5);
        let patch = SettingsPatch {
            shop_name: Some(" Tea & Co ".into()),
            goods_expiry: Some(60),
            commission_basis_points: Some(1_500),
            ..SettingsPatch::default()
        };
        let next = shop().patched(&patch, now).unwrap().unwrap();
        assert_eq!((next.version, next.updated_at), (2, now));
        assert_eq!(next.shop_name, "Tea & Co");
        assert_eq!(next.goods_expiry, 60);
        assert_eq!(next.service_expiry, shop().service_expiry);
        let (before, after) = shop().differences(&next);
        assert_eq!(
            before,
            json!({"shopName": "Waybill", "goodsExpirySeconds": 1800, "commissionBasisPoints": 2000})
        );
        assert_eq!(
            after,
            json!({"shopName": "Tea & Co", "goodsExpirySeconds": 60, "commissionBasisPoints": 1500})
        );
        assert_eq!(next.patched(&patch, now), Ok(None));
        assert_eq!(next.patched(&SettingsPatch::default(), now), Ok(None));
    }

    #[test]
    fn every_field_has_its_bounds_and_all_faults_are_told_at_once() {
        let below = SettingsPatch {
            shop_name: Some(" ".into()),
            currency: Some("dollars".into()),
            goods_expiry: Some(0),
            service_expiry: Some(-1),
            mixed_expiry: Some(i64::MIN),
            payment_window: Some(-1),
            commission_basis_points: Some(-1),
            max_open_orders_per_worker: Some(-1),
            max_order_lines: Some(0),
            max_file_bytes: Some(1023),
            max_files_per_order: Some(0),
            cart_lifetime: Some(59),
            low_stock_threshold: Some(-1),
        };
        let above = SettingsPatch {
            shop_name: Some("x".repeat(101)),
            currency: Some("US".into()),
            goods_expiry: Some(i64::MAX),
            service_expiry: Some(90 * DAY + 1),
            mixed_expiry: Some(90 * DAY + 1),
            payment_window: Some(DAY + 1),
            commission_basis_points: Some(10_001),
            max_open_orders_per_worker: Some(10_001),
            max_order_lines: Some(101),
            max_file_bytes: Some(i64::MAX),
            max_files_per_order: Some(1_001),
            cart_lifetime: Some(365 * DAY + 1),
            low_stock_threshold: Some(MAX_UNITS + 1),
        };
        for patch in [below, above] {
            let errors = shop().patched(&patch, Timestamp::UNIX_EPOCH).unwrap_err();
            let mut told: Vec<_> = errors.0.iter().map(|f| f.field.as_str()).collect();
            let named = shop().named();
            let mut all: Vec<_> = named.iter().map(|(name, _)| *name).collect();
            told.sort_unstable();
            all.sort_unstable();
            assert_eq!(told, all);
        }
    }
}
