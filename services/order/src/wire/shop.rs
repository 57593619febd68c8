//! The shop's settings and shipments as messages.

use waybill_primitives::non_empty;
use waybill_proto::order as pb;

use crate::{fulfilment::shipments::domain::Shipment, shop::settings::domain::ShopSettings};

pub fn shipment(shipment: &Shipment) -> pb::Shipment {
    let lines = shipment.lines.iter().map(|line| pb::ShipmentLine {
        product_id: line.product_id.to_string(),
        name: line.name.clone(),
        quantity: line.quantity,
    });
    pb::Shipment {
        id: shipment.id.to_string(),
        order_id: shipment.order_id.to_string(),
        state: shipment.state.into(),
        carrier: non_empty(shipment.carrier.as_str()),
        tracking_number: non_empty(shipment.tracking_number.as_str()),
        tracking_url: non_empty(shipment.tracking_url.as_str()),
        lines: lines.collect(),
        note: non_empty(shipment.note.as_str()),
        shipped_at: shipment.shipped_at,
        delivered_at: shipment.delivered_at,
        version: shipment.version,
        created_at: Some(shipment.created_at),
        updated_at: Some(shipment.updated_at),
    }
}

/// The settings as messages have them; what is beyond a field's range is its end.
pub fn shop_settings(shop: &ShopSettings) -> pb::ShopSettings {
    let number = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    pb::ShopSettings {
        shop_name: shop.shop_name.clone(),
        currency: shop.currency.as_str().to_owned(),
        goods_expiry_seconds: shop.goods_expiry,
        service_expiry_seconds: shop.service_expiry,
        mixed_expiry_seconds: shop.mixed_expiry,
        payment_window_seconds: shop.payment_window,
        commission_basis_points: number(shop.commission_basis_points),
        max_open_orders_per_worker: number(shop.max_open_orders_per_worker),
        max_order_lines: number(shop.max_order_lines),
        max_file_bytes: shop.max_file_bytes,
        max_files_per_order: number(shop.max_files_per_order),
        cart_lifetime_seconds: shop.cart_lifetime,
        low_stock_threshold: shop.low_stock_threshold,
        version: shop.version,
        updated_at: Some(shop.updated_at),
    }
}
