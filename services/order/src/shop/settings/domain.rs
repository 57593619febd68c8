//! The shop's settings and their rules. Pure.

use std::time::Duration;

use serde_json::{Map, Value, json};
use waybill_primitives::{Currency, FieldErrors, Timestamp};
use waybill_proto::order as pb;

use crate::{base::file_types::FileTypes, config::MAX_FILE_BYTES};

pub use super::entity::Model as ShopSettings;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// How long an order of a new shop waits for a payment by bank transfer or in cash, in seconds.
pub const MANUAL_PAYMENT_WINDOW: i64 = 7 * DAY;
/// The id of the only row.
pub const THE_ROW: i32 = 1;

/// Converts a duration, which is never negative.
pub const fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds.unsigned_abs())
}

impl ShopSettings {
    /// The defaults of a new shop.
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
            manual_payment_window: MANUAL_PAYMENT_WINDOW,
            commission_basis_points: 2_000,
            max_open_orders_per_worker: 0,
            max_order_lines: 100,
            max_file_bytes: MAX_FILE_BYTES,
            allowed_file_types: FileTypes::all(),
            max_files_per_order: 50,
            cart_lifetime: 30 * DAY,
            low_stock_threshold: 5,
            free_orders: false,
            completion_without_approval: false,
            legal_name: String::new(),
            address: String::new(),
            tax_id: String::new(),
            billing_email: String::new(),
            invoice_note: String::new(),
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

    pub const fn manual_payment_window(&self) -> Duration {
        seconds(self.manual_payment_window)
    }

    pub const fn cart_lifetime(&self) -> Duration {
        seconds(self.cart_lifetime)
    }

    /// The most lines of one order.
    pub fn max_lines(&self) -> usize {
        usize::try_from(self.max_order_lines).unwrap_or(0)
    }

