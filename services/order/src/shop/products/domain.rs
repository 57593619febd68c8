//! Products and the rules of their fields. Pure.

use std::collections::BTreeSet;

use rand::RngExt as _;
use waybill_primitives::{CategoryId, Currency, FieldErrors, Money, ProductId, Timestamp};
use waybill_proto::order as pb;

pub use super::entity::{Image, Model as Product, ProductKind};
use crate::base::fields::{MAX_UNITS, search_text};

/// Longest SKU, in characters.
pub const MAX_SKU: usize = pb::Product::MAX_SKU;
/// Longest product name.
pub const MAX_NAME: usize = pb::Product::MAX_NAME;
/// Longest name of a category.
pub const MAX_CATEGORY_NAME: usize = pb::Category::MAX_NAME;
/// Maximum quantity of one product in an order.
pub const MAX_QUANTITY: i64 = pb::OrderItem::MAX_QUANTITY;
/// Longest product description.
pub const MAX_DESCRIPTION: usize = pb::Product::MAX_DESCRIPTION;
/// Highest price, in minor units.
pub const MAX_PRICE: i64 = 1_000_000_000_000;
/// Number of characters of a name used for sorting, so that cursors stay short.
const MAX_NAME_KEY: usize = 100;
/// Maximum number of search words of a product, and of characters of a word.
const MAX_WORDS: usize = 200;
const MAX_WORD: usize = 40;

impl Product {
    pub const fn price(&self) -> Money {
        Money::new(self.price, self.currency)
    }

    /// In the order in which they are shown.
    pub fn images(&self) -> &[Image] {
        self.images.as_ref().map_or(&[], |images| images)
    }

    /// In this category.
    pub fn set_category(&mut self, category: Option<InCategory>) {
        self.category_id = category.as_ref().map(|category| category.id);
        self.category = category.map(|category| category.name).unwrap_or_default();
    }

    /// With the derived columns for searches and lists.
    #[must_use]
    pub fn indexed(&self) -> Self {
        Self {
            name_key: search_text(&[&self.name], MAX_NAME_KEY),
            ..self.clone()
        }
    }

    /// Its search words.
    pub fn words(&self) -> BTreeSet<String> {
        index_words(&[&self.sku, &self.name, &self.description])
    }
}

/// The search words of a text: separated by spaces, and their parts between punctuation. Lower case.
pub fn index_words(texts: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for token in texts.iter().flat_map(|text| text.split_whitespace()) {
        let Some(token) = search_word(token) else {
            continue;
        };
        let parts = token.split(|c: char| !c.is_alphanumeric());
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(cut).collect();
        for word in parts.into_iter().chain([token]) {
            if words.len() >= MAX_WORDS {
                return words;
            }
            words.insert(word);
        }
    }
    words
}

/// Normalises a word of a search: lower case, without surrounding punctuation. None if nothing is left.
pub fn search_word(word: &str) -> Option<String> {
    let word = word.to_lowercase();
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    (!word.is_empty()).then(|| cut(word))
}

fn cut(word: &str) -> String {
    word.chars().take(MAX_WORD).collect()
}

/// The category that a product is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InCategory {
    pub id: CategoryId,
    pub name: String,
}

/// A requested product and quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub product_id: ProductId,
    pub quantity: i64,
}

/// The data of a product that placing needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sellable {
    pub name: String,
    pub kind: ProductKind,
    pub price: Money,
    pub active: bool,
}

/// The request for a new product.
#[derive(Debug, Clone)]
pub struct NewProduct {
    pub sku: String,
    pub name: String,
    pub description: String,
    /// Goods if not given.
    pub kind: Option<ProductKind>,
    pub price: Option<Price>,
    /// Id, slug or name.
    pub category: String,
    pub stock: i64,
    pub low_stock_threshold: Option<i64>,
    pub active: bool,
}

/// A requested price.
#[derive(Debug, Clone)]
pub enum Price {
    /// In minor units.
    Exact { amount: i64, currency: String },
    /// A decimal number in the shop's currency, such as `19.99`.
    Decimal(String),
}

/// Fields of a product that change; absent ones stay.
#[derive(Debug, Clone, Default)]
pub struct ProductPatch {
    pub sku: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub price: Option<Price>,
    /// Id, slug or name; empty for none.
    pub category: Option<String>,
    /// The same.
    pub category_id: Option<String>,
    /// Inner none: the shop's threshold.
    pub low_stock_threshold: Option<Option<i64>>,
    pub active: Option<bool>,
    /// Must equal the current kind: a product that changed from goods to a service would leave stock behind.
    pub kind: Option<ProductKind>,
    /// The new units on hand.
    pub stock: Option<i64>,
}

impl NewProduct {
    /// The product and its opening stock, without its category, which must be looked up. An empty SKU gets a generated one.
    pub fn build(self, shop: Currency, now: Timestamp) -> Result<(Product, i64), FieldErrors> {
        let mut errors = FieldErrors::default();
        let sku = if self.sku.trim().is_empty() {
            generated_sku()
        } else {
            checked_sku(&mut errors, &self.sku)
        };
        let name = errors.required_line("name", &self.name, MAX_NAME);
        let description = errors.paragraph("description", &self.description, MAX_DESCRIPTION);
        errors.line("category", &self.category, MAX_CATEGORY_NAME);
        let kind = self.kind.unwrap_or(ProductKind::Goods);
        let price = if let Some(price) = &self.price {
            checked_price(&mut errors, price, shop)
        } else {
            errors.add("price", "is required");
            0
        };
        checked_stock(&mut errors, kind, self.stock);
        checked_threshold(&mut errors, kind, self.low_stock_threshold);
        let product = Product {
            id: ProductId::new(),
            sku,
            name,
            name_key: String::new(),
            description,
            kind,
            price,
            currency: shop,
            category: String::new(),
            active: self.active,
            images: None,
            version: 1,
            created_at: now,
            updated_at: now,
            category_id: None,
            low_stock_threshold: self.low_stock_threshold,
        };
        errors.or((product, self.stock))
    }
}

