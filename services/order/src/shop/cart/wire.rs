//! Carts as messages.

use waybill_proto::order as pb;

use super::domain::{Change, ShownItem, View};
use crate::shop::settings::domain::ShopSettings;

pub fn cart(view: &View, shop: &ShopSettings) -> pb::Cart {
    let touched = view.updated_at;
    pb::Cart {
        items: view.items.iter().map(item).collect(),
        left_out: view.left_out.iter().map(item).collect(),
        subtotal: Some(view.subtotal),
        version: view.version,
        updated_at: touched,
        expires_at: touched.map(|touched| touched.plus(shop.cart_lifetime())),
        changed: view.changed(),
    }
}

fn item(item: &ShownItem) -> pb::CartItem {
    pb::CartItem {
        product_id: item.product_id.to_string(),
        name: item.name.clone(),
        kind: item.kind.into(),
        quantity: item.quantity,
        unit_price: Some(item.unit_price),
        line_total: Some(item.line_total),
        available: item.available,
        changes: item.changes.iter().map(change).collect(),
    }
}

fn change(change: &Change) -> pb::CartChange {
    pb::CartChange {
        code: change.code.into(),
        message: change.message.clone(),
        previous_price: change.previous_price,
        previous_quantity: change.previous_quantity,
    }
}