    /// The next version with the patch applied; none if nothing changes. Reports all errors at once.
    pub fn patched(
        &self,
        patch: &SettingsPatch,
        now: Timestamp,
    ) -> Result<Option<Self>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut next = self.clone();
        if let Some(name) = &patch.shop_name {
            next.shop_name =
                errors.required_line("shopName", name, pb::ShopSettings::MAX_SHOP_NAME);
        }
        if let Some(code) = &patch.currency {
            match code.parse() {
                Ok(currency) => next.currency = currency,
                Err(_) => errors.add("currency", "must be an ISO 4217 code such as EUR"),
            }
        }
        macro_rules! numbers {
            ($($field:literal: $place:ident in $min:ident..$max:ident;)+) => {$(
                if let Some(number) = patch.$place {
                    let (min, max) = (pb::ShopSettings::$min, pb::ShopSettings::$max);
                    errors.number($field, number, min.into(), max.into());
                    next.$place = number;
                }
            )+};
        }
        numbers! {
            "goodsExpirySeconds": goods_expiry in MIN_GOODS_EXPIRY_SECONDS..MAX_GOODS_EXPIRY_SECONDS;
            "serviceExpirySeconds": service_expiry in MIN_SERVICE_EXPIRY_SECONDS..MAX_SERVICE_EXPIRY_SECONDS;
            "mixedExpirySeconds": mixed_expiry in MIN_MIXED_EXPIRY_SECONDS..MAX_MIXED_EXPIRY_SECONDS;
            "paymentWindowSeconds": payment_window in MIN_PAYMENT_WINDOW_SECONDS..MAX_PAYMENT_WINDOW_SECONDS;
            "manualPaymentWindowSeconds": manual_payment_window in MIN_MANUAL_PAYMENT_WINDOW_SECONDS..MAX_MANUAL_PAYMENT_WINDOW_SECONDS;
            "cartLifetimeSeconds": cart_lifetime in MIN_CART_LIFETIME_SECONDS..MAX_CART_LIFETIME_SECONDS;
            "commissionBasisPoints": commission_basis_points in MIN_COMMISSION_BASIS_POINTS..MAX_COMMISSION_BASIS_POINTS;
            "maxOpenOrdersPerWorker": max_open_orders_per_worker in MIN_MAX_OPEN_ORDERS_PER_WORKER..MAX_MAX_OPEN_ORDERS_PER_WORKER;
            "maxOrderLines": max_order_lines in MIN_MAX_ORDER_LINES..MAX_MAX_ORDER_LINES;
            "maxFilesPerOrder": max_files_per_order in MIN_MAX_FILES_PER_ORDER..MAX_MAX_FILES_PER_ORDER;
            "maxFileBytes": max_file_bytes in MIN_MAX_FILE_BYTES..MAX_MAX_FILE_BYTES;
            "lowStockThreshold": low_stock_threshold in MIN_LOW_STOCK_THRESHOLD..MAX_LOW_STOCK_THRESHOLD;
        }
        if let Some(types) = &patch.allowed_file_types {
            if types.as_slice().is_empty() {
                errors.add("allowedFileTypes", "must have at least one entry");
            }
            next.allowed_file_types = types.clone();
        }
        next.take_seller(patch, &mut errors);
        next.free_orders = patch.free_orders.unwrap_or(next.free_orders);
        next.completion_without_approval = patch
            .completion_without_approval
            .unwrap_or(next.completion_without_approval);
        if next == *self {
            return errors.or(None);
        }
        next.version += 1;
        next.updated_at = now;
        errors.or(Some(next))
    }

    /// The seller on invoices from now on; an empty text clears a part of it.
    fn take_seller(&mut self, patch: &SettingsPatch, errors: &mut FieldErrors) {
        type Pb = pb::ShopSettings;
        if let Some(name) = &patch.legal_name {
            self.legal_name = errors.line("legalName", name, Pb::MAX_LEGAL_NAME);
        }
        if let Some(address) = &patch.address {
            self.address = errors.paragraph("address", address, Pb::MAX_ADDRESS);
        }
        if let Some(id) = &patch.tax_id {
            self.tax_id = errors.line("taxId", id, Pb::MAX_TAX_ID);
        }
        if let Some(email) = &patch.billing_email {
            self.billing_email = errors.line("billingEmail", email, Pb::MAX_BILLING_EMAIL);
        }
        if let Some(note) = &patch.invoice_note {
            self.invoice_note = errors.paragraph("invoiceNote", note, Pb::MAX_INVOICE_NOTE);
        }
    }

    /// The differing values of both, with the API's field names.
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

    fn named(&self) -> [(&'static str, Value); 22] {
        [
            ("shopName", json!(self.shop_name)),
            ("currency", json!(self.currency.as_str())),
            ("goodsExpirySeconds", json!(self.goods_expiry)),
            ("serviceExpirySeconds", json!(self.service_expiry)),
            ("mixedExpirySeconds", json!(self.mixed_expiry)),
            ("paymentWindowSeconds", json!(self.payment_window)),
            (
                "manualPaymentWindowSeconds",
                json!(self.manual_payment_window),
            ),
            ("commissionBasisPoints", json!(self.commission_basis_points)),
            (
                "maxOpenOrdersPerWorker",
                json!(self.max_open_orders_per_worker),
            ),
            ("maxOrderLines", json!(self.max_order_lines)),
            ("maxFileBytes", json!(self.max_file_bytes)),
            (
                "allowedFileTypes",
                json!(self.allowed_file_types.as_slice()),
            ),
            ("maxFilesPerOrder", json!(self.max_files_per_order)),
            ("cartLifetimeSeconds", json!(self.cart_lifetime)),
            ("lowStockThreshold", json!(self.low_stock_threshold)),
            ("freeOrders", json!(self.free_orders)),
            (
                "completionWithoutApproval",
                json!(self.completion_without_approval),
            ),
            ("legalName", json!(self.legal_name)),
            ("address", json!(self.address)),
            ("taxId", json!(self.tax_id)),
            ("billingEmail", json!(self.billing_email)),
            ("invoiceNote", json!(self.invoice_note)),
        ]
    }
}

/// Changes by an administrator. Times in seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsPatch {
    pub shop_name: Option<String>,
    pub currency: Option<String>,
    pub goods_expiry: Option<i64>,
    pub service_expiry: Option<i64>,
    pub mixed_expiry: Option<i64>,
    pub payment_window: Option<i64>,
    pub manual_payment_window: Option<i64>,
    pub commission_basis_points: Option<i64>,
    pub max_open_orders_per_worker: Option<i64>,
    pub max_order_lines: Option<i64>,
    pub max_file_bytes: Option<i64>,
    pub max_files_per_order: Option<i64>,
    pub cart_lifetime: Option<i64>,
    pub low_stock_threshold: Option<i64>,
    pub allowed_file_types: Option<FileTypes>,
    pub free_orders: Option<bool>,
    pub completion_without_approval: Option<bool>,
    /// Of the seller; an empty text clears one.
    pub legal_name: Option<String>,
    pub address: Option<String>,
    pub tax_id: Option<String>,
    pub billing_email: Option<String>,
    pub invoice_note: Option<String>,
}

#[cfg(test)]
mod tests;
