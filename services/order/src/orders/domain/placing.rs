//! Creates an order from a customer's request: checks, prices, totals.

use std::collections::HashMap;

use waybill_primitives::{Currency, FieldErrors, OrderId, OrderNumber, ProductId, Timestamp};
use waybill_proto::order as pb;

use super::{
    Customer, Details, Item, Order, OrderKind, OrderStatus, PaymentStatus, SearchTerms, StockState,
    changes::Changed, details::NEEDS,
};
use crate::{
    base::fields::MAX_AMOUNT,
    shop::{
        products::domain::{Line, MAX_QUANTITY, ProductKind, Sellable},
        settings::domain::ShopSettings,
    },
};

/// Longest note or reason of a change.
pub const MAX_NOTE: usize = pb::HistoryItem::MAX_NOTE;

/// The request for an order.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub lines: Vec<Line>,
    pub details: Details,
}

impl Draft {
    /// Trims, and checks everything that needs no database. `most_lines`: maximum number of lines.
    pub fn check(self, now: Timestamp, most_lines: usize) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.lines.is_empty() && self.details.is_empty() {
            errors.add("items", NEEDS);
        }
        let checked = Self {
            details: self.details.check(&mut errors, None, now),
            lines: check_lines(&mut errors, self.lines, most_lines),
        };
        errors.or(checked)
    }

    /// Adds prices to a checked draft and creates the order. An order that costs nothing is a request for a quote, which reserves no
    /// goods and does not expire; where the shop has free orders it is paid at once: then there are two changes, placed and paid. The
    /// last change has the order. `guest`: the customer has no account.
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
        let mut order = Order {
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
            title: String::new(),
            description: String::new(),
            special_instructions: String::new(),
            estimated_completion: None,
            items,
            total,
            refunded: 0,
            currency: shop.currency,
            shipping_address: None,
            search: String::new(),
            guest,
            replaces_id: None,
            replaced_by_id: None,
            quote_state: None,
            quote: None,
            payment_id: None,
            held_from: None,
            available_since: None,
            expires_at: Some(now.plus(shop.expiry(kind))),
            completed_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.details.apply(&mut order);
        errors.or(())?;
        order.require_contents()?;
        if order.total == 0 && !shop.free_orders {
            order.request_quote();
            (order.holding, order.expires_at) = (StockState::Nothing, None);
        }
        Ok(Changed::placed(order, now))
    }
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
            refunded_quantity: 0,
        });
    }
    if total.is_none() {
        errors.add("items", "the total is too large");
    }
    (items, total.unwrap_or(0))
}

/// The kind of an order with these items. Free text alone is a service; so is what is made to order, whatever comes out of it.
pub(super) fn kind_of(items: &[Item]) -> OrderKind {
    let is_stocked = |item: &Item| item.kind == ProductKind::Goods && item.product().is_some();
    let work = items.iter().any(|item| !is_stocked(item));
    match (items.iter().any(is_stocked), work) {
        (true, true) => OrderKind::Mixed,
        (true, false) => OrderKind::Goods,
        (false, _) => OrderKind::Service,
    }
}

impl Order {
    /// The search words.
    pub fn words(&self) -> SearchTerms {
        let items = self.items.iter().map(|item| item.name.as_str());
        SearchTerms::of_order(&self.title, &self.customer_name, items, &self.description)
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
