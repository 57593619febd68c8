//! Carts.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::order as pb;

use super::{Money, ProductKind, money, orders::MAX_QUANTITY, time};

/// What somebody has chosen, at the prices of now. It reserves nothing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cart {
    pub items: Vec<CartItem>,
    /// After a merge: what was in the guest's cart and found no room in this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<CartItem>,
    pub subtotal: Money,
    /// At least one line has a change to tell.
    pub changed: bool,
    /// Names what this answer shows; send it as `cartVersion` to order exactly this.
    pub version: i64,
    #[schema(required)]
    pub updated_at: Option<DateTime<Utc>>,
    /// When it is cleaned up if nobody touches it.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CartItem {
    #[schema(value_type = uuid::Uuid)]
    pub product_id: String,
    pub name: String,
    #[schema(value_type = ProductKind)]
    pub kind: &'static str,
    /// What can be ordered now of what was put in.
    pub quantity: i64,
    pub unit_price: Money,
    pub line_total: Money,
    /// Units that can be ordered now; null for services.
    #[schema(required)]
    pub available: Option<i64>,
    /// What has happened since the line was last written; told until it is written again.
    pub changes: Vec<CartChange>,
}

/// Something that the customer should know of a line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CartChange {
    /// `PRICE_CHANGED`, `QUANTITY_REDUCED`, `OUT_OF_STOCK`, `UNAVAILABLE`, `CART_FULL`.
    #[schema(example = "PRICE_CHANGED")]
    pub code: String,
    /// For people.
    pub message: String,
    /// Of `PRICE_CHANGED`.
    #[schema(required)]
    pub previous_price: Option<Money>,
    /// What was put in, where less can be ordered.
    #[schema(required)]
    pub previous_quantity: Option<i64>,
}

impl From<pb::CartChange> for CartChange {
    fn from(change: pb::CartChange) -> Self {
        Self {
            code: change.code,
            message: change.message,
            previous_price: change.previous_price.map(Into::into),
            previous_quantity: (change.previous_quantity > 0).then_some(change.previous_quantity),
        }
    }
}

impl From<pb::CartLine> for CartItem {
    fn from(line: pb::CartLine) -> Self {
        Self {
            kind: ProductKind::text(line.kind),
            product_id: line.product_id,
            name: line.name,
            quantity: line.quantity,
            unit_price: money(line.unit_price),
            line_total: money(line.line_total),
            available: line.available,
            changes: line.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<pb::Cart> for Cart {
    fn from(cart: pb::Cart) -> Self {
        Self {
            items: cart.lines.into_iter().map(Into::into).collect(),
            left_out: cart.left_out.into_iter().map(Into::into).collect(),
            subtotal: money(cart.subtotal),
            changed: cart.changed,
            version: cart.version,
            updated_at: time(cart.updated_at),
            expires_at: time(cart.expires_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"quantity": 2}))]
pub struct CartQuantity {
    /// How many are to be in the cart; a repeat changes nothing.
    #[garde(range(min = 1, max = MAX_QUANTITY))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
}
