//! Creates an order from a customer's request: checks, prices, totals.

use std::{collections::HashMap, time::Duration};

use waybill_primitives::{Currency, FieldErrors, OrderId, OrderNumber, ProductId, Timestamp};
use waybill_proto::order as pb;

use super::{
    Address, Customer, Item, Order, OrderKind, OrderStatus, PaymentStatus, SearchTerms, StockState,
    changes::Changed,
};
use crate::{
    base::fields::MAX_AMOUNT,
    shop::{
        products::domain::{Line, MAX_QUANTITY, ProductKind, Sellable},
        settings::domain::ShopSettings,
    },
};

/// Longest title.
pub const MAX_TITLE: usize = pb::Order::MAX_TITLE;
/// Longest description, in characters.
pub const MAX_DESCRIPTION: usize = pb::Order::MAX_DESCRIPTION;
/// Longest special instructions.
pub const MAX_INSTRUCTIONS: usize = pb::Order::MAX_SPECIAL_INSTRUCTIONS;
/// Longest note or reason of a change.
pub const MAX_NOTE: usize = pb::HistoryItem::MAX_NOTE;
/// How far in the past the desired date may be: clients send "today" as the last midnight.
const DAY: Duration = Duration::from_hours(24);
/// How far in the future the desired date may be.
const TEN_YEARS: Duration = Duration::from_hours(3653 * 24);

/// Error message of an order without contents.
pub(super) const NEEDS: &str = "an order needs items, a title or a description";
/// Longest title that is made of a description, in characters.
const SHORT_TITLE: usize = 80;

/// The request for an order.
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
    /// Trims, and checks everything that needs no database. `most_lines`: maximum number of lines.
    pub fn check(self, now: Timestamp, most_lines: usize) -> Result<Self, FieldErrors> {
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
                let mut errors = outcome.err().unwrap_or_default();
                if empty {
                    errors.add("items", NEEDS);
                }
                Err(errors)
            }
        }
    }

    fn check_fields(self, now: Timestamp, most_lines: usize) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let checked = Self {
            title: title(&mut errors, &self.title),
            lines: check_lines(&mut errors, self.lines, most_lines),
            description: description(&mut errors, &self.description),
            special_instructions: instructions(&mut errors, &self.special_instructions),
            estimated_completion: check_wanted(&mut errors, self.estimated_completion, now),
            shipping_address: self.shipping_address.map(|a| a.check(&mut errors)),
        };
        errors.or(checked)
    }

    /// Adds prices to a checked draft and creates the order. If nothing is due it is paid at once: then there are two changes, placed and
    /// paid. The last change has the order. `guest`: the customer has no account.
    pub fn place(
        self,
        customer: Customer,
        guest: bool,
        products: &HashMap<ProductId, Sellable>,
        shop: &ShopSettings,
        now: Timestamp,
    ) -> Result<Vec<Changed>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let id = OrderId::new();
        let (items, total) = priced(id, &self.lines, products, shop.currency, &mut errors);
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
        errors.or(Changed::placed(order, now))
    }
}

pub(super) fn title(errors: &mut FieldErrors, text: &str) -> String {
    errors.line("title", text, MAX_TITLE)
}

pub(super) fn description(errors: &mut FieldErrors, text: &str) -> String {
    errors.paragraph("description", text, MAX_DESCRIPTION)
}

pub(super) fn instructions(errors: &mut FieldErrors, text: &str) -> String {
    errors.paragraph("specialInstructions", text, MAX_INSTRUCTIONS)
}

/// Checks the desired completion date.
pub(super) fn check_wanted(
    errors: &mut FieldErrors,
    wanted: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    if wanted.is_some_and(|wanted| wanted < now.minus(DAY)) {
        errors.add("estimatedCompletion", "must not lie in the past");
    } else if wanted.is_some_and(|wanted| wanted > now.plus(TEN_YEARS)) {
        errors.add("estimatedCompletion", "must lie within the next ten years");
    }
    wanted
}

