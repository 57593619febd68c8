//! From what a customer sends to an order: checks, prices, totals.

use std::{collections::HashMap, time::Duration};

use waybill_primitives::{Currency, Money, OrderId, OrderNumber, ProductId, Timestamp};

use super::{
    Customer, Holding, Item, Order, OrderKind, OrderStatus, PaymentStatus, changes::Changed,
};
use crate::{
    analytics::domain::Words, catalogue::domain::ProductKind, fields::Faults,
    shop::domain::ShopSettings,
};

/// The most lines of one order that a shop may allow.
pub const MAX_LINES: usize = 100;
/// Most units of one product in one order.
pub const MAX_QUANTITY: i64 = 1_000_000;
/// Largest total in minor units: what a JSON number keeps exactly (2^53 − 1).
pub const MAX_AMOUNT: i64 = 9_007_199_254_740_991;
/// Longest title.
pub const MAX_TITLE: usize = 200;
/// Longest description, in characters.
pub const MAX_DESCRIPTION: usize = 10_000;
/// Longest special instructions.
pub const MAX_INSTRUCTIONS: usize = 5_000;
/// Longest note or reason of a change.
pub const MAX_NOTE: usize = 2_000;
/// A wanted date may lie this far back: "today" is sent as the midnight that has passed.
const DAY: Duration = Duration::from_hours(24);
/// A wanted date may lie this far ahead.
const TEN_YEARS: Duration = Duration::from_hours(3653 * 24);

/// A wanted product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub product_id: ProductId,
    pub quantity: i64,
}

/// What placing needs to know of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sellable {
    pub name: String,
    pub kind: ProductKind,
    pub price: Money,
    pub active: bool,
}

/// Where goods go. All lines are checked by [`Draft::check`].
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Address {
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// What is told of an order without contents.
pub(super) const NEEDS: &str = "an order needs items, a title or a description";
/// Longest title that is made of a description, in characters.
const SHORT_TITLE: usize = 80;

/// An order as it arrives.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub lines: Vec<Line>,
    pub title: String,
    pub description: String,
    pub special_instructions: String,
    pub estimated_completion: Option<Timestamp>,
    pub shipping_address: Option<Address>,
}

impl Draft {
    /// Checks everything that needs no database, and trims. `most_lines`: of one order.
    pub fn check(self, now: Timestamp, most_lines: u32) -> Result<Self, Faults> {
        let empty = self.lines.is_empty()
            && self.title.trim().is_empty()
            && self.description.trim().is_empty();
        match self.check_fields(now, most_lines) {
            Ok(mut draft) if !empty => {
                if draft.lines.is_empty() && draft.title.is_empty() {
                    draft.title = title_of(&draft.description);
                }
                Ok(draft)
            }
            outcome => {
                let mut faults = outcome.err().unwrap_or_default();
                if empty {
                    faults.add("items", NEEDS);
                }
                Err(faults)
            }
        }
    }

    /// As [`Self::check`], also for a draft that has no items and no title.
    pub fn check_fields(self, now: Timestamp, most_lines: u32) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let title = faults.line("title", &self.title, MAX_TITLE);
        if self.lines.len() > most_lines as usize {
            faults.add("items", format!("must have at most {most_lines} entries"));
        }
        let mut units: HashMap<ProductId, i64> = HashMap::new();
        for (index, line) in self.lines.iter().enumerate() {
            let field = format!("items[{index}].quantity");
            if !(1..=MAX_QUANTITY).contains(&line.quantity) {
                faults.number(&field, line.quantity, 1, MAX_QUANTITY);
                continue;
            }
            let sum = units.entry(line.product_id).or_insert(0);
            *sum = sum.saturating_add(line.quantity);
            if *sum > MAX_QUANTITY {
                faults.add(
                    &field,
                    format!("at most {MAX_QUANTITY} units of one product fit in an order"),
                );
            }
        }
        let description = faults.paragraph("description", &self.description, MAX_DESCRIPTION);
        let instructions = faults.paragraph(
            "specialInstructions",
            &self.special_instructions,
            MAX_INSTRUCTIONS,
        );
        if let Some(wanted) = self.estimated_completion {
            if wanted < now.minus(DAY) {
                faults.add("estimatedCompletion", "must not lie in the past");
            } else if wanted > now.plus(TEN_YEARS) {
                faults.add("estimatedCompletion", "must lie within the next ten years");
            }
        }
        let shipping_address = self.shipping_address.map(|a| a.check(&mut faults));
        faults.or(Self {
            lines: self.lines,
            title,
            description,
            special_instructions: instructions,
            estimated_completion: self.estimated_completion,
            shipping_address,
        })
    }

    /// Prices a checked draft and makes the order of it. Nothing due means paid at once: then there are two changes,
    /// placed and paid. The last one holds the order. `guest`: the customer has no account.
    pub fn place(
        self,
        customer: Customer,
        guest: bool,
        products: &HashMap<ProductId, Sellable>,
        shop: &ShopSettings,
        now: Timestamp,
    ) -> Result<Vec<Changed>, Faults> {
        let mut faults = Faults::default();
        let (items, total) = priced(&self.lines, products, shop.currency, &mut faults);
        let kind = kind_of(&items);
        let order = Order {
            id: OrderId::new(),
            number: OrderNumber::generate(now).as_str().to_owned(),
            status: OrderStatus::Pending,
            payment_status: PaymentStatus::Unpaid,
            kind,
            holding: if kind == OrderKind::Service {
                Holding::Nothing
            } else {
                Holding::Reserved
            },
            customer,
            assignee: None,
            title: self.title,
            description: self.description,
            special_instructions: self.special_instructions,
            estimated_completion: self.estimated_completion,
            items,
            total,
            shipping_address: self.shipping_address,
            guest,
            replaces: None,
            replaced_by: None,
            payment_id: None,
            held_from: None,
            available_since: None,
            expires_at: Some(now.plus(shop.expiry(kind))),
            completed_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        faults.or(Changed::placed(order, now))
    }
}

