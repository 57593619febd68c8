//! What a product is and which values its fields may take. Pure.

use rand::RngExt as _;
use waybill_primitives::{Currency, Money, ProductId, Timestamp};

use crate::{
    fields::{Faults, search_text, text_enum},
    stock::domain::{Level, MAX_UNITS},
};

/// Longest SKU, in characters.
pub const MAX_SKU: usize = 64;
/// Longest product name.
pub const MAX_NAME: usize = 200;
/// Longest product description.
pub const MAX_DESCRIPTION: usize = 10_000;
/// Longest category name.
pub const MAX_CATEGORY: usize = 100;
/// Highest price, in minor units.
pub const MAX_PRICE: i64 = 1_000_000_000_000;
/// Characters kept for text search.
pub const MAX_SEARCH: usize = 4_000;

text_enum! {
    /// Whether a product is counted or done.
    ProductKind {
        /// Has stock.
        Goods = "GOODS",
        /// Has none: a worker does it.
        Service = "SERVICE",
    }
}

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub sku: String,
    pub name: String,
    pub description: String,
    pub kind: ProductKind,
    pub price: Money,
    pub category: String,
    pub active: bool,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Product {
    /// The text that a search looks through.
    pub fn search(&self) -> String {
        search_text(&[&self.name, &self.sku, &self.description], MAX_SEARCH)
    }

    /// What lists sorted by name compare. Lower case may be longer; the key keeps the name's limit.
    pub fn name_key(&self) -> String {
        search_text(&[&self.name], MAX_NAME)
    }
}

text_enum! {
    /// How a list of products is sorted.
    Sort {
        Newest = "newest",
        Name = "name",
        PriceAsc = "price_asc",
        PriceDesc = "price_desc",
    }
}

/// Which products a list has.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Each must occur in name, SKU or description.
    pub words: Vec<String>,
    pub category: Option<String>,
    /// Minor units; both bounds are included.
    pub min_price: Option<i64>,
    pub max_price: Option<i64>,
    pub in_stock: Option<bool>,
    pub kind: Option<ProductKind>,
    pub with_archived: bool,
}

/// A product with its stock; services have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub product: Product,
    pub stock: Option<Level>,
}

/// What a product is created from, as it arrives.
#[derive(Debug, Clone)]
pub struct NewProduct {
    pub sku: String,
    pub name: String,
    pub description: String,
    pub kind: Option<ProductKind>,
    pub price: Option<Price>,
    pub category: String,
    pub stock: i64,
    pub active: bool,
}

/// A price as it arrives.
#[derive(Debug, Clone)]
pub struct Price {
    pub amount: i64,
    pub currency: String,
}

/// Fields of a product that change; absent ones stay.
#[derive(Debug, Clone, Default)]
pub struct ProductPatch {
    pub sku: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub price: Option<Price>,
    pub category: Option<String>,
    pub active: Option<bool>,
}

impl NewProduct {
    /// The product and its opening stock. An empty SKU gets a generated one.
    pub fn build(self, shop: Currency, now: Timestamp) -> Result<(Product, i64), Faults> {
        let mut faults = Faults::default();
        let sku = if self.sku.trim().is_empty() {
            generated_sku()
        } else {
            checked_sku(&mut faults, &self.sku)
        };
        let name = faults.required_line("name", &self.name, MAX_NAME);
        let description = faults.paragraph("description", &self.description, MAX_DESCRIPTION);
        let category = faults.line("category", &self.category, MAX_CATEGORY);
        let kind = self.kind.unwrap_or_else(|| {
            faults.add("kind", "is required: GOODS or SERVICE");
            ProductKind::Service
        });
        let price = if let Some(price) = &self.price {
            checked_price(&mut faults, price, shop)
        } else {
            faults.add("price", "is required");
            Money::zero(shop)
        };
        faults.number("stock", self.stock, 0, MAX_UNITS);
        if kind == ProductKind::Service && self.kind.is_some() && self.stock != 0 {
            faults.add("stock", "a service has no stock: leave it out");
        }
        let product = Product {
            id: ProductId::new(),
            sku,
            name,
            description,
            kind,
            price,
            category,
            active: self.active,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        faults.or((product, self.stock))
    }
}

impl Product {
    /// The product after the change, or none if nothing changes.
    pub fn patched(
        &self,
        patch: &ProductPatch,
        shop: Currency,
        now: Timestamp,
    ) -> Result<Option<Self>, Faults> {
        let mut faults = Faults::default();
        let mut next = self.clone();
        if let Some(sku) = &patch.sku {
            next.sku = checked_sku(&mut faults, sku);
        }
        if let Some(name) = &patch.name {
            next.name = faults.required_line("name", name, MAX_NAME);
        }
        if let Some(text) = &patch.description {
            next.description = faults.paragraph("description", text, MAX_DESCRIPTION);
        }
        if let Some(price) = &patch.price {
            next.price = checked_price(&mut faults, price, shop);
        }
        if let Some(category) = &patch.category {
            next.category = faults.line("category", category, MAX_CATEGORY);
        }
        if let Some(active) = patch.active {
            next.active = active;
        }
        let changed = next != *self;
        next.version += 1;
        next.updated_at = now;
        faults.or(changed.then_some(next))
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

fn checked_sku(faults: &mut Faults, sku: &str) -> String {
    let sku = faults.required_line("sku", sku, MAX_SKU);
    let well_formed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !sku.chars().all(well_formed) {
        faults.add(
            "sku",
            "may contain letters, digits, '-', '_', '.' and '/' only",
        );
    }
    sku
}

fn checked_price(faults: &mut Faults, price: &Price, shop: Currency) -> Money {
    faults.number("price.amount", price.amount, 0, MAX_PRICE);
    match price.currency.parse::<Currency>() {
        Ok(currency) if currency == shop => {}
        Ok(_) => faults.add(
            "price.currency",
            format!("must be {shop}: a shop has one currency"),
        ),
        Err(problem) => faults.add("price.currency", problem.to_string()),
    }
    Money::new(price.amount, shop)
}

fn generated_sku() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rng = rand::rng();
    let mut sku = String::from("P-");
    sku.extend((0..10).map(|_| char::from(ALPHABET[rng.random_range(0..32)])));
    sku
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cup() -> NewProduct {
        NewProduct {
            sku: "CUP-1".into(),
            name: " Cup ".into(),
            description: "Holds tea".into(),
            kind: Some(ProductKind::Goods),
            price: Some(Price {
                amount: 1999,
                currency: "USD".into(),
            }),
            category: "Kitchen".into(),
            stock: 10,
            active: true,
        }
    }

    fn faults(change: impl FnOnce(&mut NewProduct)) -> Vec<String> {
        let mut product = cup();
        change(&mut product);
        match product.build(Currency::USD, Timestamp::UNIX_EPOCH) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.0.into_iter().map(|fault| fault.field).collect(),
        }
    }

