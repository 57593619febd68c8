//! The catalogue.

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use waybill_primitives::Money;
use waybill_proto::order::{self as pb, ProductKind};

use super::{
    given, number,
    read_only::with_read_only,
    rules::{not_blank, not_blank_if_given, not_zero},
};

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
    // The order service knows the currency and the limits.
    #[garde(skip)]
    pub price: Money,
    /// Unique; made up if not given.
    #[garde(custom(not_blank_if_given), length(chars, max = 64))]
    pub sku: Option<String>,
    /// Id, slug or name of a category. A name that is not there yet makes a new one; empty text stands for none.
    #[garde(length(chars, max = 110))]
    #[serde(alias = "categoryId")]
    pub category: Option<String>,
    /// Opening stock of goods.
    #[garde(range(min = 0, max = MAX_UNITS))]
    pub stock: Option<i64>,
    /// Of goods: a warning comes when fewer units than this can be ordered. The shop's threshold if not given.
    #[garde(range(min = 0, max = MAX_UNITS))]
    pub low_stock_threshold: Option<i64>,
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
            price: Some(new.price),
            category: new.category.unwrap_or_default(),
            stock: new.stock.unwrap_or(0),
            active: new.active,
            low_stock_threshold: new.low_stock_threshold,
        }
    }
}

with_read_only! {
    /// Replaces what can be changed. The kind stays; stock has a route of its own. A product can be sent back as it was read.
    #[derive(Debug, Deserialize, ToSchema, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(example = json!({"name": "Enamel mug", "description": "Holds 400 ml.", "price": {"amount": 1350, "currency": "USD"}, "sku": "MUG-01", "category": "Kitchen", "active": true, "version": 1}))]
    pub struct ProductPut {
        #[garde(custom(not_blank), length(chars, max = 200))]
        pub name: String,
        #[garde(length(chars, max = 10_000))]
        pub description: Option<String>,
        #[garde(skip)]
        pub price: Money,
        #[garde(custom(not_blank_if_given), length(chars, max = 64))]
        pub sku: Option<String>,
        /// Id, slug or name of a category. A name that is not there yet makes a new one; empty text stands for none.
        #[garde(inner(inner(length(chars, max = 110))))]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<String>)]
        pub category: Option<Option<String>>,
        /// As `category`. If both are given, as in a product that was read, the one that differs from the product's counts.
        #[garde(inner(inner(length(chars, max = 110))))]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<String>)]
        pub category_id: Option<Option<String>>,
        /// The shop's threshold if not given.
        #[garde(range(min = 0, max = MAX_UNITS))]
        pub low_stock_threshold: Option<i64>,
        #[garde(skip)]
        pub active: Option<bool>,
        /// The one that it has: it never changes.
        #[garde(skip)]
        pub kind: Option<ProductKind>,
        /// Of goods: what shall be on hand, as an adjustment in the ledger. Stays if not given.
        #[garde(range(min = 0, max = MAX_UNITS))]
        pub stock: Option<i64>,
        /// As last read; a stale one is refused with `VERSION_CONFLICT`.
        #[garde(range(min = 1))]
        pub version: Option<i64>,
    }

    read_only { id, images, available, on_hand, reserved, created_at, updated_at }
}

impl ProductPut {
    /// What the category is called, as far as it is called anything.
    pub fn categories(&mut self) -> Categories {
        // A replacement without a category takes it away, and so does null.
        let text = |field: Option<Option<String>>| field.map(Option::unwrap_or_default);
        match (text(self.category.take()), text(self.category_id.take())) {
            (None, None) => Categories::One(Some(String::new())),
            (Some(category), Some(id)) => Categories::Two { category, id },
            (one, other) => Categories::One(one.or(other)),
        }
    }
}

impl From<ProductPut> for ProductPatch {
    /// What a replacement leaves out becomes empty; the SKU, which cannot be empty, stays. The category is not in it.
    fn from(put: ProductPut) -> Self {
        Self {
            name: Some(put.name),
            description: Some(put.description.unwrap_or_default()),
            price: Some(put.price),
            sku: put.sku,
            low_stock_threshold: Some(put.low_stock_threshold),
            active: Some(put.active.unwrap_or(true)),
            kind: put.kind,
            stock: put.stock,
            version: put.version,
            ..Self::default()
        }
    }
}

with_read_only! {
    /// Fields that are not given stay as they are. A product can be sent back as it was read.
    #[derive(Debug, Default, Deserialize, ToSchema, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(example = json!({"price": {"amount": 1350, "currency": "USD"}, "version": 1}))]
    pub struct ProductPatch {
        #[garde(custom(not_blank_if_given), length(chars, max = 200))]
        pub name: Option<String>,
        #[garde(length(chars, max = 10_000))]
        pub description: Option<String>,
        #[garde(skip)]
        pub price: Option<Money>,
        #[garde(custom(not_blank_if_given), length(chars, max = 64))]
        pub sku: Option<String>,
        /// Id, slug or name of a category. A name that is not there yet makes a new one; empty text stands for none.
        #[garde(length(chars, max = 110))]
        pub category: Option<String>,
        /// As `category`. If both are given, as in a product that was read, the one that differs from the product's counts.
        #[garde(length(chars, max = 110))]
        pub category_id: Option<String>,
        /// Null: the shop's threshold again.
        #[garde(inner(range(min = 0, max = MAX_UNITS)))]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<i64>)]
        pub low_stock_threshold: Option<Option<i64>>,
        #[garde(skip)]
        pub active: Option<bool>,
        /// The one that it has: it never changes.
        #[garde(skip)]
        pub kind: Option<ProductKind>,
        /// Of goods: what shall be on hand, as an adjustment in the ledger.
        #[garde(range(min = 0, max = MAX_UNITS))]
        pub stock: Option<i64>,
        /// As last read; a stale one is refused with `VERSION_CONFLICT`.
        #[garde(range(min = 1))]
        pub version: Option<i64>,
    }

    read_only { id, images, available, on_hand, reserved, created_at, updated_at }
}

/// What a change calls the category of a product.
#[derive(Debug)]
pub enum Categories {
    /// Id, slug or name, empty for none; not given, it stays.
    One(Option<String>),
    /// By both fields.
    Two { category: String, id: String },
}

impl ProductPatch {
    /// What the category is called, as far as it is called anything.
    pub fn categories(&mut self) -> Categories {
        match (self.category.take(), self.category_id.take()) {
            (Some(category), Some(id)) => Categories::Two { category, id },
            (one, other) => Categories::One(one.or(other)),
        }
    }

    /// `category` and `version` are what the request asks for: by whichever field, by header or field.
    pub fn into_request(
        self,
        id: String,
        category: Option<String>,
        version: Option<i64>,
    ) -> pb::UpdateProductRequest {
        pb::UpdateProductRequest {
            id,
            sku: self.sku,
            name: self.name,
            description: self.description,
            price: self.price,
            category,
            active: self.active,
            version,
            low_stock_threshold: self.low_stock_threshold.map(|units| units.unwrap_or(-1)),
            kind: number(self.kind),
            stock: self.stock,
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
    #[garde(length(chars, max = 255))]
    #[schema(max_length = 255)]
    pub reason: Option<String>,
    /// Of the product, as last read; a stale one is refused with `VERSION_CONFLICT`.
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}