impl Product {
    /// The category of the change. A product that is sent back as it was read has its category twice, by name and by id: the changed one
    /// counts.
    pub fn asked_category<'a>(&self, patch: &'a ProductPatch) -> Option<&'a str> {
        let (name, id) = (patch.category.as_deref(), patch.category_id.as_deref());
        let (Some(name), Some(id)) = (name, id) else {
            return name.or(id);
        };
        let own_id = self.category_id.map(|id| id.to_string());
        let is_moved = !id.eq_ignore_ascii_case(&own_id.unwrap_or_default());
        let is_renamed = name != self.category;
        Some(if is_renamed && !is_moved { name } else { id })
    }

    /// The product after the change, or none if nothing changes. `category` is the patch's category as found; none if it has none, or if
    /// it was not looked up yet.
    pub fn patched(
        &self,
        patch: &ProductPatch,
        category: Option<Option<InCategory>>,
        shop: Currency,
        now: Timestamp,
    ) -> Result<Option<Self>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut next = self.clone();
        if let Some(sku) = &patch.sku {
            next.sku = checked_sku(&mut errors, sku);
        }
        if let Some(name) = &patch.name {
            next.name = errors.required_line("name", name, MAX_NAME);
        }
        if let Some(text) = &patch.description {
            next.description = errors.paragraph("description", text, MAX_DESCRIPTION);
        }
        if let Some(price) = &patch.price {
            (next.price, next.currency) = (checked_price(&mut errors, price, shop), shop);
        }
        if let Some(text) = self.asked_category(patch) {
            errors.line("category", text, MAX_CATEGORY_NAME);
        }
        if let Some(category) = category {
            next.set_category(category);
        }
        if let Some(threshold) = patch.low_stock_threshold {
            checked_threshold(&mut errors, self.kind, threshold);
            next.low_stock_threshold = threshold;
        }
        if let Some(active) = patch.active {
            next.active = active;
        }
        if patch.kind.is_some_and(|kind| kind != self.kind) {
            errors.add("kind", format!("is {} and cannot change", self.kind));
        }
        if let Some(units) = patch.stock {
            checked_stock(&mut errors, self.kind, units);
        }
        let changed = next != *self;
        next.version += 1;
        next.updated_at = now;
        errors.or(changed.then_some(next))
    }

    /// The product with these pictures.
    #[must_use]
    pub fn with_images(&self, images: Vec<Image>, now: Timestamp) -> Self {
        Self {
            images: (!images.is_empty()).then(|| images.into()),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }

    /// The archived product, or none if it is archived already.
    pub fn archived(&self, now: Timestamp) -> Option<Self> {
        self.active.then(|| Self {
            active: false,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }
}

fn checked_sku(errors: &mut FieldErrors, sku: &str) -> String {
    let sku = errors.required_line("sku", sku, MAX_SKU);
    let well_formed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !sku.chars().all(well_formed) {
        errors.add(
            "sku",
            "may contain letters, digits, '-', '_', '.' and '/' only",
        );
    }
    sku
}

fn checked_stock(errors: &mut FieldErrors, kind: ProductKind, units: i64) {
    errors.number("stock", units, 0, MAX_UNITS);
    if kind == ProductKind::Service && units != 0 {
        errors.add("stock", "a service has no stock: leave it out");
    }
}

fn checked_threshold(errors: &mut FieldErrors, kind: ProductKind, threshold: Option<i64>) {
    let Some(threshold) = threshold else { return };
    errors.number("lowStockThreshold", threshold, 0, MAX_UNITS);
    if kind == ProductKind::Service {
        errors.add("lowStockThreshold", "a service has no stock: leave it out");
    }
}

fn checked_price(errors: &mut FieldErrors, price: &Price, shop: Currency) -> i64 {
    match price {
        Price::Exact { amount, currency } => {
            errors.number("price.amount", *amount, 0, MAX_PRICE);
            match currency.parse::<Currency>() {
                Ok(currency) if currency == shop => {}
                Ok(_) => errors.add(
                    "price.currency",
                    format!("must be {shop}: a shop has one currency"),
                ),
                Err(problem) => errors.add("price.currency", problem.to_string()),
            }
            *amount
        }
        Price::Decimal(text) => match shop.minor_units(text) {
            Ok(amount) => {
                if amount > MAX_PRICE {
                    let most = shop.decimal(MAX_PRICE);
                    errors.add("price", format!("must be at most {most}"));
                }
                amount
            }
            Err(problem) => {
                errors.add("price", problem.to_string());
                0
            }
        },
    }
}

fn generated_sku() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rng = rand::rng();
    let mut sku = String::from("P-");
    sku.extend((0..10).map(|_| char::from(ALPHABET[rng.random_range(0..32)])));
    sku
}

#[cfg(test)]
mod tests;
