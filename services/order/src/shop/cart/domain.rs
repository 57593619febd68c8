//! Carts: what they show, changes of lines, and checkout. Pure.
//!
//! A line stores two states: what the customer knew when they wrote it (`quantity`, `seen`), and what the cart showed when it was last
//! read (`shown`, `shown_quantity`). Changes are relative to the first, and are shown at every read until the customer writes the line
//! again, so that a lost answer loses nothing. The checkout is compared with the second: nobody orders at a price or quantity that
//! their cart has not shown.

use std::collections::HashMap;

use waybill_primitives::{
    CartId, Currency, FieldError, FieldErrors, Money, ProductId, Timestamp, UserId, string_enum,
};

pub use super::entity::{cart::Model as Cart, item::Model as Item};
use crate::{
    base::fields::MAX_AMOUNT,
    shop::products::domain::{Line, MAX_QUANTITY, ProductKind, Sellable},
};

/// Maximum requested quantity of a line; merges add up to it.
const MAX_WANTED: i64 = 1_000 * MAX_QUANTITY;

/// Owner of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    User(UserId),
    /// A guest's token with this SHA-256, as lower-case hex.
    Guest(String),
}

/// The current state of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub product: Sellable,
    /// Available units; none for services.
    pub available: Option<i64>,
}

/// The existing products of a cart.
pub type Offers = HashMap<ProductId, Offered>;

string_enum! {
    /// Kind of a change of a line.
    pub enum ChangeCode as waybill_proto::order::CartChangeCode {
        PriceChanged = "PRICE_CHANGED",
        /// Fewer units are available than requested.
        QuantityReduced = "QUANTITY_REDUCED",
        OutOfStock = "OUT_OF_STOCK",
        /// It is no longer sold.
        Unavailable = "UNAVAILABLE",
        /// The user's cart is full.
        CartFull = "CART_FULL",
    }
}

/// A change of a line, to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub code: ChangeCode,
    pub message: String,
    pub previous_price: Option<Money>,
    pub previous_quantity: Option<i64>,
}

/// The current state of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownItem {
    pub product_id: ProductId,
    pub name: String,
    pub kind: ProductKind,
    /// The quantity that can be ordered now, at most the requested one.
    pub quantity: i64,
    pub unit_price: Money,
    pub line_total: Money,
    pub available: Option<i64>,
    pub changes: Vec<Change>,
}

/// The current state of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// None: there is no cart yet.
    pub id: Option<CartId>,
    pub items: Vec<ShownItem>,
    pub left_out: Vec<ShownItem>,
    pub subtotal: Money,
    pub version: i64,
    pub updated_at: Option<Timestamp>,
}

/// Why a cart cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOrdered {
    Empty,
    /// These lines differ from what the cart last showed.
    Changed(Vec<FieldError>),
}

impl Item {
    /// A new line at the current price.
    pub const fn new(
        cart_id: CartId,
        product_id: ProductId,
        quantity: i64,
        price: Money,
        now: Timestamp,
    ) -> Self {
        Self {
            cart_id,
            product_id,
            quantity,
            seen_price: price.amount,
            seen_currency: price.currency,
            shown_price: price.amount,
            shown_currency: price.currency,
            shown_quantity: quantity,
            added_at: now,
        }
    }

    /// The price that the customer knew when they wrote it.
    pub const fn seen(&self) -> Money {
        Money::new(self.seen_price, self.seen_currency)
    }

    /// The price that the cart showed when it was last read.
    pub const fn shown(&self) -> Money {
        Money::new(self.shown_price, self.shown_currency)
    }

    /// The same line, as shown now with this price and quantity.
    #[must_use]
    pub fn shown_as(&self, price: Money, quantity: i64) -> Self {
        Self {
            shown_price: price.amount,
            shown_currency: price.currency,
            shown_quantity: quantity,
            ..self.clone()
        }
    }

    /// The same line with another quantity. A price that the cart has shown counts as known from here on; a price that it has not shown
    /// stays a change.
    #[must_use]
    pub fn rewritten(mut self, quantity: i64, price: Money) -> Self {
        if self.shown() == price {
            (self.seen_price, self.seen_currency) = (price.amount, price.currency);
        }
        self.quantity = quantity;
        self.shown_quantity = quantity;
        self
    }

    /// The line with the quantity of another cart added.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.quantity = self.quantity.saturating_add(other.quantity).min(MAX_WANTED);
        self
    }

    /// The quantity that can be ordered now.
    fn orderable(&self, offer: Option<&Offered>, currency: Currency) -> i64 {
        match offer {
            Some(offer) if offer.product.active && offer.product.price.currency == currency => {
                let left = offer.available.unwrap_or(MAX_QUANTITY).max(0);
                self.quantity.min(left).min(MAX_QUANTITY)
            }
            _ => 0,
        }
    }

    /// Price and quantity that a read of the cart shows.
    pub fn showing(&self, offers: &Offers, currency: Currency) -> (Money, i64) {
        let offer = offers.get(&self.product_id);
        let price = offer.map_or_else(|| self.seen(), |offer| offer.product.price);
        (price, self.orderable(offer, currency))
    }

    /// Whether it is as the cart last showed it.
    pub fn is_as_shown(&self, offers: &Offers, currency: Currency) -> bool {
        let (price, quantity) = self.showing(offers, currency);
        // The price of a line that cannot be ordered does not matter.
        quantity == self.shown_quantity && (quantity == 0 || price == self.shown())
    }

    fn shown_now(&self, offers: &Offers, currency: Currency) -> ShownItem {
        let offer = offers.get(&self.product_id);
        let (price, quantity) = self.showing(offers, currency);
        let name = offer.map_or("a product that is gone", |offer| &offer.product.name);
        let mut changes = Vec::new();
        let sold = offer
            .is_some_and(|offer| offer.product.active && offer.product.price.currency == currency);
        let seen = self.seen();
        if sold && price != seen {
            changes.push(Change {
                code: ChangeCode::PriceChanged,
                message: format!("the price of {name} was {seen} and is {price} now"),
                previous_price: Some(seen),
                previous_quantity: None,
            });
        }
        if quantity < self.quantity {
            let (code, message) = if !sold {
                (ChangeCode::Unavailable, format!("{name} is no longer sold"))
            } else if quantity == 0 {
                (ChangeCode::OutOfStock, format!("{name} is sold out"))
            } else {
                (
                    ChangeCode::QuantityReduced,
                    format!("only {quantity} of {name} can be ordered"),
                )
            };
            changes.push(Change {
                code,
                message,
                previous_price: None,
                previous_quantity: Some(self.quantity),
            });
        }
        ShownItem {
            product_id: self.product_id,
            name: name.to_owned(),
            kind: offer.map_or(ProductKind::Goods, |offer| offer.product.kind),
            quantity,
            unit_price: price,
            line_total: times(price, quantity),
            available: offer.and_then(|offer| offer.available).map(|n| n.max(0)),
            changes,
        }
    }
}

