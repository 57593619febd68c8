//! Stock, and products with their stock, as messages.

use waybill_proto::{media, order as pb};

use super::domain::{Level, Movement, Offer};
use crate::shop::products::domain::Image;

/// A product; its stock details only with `stock_parts`.
pub fn product(offer: &Offer, stock_parts: bool) -> pb::Product {
    let product = &offer.product;
    let parts = offer.stock.filter(|_| stock_parts);
    pb::Product {
        id: product.id.to_string(),
        sku: product.sku.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        kind: product.kind.into(),
        price: Some(product.price()),
        category: product.category_id.map(|_| product.category.clone()),
        active: product.active,
        version: product.version,
        created_at: Some(product.created_at),
        updated_at: Some(product.updated_at),
        available: offer.stock.map(Level::available),
        on_hand: parts.map(|level| level.on_hand),
        reserved: parts.map(|level| level.reserved),
        category_id: product.category_id.map(|id| id.to_string()),
        images: product.images().iter().map(image).collect(),
        low_stock_threshold: product.low_stock_threshold.filter(|_| stock_parts),
    }
}

fn image(image: &Image) -> pb::ProductImage {
    pb::ProductImage {
        id: image.id.to_string(),
        alt: image.alt.clone(),
        width: side(image.width),
        height: side(image.height),
        url: media::url(image.id),
        thumbnail_url: media::thumbnail_url(image.id),
    }
}

/// Pixels; always within the range of the field.
fn side(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

pub fn movement(line: &Movement) -> pb::StockMovement {
    pb::StockMovement {
        id: line.id.to_string(),
        product_id: line.product_id.to_string(),
        kind: line.kind.into(),
        on_hand_delta: line.on_hand_delta,
        reserved_delta: line.reserved_delta,
        reason: line.reason.clone(),
        order_id: line.order_id.map(|id| id.to_string()),
        actor_id: line.actor_id.map(|id| id.to_string()),
        at: Some(line.at),
    }
}
