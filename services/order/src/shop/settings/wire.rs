//! The settings as messages.

use waybill_primitives::non_empty;
use waybill_proto::order as pb;

use super::domain::ShopSettings;
use crate::base::file_types::FileTypes;

/// The settings as a message; values beyond a field's range are clamped.
pub fn settings(shop: &ShopSettings) -> pb::ShopSettings {
    let number = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    pb::ShopSettings {
        shop_name: shop.shop_name.clone(),
        currency: shop.currency.as_str().to_owned(),
        goods_expiry_seconds: shop.goods_expiry,
        service_expiry_seconds: shop.service_expiry,
        mixed_expiry_seconds: shop.mixed_expiry,
        payment_window_seconds: shop.payment_window,
        manual_payment_window_seconds: shop.manual_payment_window,
        commission_basis_points: number(shop.commission_basis_points),
        max_open_orders_per_worker: number(shop.max_open_orders_per_worker),
        max_order_lines: number(shop.max_order_lines),
        max_file_bytes: shop.max_file_bytes,
        max_files_per_order: number(shop.max_files_per_order),
        cart_lifetime_seconds: shop.cart_lifetime,
        low_stock_threshold: shop.low_stock_threshold,
        allowed_file_types: types(&shop.allowed_file_types),
        free_orders: shop.free_orders,
        completion_without_approval: shop.completion_without_approval,
        legal_name: non_empty(shop.legal_name.as_str()),
        address: non_empty(shop.address.as_str()),
        tax_id: non_empty(shop.tax_id.as_str()),
        billing_email: non_empty(shop.billing_email.as_str()),
        invoice_note: non_empty(shop.invoice_note.as_str()),
        version: shop.version,
        updated_at: Some(shop.updated_at),
    }
}

fn types(types: &FileTypes) -> Vec<i32> {
    let types = types.as_slice().iter();
    types.map(|kind| (*kind).into()).collect()
}