    #[test]
    fn a_complete_product_is_taken() {
        let (product, stock) = cup().build(Currency::USD, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(
            (product.name.as_str(), product.version, stock),
            ("Cup", 1, 10)
        );
        assert_eq!(product.search(), "cup cup-1 holds tea");
        let (product, _) = NewProduct {
            sku: String::new(),
            ..cup()
        }
        .build(Currency::USD, Timestamp::UNIX_EPOCH)
        .unwrap();
        assert!(product.sku.starts_with("P-"));
    }

    #[test]
    fn each_bad_field_is_named() {
        assert_eq!(faults(|p| p.sku = "a b".into()), ["sku"]);
        assert_eq!(faults(|p| p.sku = "x".repeat(65)), ["sku"]);
        assert_eq!(faults(|p| p.name = "  ".into()), ["name"]);
        assert_eq!(faults(|p| p.name = "x".repeat(201)), ["name"]);
        assert_eq!(faults(|p| p.description = "\0".into()), ["description"]);
        assert_eq!(faults(|p| p.category = "x".repeat(101)), ["category"]);
        assert_eq!(faults(|p| p.kind = None), ["kind"]);
        assert_eq!(faults(|p| p.price = None), ["price"]);
        let price = |amount, currency: &str| {
            Some(Price {
                amount,
                currency: currency.into(),
            })
        };
        assert_eq!(faults(|p| p.price = price(-1, "USD")), ["price.amount"]);
        assert_eq!(
            faults(|p| p.price = price(i64::MAX, "USD")),
            ["price.amount"]
        );
        assert_eq!(faults(|p| p.price = price(1, "EUR")), ["price.currency"]);
        assert_eq!(faults(|p| p.price = price(1, "usd")), ["price.currency"]);
        assert_eq!(faults(|p| p.stock = -1), ["stock"]);
        assert_eq!(faults(|p| p.stock = i64::MAX), ["stock"]);
        assert_eq!(faults(|p| p.kind = Some(ProductKind::Service)), ["stock"]);
    }

    #[test]
    fn a_patch_changes_what_it_names_and_counts_only_real_changes() {
        let now = Timestamp::from_secs(5);
        let (product, _) = cup().build(Currency::USD, Timestamp::UNIX_EPOCH).unwrap();
        let patch = ProductPatch {
            name: Some("Mug".into()),
            ..Default::default()
        };
        let next = product
            .patched(&patch, Currency::USD, now)
            .unwrap()
            .unwrap();
        assert_eq!(
            (next.name.as_str(), next.version, next.updated_at),
            ("Mug", 2, now)
        );
        assert_eq!(next.patched(&patch, Currency::USD, now), Ok(None));
        let archived = next.archived(now).unwrap();
        assert!(!archived.active && archived.version == 3);
        assert_eq!(archived.archived(now), None);
        let bad = ProductPatch {
            sku: Some(String::new()),
            ..Default::default()
        };
        assert!(product.patched(&bad, Currency::USD, now).is_err());
    }
}
