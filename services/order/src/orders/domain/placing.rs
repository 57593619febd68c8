//! From what a customer sends to an order: checks, prices, totals.

use std::{collections::HashMap, time::Duration};

use waybill_primitives::{Currency, OrderId, OrderNumber, ProductId, Timestamp};

use super::{
    Address, Customer, Item, Order, OrderKind, OrderStatus, PaymentStatus, SearchTerms, StockState,
    changes::Changed,
};
use crate::{
    base::fields::{Faults, MAX_AMOUNT},
    shop::{
        products::domain::{Line, MAX_QUANTITY, ProductKind, Sellable},
        settings::domain::ShopSettings,
    },
};

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
    pub fn check(self, now: Timestamp, most_lines: usize) -> Result<Self, Faults> {
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

    fn check_fields(self, now: Timestamp, most_lines: usize) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let checked = Self {
            title: title(&mut faults, &self.title),
            lines: check_lines(&mut faults, self.lines, most_lines),
            description: description(&mut faults, &self.description),
            special_instructions: instructions(&mut faults, &self.special_instructions),
            estimated_completion: check_wanted(&mut faults, self.estimated_completion, now),
            shipping_address: self.shipping_address.map(|a| a.check(&mut faults)),
        };
        faults.or(checked)
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
        let id = OrderId::new();
        let (items, total) = priced(id, &self.lines, products, shop.currency, &mut faults);
        let kind = kind_of(&items);
        let order = Order {
            id,
            number: OrderNumber::generate(now),
            status: OrderStatus::Pending,
            payment_status: PaymentStatus::Unpaid,
            kind,
            holding: if kind == OrderKind::Service {
                StockState::Nothing
            } else {
                StockState::Reserved
            },
            customer_id: customer.id,
            customer_name: customer.name,
            customer_email: customer.email,
            assignee_id: None,
            assignee_name: None,
            title: self.title,
            description: self.description,
            special_instructions: self.special_instructions,
            estimated_completion: self.estimated_completion,
            items,
            total,
            currency: shop.currency,
            shipping_address: self.shipping_address.map(Into::into),
            search: String::new(),
            guest,
            replaces_id: None,
            replaced_by_id: None,
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

pub(super) fn title(faults: &mut Faults, text: &str) -> String {
    faults.line("title", text, MAX_TITLE)
}

pub(super) fn description(faults: &mut Faults, text: &str) -> String {
    faults.paragraph("description", text, MAX_DESCRIPTION)
}

pub(super) fn instructions(faults: &mut Faults, text: &str) -> String {
    faults.paragraph("specialInstructions", text, MAX_INSTRUCTIONS)
}

/// The date by which somebody wants it, or none.
pub(super) fn check_wanted(
    faults: &mut Faults,
    wanted: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    if wanted.is_some_and(|wanted| wanted < now.minus(DAY)) {
        faults.add("estimatedCompletion", "must not lie in the past");
    } else if wanted.is_some_and(|wanted| wanted > now.plus(TEN_YEARS)) {
        faults.add("estimatedCompletion", "must lie within the next ten years");
    }
    wanted
}

pub(super) fn check_lines(faults: &mut Faults, lines: Vec<Line>, most_lines: usize) -> Vec<Line> {
    if lines.len() > most_lines {
        faults.add("items", format!("must have at most {most_lines} entries"));
    }
    let mut units: HashMap<ProductId, i64> = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
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
    lines
}

/// The lines of an order at the prices of now, and their sum. Without faults only if every product can be ordered.
pub(super) fn priced(
    order_id: OrderId,
    lines: &[Line],
    products: &HashMap<ProductId, Sellable>,
    currency: Currency,
    faults: &mut Faults,
) -> (Vec<Item>, i64) {
    let mut items = Vec::with_capacity(lines.len());
    let mut total = Some(0_i64);
    for ((index, line), position) in lines.iter().enumerate().zip(0..) {
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
        let unit_price = product.price.amount;
        let line_total = unit_price.checked_mul(line.quantity);
        total = total
            .zip(line_total)
            .and_then(|(sum, line)| sum.checked_add(line))
            .filter(|sum| *sum <= MAX_AMOUNT);
        items.push(Item {
            order_id,
            position,
            product_id: line.product_id,
            name: product.name.clone(),
            kind: product.kind,
            unit_price,
            quantity: line.quantity,
            line_total: line_total.unwrap_or(0),
        });
    }
    if total.is_none() {
        faults.add("items", "the total is too large");
    }
    (items, total.unwrap_or(0))
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
    pub fn words(&self) -> SearchTerms {
        let items = self.items.iter().map(|item| item.name.as_str());
        SearchTerms::of_order(&self.title, &self.customer_name, items, &self.description)
    }
}

impl Address {
    pub(super) fn check(self, faults: &mut Faults) -> Self {
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
