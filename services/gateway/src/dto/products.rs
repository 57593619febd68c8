//! The catalogue.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::order as pb;

use super::{
    Money, ProductKind, filled, moment, money,
    rules::{not_blank, not_blank_if_given, not_zero},
};

/// A picture of a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductImage {
    pub url: String,
    pub thumbnail_url: String,
}

/// Goods or a service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    #[schema(example = "MUG-01")]
    pub sku: String,
    #[schema(example = "Enamel mug")]
    pub name: String,
    pub description: String,
    #[schema(value_type = ProductKind)]
    pub kind: &'static str,
    pub price: Money,
    /// The category's name.
    #[schema(required)]
    pub category: Option<String>,
    /// Null until categories have entries of their own.
    #[schema(required)]
    pub category_id: Option<String>,
    pub images: Vec<ProductImage>,
    /// Units that can be ordered now; null for services, which have no stock.
    #[schema(required)]
    pub available: Option<i64>,
    /// False once archived: it can no longer be ordered.
    pub active: bool,
    /// Units in the store; administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<i64>,
    /// Units held for orders that are not yet paid; administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<i64>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<pb::Product> for Product {
    fn from(product: pb::Product) -> Self {
        Self {
            kind: ProductKind::text(product.kind),
            id: product.id,
            sku: product.sku,
            name: product.name,
            description: product.description,
            price: money(product.price),
            category: filled(product.category),
            category_id: None,
            images: Vec::new(),
            available: product.available,
            active: product.active,
            on_hand: product.on_hand,
            reserved: product.reserved,
            version: product.version,
            created_at: moment(product.created_at),
            updated_at: moment(product.updated_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Enamel mug", "description": "Holds 350 ml.", "kind": "GOODS", "price": {"amount": 1250, "currency": "USD"}, "sku": "MUG-01", "category": "Kitchen", "stock": 40}))]
pub struct NewProduct {
    #[garde(custom(not_blank), length(chars, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[garde(length(chars, max = 10_000))]
    pub description: Option<String>,
    #[garde(skip)]
    pub kind: ProductKind,
    #[garde(dive)]
    pub price: Money,
    /// Unique; made up if not given.
    #[garde(custom(not_blank_if_given), length(chars, max = 64))]
    pub sku: Option<String>,
    #[garde(length(chars, max = 100))]
    pub category: Option<String>,
    /// Opening stock of goods.
    #[garde(range(min = 0, max = MAX_UNITS))]
    pub stock: Option<i64>,
    /// True if not given.
    #[garde(skip)]
    pub active: Option<bool>,
}

/// The most units that one request may name.
pub const MAX_UNITS: i64 = 1_000_000_000;

impl From<NewProduct> for pb::CreateProductRequest {
    fn from(new: NewProduct) -> Self {
        Self {
            sku: new.sku.unwrap_or_default(),
            name: new.name,
            description: new.description.unwrap_or_default(),
            kind: new.kind.into(),
            price: Some(new.price.into()),
            category: new.category.unwrap_or_default(),
            stock: new.stock.unwrap_or(0),
            active: new.active,
        }
    }
}

/// Replaces what can be changed. The kind stays; stock has a route of its own.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Enamel mug", "description": "Holds 400 ml.", "price": {"amount": 1350, "currency": "USD"}, "sku": "MUG-01", "category": "Kitchen", "active": true, "version": 1}))]
pub struct ProductPut {
    #[garde(custom(not_blank), length(chars, max = 200))]
    pub name: String,
    #[garde(length(chars, max = 10_000))]
    pub description: Option<String>,
    #[garde(dive)]
    pub price: Money,
    #[garde(custom(not_blank_if_given), length(chars, max = 64))]
    pub sku: Option<String>,
    #[garde(length(chars, max = 100))]
    pub category: Option<String>,
    #[garde(skip)]
    pub active: Option<bool>,
    /// As last read; a stale one is refused with `VERSION_CONFLICT`.
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

impl From<ProductPut> for ProductPatch {
    /// What a replacement leaves out becomes empty; the SKU, which cannot be empty, stays.
    fn from(put: ProductPut) -> Self {
        Self {
            name: Some(put.name),
            description: Some(put.description.unwrap_or_default()),
            price: Some(put.price),
            sku: put.sku,
            category: Some(put.category.unwrap_or_default()),
            active: Some(put.active.unwrap_or(true)),
            version: put.version,
        }
    }
}

/// Fields that are not given stay as they are.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"price": {"amount": 1350, "currency": "USD"}, "version": 1}))]
pub struct ProductPatch {
    #[garde(custom(not_blank_if_given), length(chars, max = 200))]
    pub name: Option<String>,
    #[garde(length(chars, max = 10_000))]
    pub description: Option<String>,
    #[garde(dive)]
    pub price: Option<Money>,
    #[garde(custom(not_blank_if_given), length(chars, max = 64))]
    pub sku: Option<String>,
    #[garde(length(chars, max = 100))]
    pub category: Option<String>,
    #[garde(skip)]
    pub active: Option<bool>,
    /// As last read; a stale one is refused with `VERSION_CONFLICT`.
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

impl ProductPatch {
    /// `version` is what the request asks for, by header or field.
    pub fn into_request(self, id: String, version: Option<i64>) -> pb::UpdateProductRequest {
        pb::UpdateProductRequest {
            id,
            sku: self.sku,
            name: self.name,
            description: self.description,
            price: self.price.map(Into::into),
            category: self.category,
            active: self.active,
            version,
        }
    }
}

/// A body with nothing but the version as last read.
#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"version": 1}))]
pub struct Versioned {
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"delta": 25, "reason": "Delivery"}))]
pub struct StockAdjustment {
    /// Units to add, or to take away if negative; never below what is reserved.
    #[garde(range(min = -MAX_UNITS, max = MAX_UNITS), custom(not_zero))]
    pub delta: i64,
    #[garde(custom(not_blank), length(chars, max = 200))]
    pub reason: String,
}