/// The lines at the prices of now, and their sum. Without faults only if every product can be ordered.
pub(super) fn priced(
    lines: &[Line],
    products: &HashMap<ProductId, Sellable>,
    currency: Currency,
    faults: &mut Faults,
) -> (Vec<Item>, Money) {
    let mut items = Vec::with_capacity(lines.len());
    let mut total = Some(0_i64);
    for (index, line) in lines.iter().enumerate() {
        let Some(product) = products.get(&line.product_id).filter(|p| p.active) else {
            faults.add(
                format!("items[{index}].productId"),
                "no such product can be ordered",
            );
            continue;
        };
        if product.price.currency != currency {
            faults.add(
                format!("items[{index}].productId"),
                format!("is priced in another currency than {currency}"),
            );
            continue;
        }
        let line_total = product.price.checked_mul(line.quantity).ok();
        total = total
            .zip(line_total)
            .and_then(|(sum, line)| sum.checked_add(line.amount))
            .filter(|sum| *sum <= MAX_AMOUNT);
        items.push(Item {
            product_id: line.product_id,
            name: product.name.clone(),
            kind: product.kind,
            unit_price: product.price,
            quantity: line.quantity,
            line_total: line_total.unwrap_or(Money::zero(currency)),
        });
    }
    if total.is_none() {
        faults.add("items", "the total is too large");
    }
    (items, Money::new(total.unwrap_or(0), currency))
}

/// What an order of these items is for. Free text alone is a service.
pub(super) fn kind_of(items: &[Item]) -> OrderKind {
    let has = |kind| items.iter().any(|item| item.kind == kind);
    match (has(ProductKind::Goods), has(ProductKind::Service)) {
        (true, true) => OrderKind::Mixed,
        (true, false) => OrderKind::Goods,
        (false, _) => OrderKind::Service,
    }
}

/// What an order of nothing but a description is called: its first line, shortened.
pub(super) fn title_of(description: &str) -> String {
    let line = description.trim().lines().next().unwrap_or_default().trim();
    if line.chars().count() <= SHORT_TITLE {
        return line.to_owned();
    }
    let start: String = line.chars().take(SHORT_TITLE - 1).collect();
    format!("{}…", start.trim_end())
}

impl Order {
    /// The words that it is found by.
    pub fn words(&self) -> Words {
        let items = self.items.iter().map(|item| item.name.as_str());
        Words::of_order(&self.title, &self.customer.name, items, &self.description)
    }

    /// The text that a search looks through.
    pub fn search(&self) -> String {
        self.words().text()
    }
}

impl Address {
    fn check(self, faults: &mut Faults) -> Self {
        let field = |name| format!("shippingAddress.{name}");
        let country = faults.required_line(&field("country"), &self.country, 2);
        if !country.is_empty() && !country.chars().all(|c| c.is_ascii_uppercase()) {
            faults.add(
                field("country"),
                "must be a two-letter country code (ISO 3166-1), such as DE",
            );
        } else if country.chars().count() == 1 {
            faults.add(field("country"), "must have two letters, such as DE");
        }
        Self {
            name: faults.line(&field("name"), &self.name, 200),
            line1: faults.required_line(&field("line1"), &self.line1, 200),
            line2: faults.line(&field("line2"), &self.line2, 200),
            city: faults.required_line(&field("city"), &self.city, 100),
            region: faults.line(&field("region"), &self.region, 100),
            postal_code: faults.line(&field("postalCode"), &self.postal_code, 20),
            country,
        }
    }
}

/// A checked note or reason.
pub fn note(field: &str, text: &str) -> Result<String, Faults> {
    let mut faults = Faults::default();
    let text = faults.paragraph(field, text, MAX_NOTE);
    faults.or(text)
}

#[cfg(test)]
mod tests;