pub(super) fn check_lines(
    errors: &mut FieldErrors,
    lines: Vec<Line>,
    most_lines: usize,
) -> Vec<Line> {
    errors.items("items", lines.len(), most_lines);
    let mut units: HashMap<ProductId, i64> = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        let field = format!("items[{index}].quantity");
        if !(1..=MAX_QUANTITY).contains(&line.quantity) {
            errors.number(&field, line.quantity, 1, MAX_QUANTITY);
            continue;
        }
        let sum = units.entry(line.product_id).or_insert(0);
        *sum = sum.saturating_add(line.quantity);
        if *sum > MAX_QUANTITY {
            errors.add(
                &field,
                format!("at most {MAX_QUANTITY} units of one product fit in an order"),
            );
        }
    }
    lines
}

/// The lines of an order at current prices, and their sum. Adds an error for every product that cannot be ordered.
pub(super) fn priced(
    order_id: OrderId,
    lines: &[Line],
    products: &HashMap<ProductId, Sellable>,
    currency: Currency,
    errors: &mut FieldErrors,
) -> (Vec<Item>, i64) {
    let mut items = Vec::with_capacity(lines.len());
    let mut total = Some(0_i64);
    for ((index, line), position) in lines.iter().enumerate().zip(0..) {
        let Some(product) = products.get(&line.product_id).filter(|p| p.active) else {
            errors.add(
                format!("items[{index}].productId"),
                "no such product can be ordered",
            );
            continue;
        };
        if product.price.currency != currency {
            errors.add(
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
        errors.add("items", "the total is too large");
    }
    (items, total.unwrap_or(0))
}

/// The kind of an order with these items. Free text alone is a service.
pub(super) fn kind_of(items: &[Item]) -> OrderKind {
    let has = |kind| items.iter().any(|item| item.kind == kind);
    match (has(ProductKind::Goods), has(ProductKind::Service)) {
        (true, true) => OrderKind::Mixed,
        (true, false) => OrderKind::Goods,
        (false, _) => OrderKind::Service,
    }
}

/// The title of an order with only a description: its first line, shortened.
pub(super) fn title_of(description: &str) -> String {
    let line = description.trim().lines().next().unwrap_or_default().trim();
    if line.chars().count() <= SHORT_TITLE {
        return line.to_owned();
    }
    let start: String = line.chars().take(SHORT_TITLE - 1).collect();
    format!("{}…", start.trim_end())
}

impl Order {
    /// The search words.
    pub fn words(&self) -> SearchTerms {
        let items = self.items.iter().map(|item| item.name.as_str());
        SearchTerms::of_order(&self.title, &self.customer_name, items, &self.description)
    }
}

impl Address {
    pub(super) fn check(self, errors: &mut FieldErrors) -> Self {
        let field = |name| format!("shippingAddress.{name}");
        let country = errors.required_line(&field("country"), &self.country, 2);
        if !country.is_empty() && !country.chars().all(|c| c.is_ascii_uppercase()) {
            errors.add(
                field("country"),
                "must be a two-letter country code (ISO 3166-1), such as DE",
            );
        } else if country.chars().count() == 1 {
            errors.add(field("country"), "must have two letters, such as DE");
        }
        Self {
            name: errors.line(&field("name"), &self.name, pb::Address::MAX_NAME),
            line1: errors.required_line(&field("line1"), &self.line1, pb::Address::MAX_LINE1),
            line2: errors.line(&field("line2"), &self.line2, pb::Address::MAX_LINE2),
            city: errors.required_line(&field("city"), &self.city, pb::Address::MAX_CITY),
            region: errors.line(&field("region"), &self.region, pb::Address::MAX_REGION),
            postal_code: errors.line(
                &field("postalCode"),
                &self.postal_code,
                pb::Address::MAX_POSTAL_CODE,
            ),
            country,
        }
    }
}

/// A checked note or reason.
pub fn note(field: &str, text: &str) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::default();
    let text = errors.paragraph(field, text, MAX_NOTE);
    errors.or(text)
}

#[cfg(test)]
mod tests;