/// Limited like every amount; a larger total cannot be ordered.
fn times(price: Money, quantity: i64) -> Money {
    let amount = price.amount.saturating_mul(quantity).min(MAX_AMOUNT);
    Money::new(amount, price.currency)
}

impl Cart {
    /// A new, empty cart.
    pub fn new(owner: &Owner, now: Timestamp) -> Self {
        let (user_id, token_hash) = match owner {
            Owner::User(id) => (Some(*id), None),
            Owner::Guest(hash) => (None, Some(hash.clone())),
        };
        Self {
            id: CartId::new(),
            user_id,
            token_hash,
            merged_into: None,
            version: 1,
            items: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The current state of the cart. `left_out`: lines that did not fit in a merge.
    pub fn view(&self, left_out: &[Item], offers: &Offers, currency: Currency) -> View {
        let items: Vec<_> = self
            .items
            .iter()
            .map(|item| item.shown_now(offers, currency))
            .collect();
        let left_out = left_out.iter().map(|item| {
            let mut shown = item.shown_now(offers, currency);
            shown.changes = vec![Change {
                code: ChangeCode::CartFull,
                message: format!("there is no room for {} in the cart", shown.name),
                previous_price: None,
                previous_quantity: Some(item.quantity),
            }];
            shown
        });
        let subtotal = items
            .iter()
            .filter(|item| item.line_total.currency == currency)
            .fold(0_i64, |sum, item| {
                sum.saturating_add(item.line_total.amount).min(MAX_AMOUNT)
            });
        View {
            id: Some(self.id),
            left_out: left_out.collect(),
            items,
            subtotal: Money::new(subtotal, currency),
            version: self.version,
            updated_at: Some(self.updated_at),
        }
    }

    /// The lines of an order of everything that the cart last showed.
    pub fn order(&self, offers: &Offers, currency: Currency) -> Result<Vec<Line>, NotOrdered> {
        let mut changed = FieldErrors::default();
        let mut lines = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            let (price, quantity) = item.showing(offers, currency);
            if !item.is_as_shown(offers, currency) {
                let part = if quantity == item.shown_quantity {
                    "unitPrice"
                } else {
                    "quantity"
                };
                let name = offers
                    .get(&item.product_id)
                    .map_or("the product", |offer| &offer.product.name);
                changed.add(
                    format!("cart.items[{index}].{part}"),
                    format!(
                        "{name}: the cart showed {} at {}, and now it is {quantity} at {price}",
                        item.shown_quantity,
                        item.shown()
                    ),
                );
            }
            if quantity > 0 {
                lines.push(Line {
                    product_id: item.product_id,
                    quantity,
                });
            }
        }
        if !changed.0.is_empty() {
            return Err(NotOrdered::Changed(changed.0));
        }
        if lines.is_empty() {
            return Err(NotOrdered::Empty);
        }
        Ok(lines)
    }
}

impl View {
    /// An empty cart.
    pub fn empty(currency: Currency) -> Self {
        Self {
            id: None,
            items: Vec::new(),
            left_out: Vec::new(),
            subtotal: Money::zero(currency),
            version: 0,
            updated_at: None,
        }
    }

    /// Whether there is a change to show.
    pub fn changed(&self) -> bool {
        !self.left_out.is_empty() || self.items.iter().any(|item| !item.changes.is_empty())
    }
}

/// Checks the quantity of a line.
pub fn check_quantity(quantity: i64, price: Money) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    errors.number("quantity", quantity, 1, MAX_QUANTITY);
    let total = price.amount.checked_mul(quantity);
    if errors.0.is_empty() && total.is_none_or(|total| total > MAX_AMOUNT) {
        errors.add("quantity", "the total is too large");
    }
    errors.or(())
}

/// The lines of a cart with those of a guest's cart added as far as they fit, and the lines that do not fit.
pub fn merged(cart: &Cart, guest: Vec<Item>, room: usize) -> (Vec<Item>, Vec<Item>) {
    let (mut items, mut left_out) = (cart.items.clone(), Vec::new());
    for item in guest {
        if let Some(at) = items.iter().position(|i| i.product_id == item.product_id) {
            items[at] = items[at].clone().with(&item);
        } else if items.len() < room {
            items.push(Item {
                cart_id: cart.id,
                ..item
            });
        } else {
            left_out.push(item);
        }
    }
    (items, left_out)
}

#[cfg(test)]
mod tests;
