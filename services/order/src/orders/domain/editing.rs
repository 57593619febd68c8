//! Editing a PENDING order: text, dates and address, and its lines until it is paid, at current prices.

use std::collections::{BTreeMap, HashMap};

use waybill_primitives::{FieldErrors, ProductId, Timestamp};

use super::{
    Address, Changed, Order, OrderEvent, OrderStatus, PaymentStatus, StockState,
    placing::{
        NEEDS, check_lines, check_wanted, description, instructions, kind_of, priced, title,
        title_of,
    },
};
use crate::shop::{
    products::domain::{Line, ProductKind, Sellable},
    settings::domain::ShopSettings,
};

/// The changes; fields that are none stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// All lines; replaces the current ones.
    pub lines: Option<Vec<Line>>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub special_instructions: Option<String>,
    /// Inner none: clears it.
    pub estimated_completion: Option<Option<Timestamp>>,
    pub shipping_address: Option<Option<Address>>,
}

/// Why an edit is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotEdited {
    /// Only a PENDING order can be edited, and its lines only until it is paid.
    State(OrderStatus, PaymentStatus),
    FieldErrors(FieldErrors),
}

impl From<FieldErrors> for NotEdited {
    fn from(errors: FieldErrors) -> Self {
        Self::FieldErrors(errors)
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

impl Edit {
    /// Checks and trims the given fields by the rules of placing. An unchanged date is not checked again: it may have passed since, and
    /// an order can be sent back as it was read.
    pub fn check(
        mut self,
        order: &Order,
        now: Timestamp,
        most_lines: usize,
    ) -> Result<Self, FieldErrors> {
        self.estimated_completion
            .take_if(|wanted| *wanted == order.estimated_completion);
        let mut errors = FieldErrors::default();
        let checked = Self {
            title: self.title.map(|text| title(&mut errors, &text)),
            lines: self
                .lines
                .map(|lines| check_lines(&mut errors, lines, most_lines)),
            description: self.description.map(|text| description(&mut errors, &text)),
            special_instructions: self
                .special_instructions
                .map(|text| instructions(&mut errors, &text)),
            estimated_completion: self
                .estimated_completion
                .map(|wanted| check_wanted(&mut errors, wanted, now)),
            shipping_address: self
                .shipping_address
                .map(|address| address.map(|address| address.check(&mut errors))),
        };
        errors.or(checked)
    }
}

impl Order {
    /// Whether the order has these lines already.
    fn is_of(&self, lines: &[Line]) -> bool {
        let units = |lines: &mut dyn Iterator<Item = (ProductId, i64)>| {
            let mut units: BTreeMap<ProductId, i64> = BTreeMap::new();
            for (product, quantity) in lines {
                *units.entry(product).or_insert(0) += quantity;
            }
            units
        };
        let mut has = self
            .items
            .iter()
            .map(|item| (item.product_id, item.quantity));
        let mut requested = lines.iter().map(|line| (line.product_id, line.quantity));
        units(&mut has) == units(&mut requested)
    }

    /// The order after a checked edit; no change if nothing differs. A paid order keeps its lines; other fields can change while it is
    /// PENDING. If nothing is due any more, it becomes paid, as when placing. The effect on the stock is the difference of the lines, and
    /// is not part of the result. The expiry does not change, so that edits cannot keep goods reserved.
    pub fn edited(
        &self,
        edit: Edit,
        products: &HashMap<ProductId, Sellable>,
        shop: &ShopSettings,
        now: Timestamp,
    ) -> Result<Vec<Changed>, NotEdited> {
        let due = self.payment_status.is_due();
        let repriced = edit
            .lines
            .as_ref()
            .filter(|lines| due || !self.is_of(lines));
        if self.status != OrderStatus::Pending || (repriced.is_some() && !due) {
            return Err(NotEdited::State(self.status, self.payment_status));
        }
        let mut order = self.clone();
        if let Some(lines) = repriced {
            let mut errors = FieldErrors::default();
            let (items, total) = priced(order.id, lines, products, shop.currency, &mut errors);
            errors.or(())?;
            (order.kind, order.total, order.currency) = (kind_of(&items), total, shop.currency);
            order.items = items;
        }
        set(&mut order.title, edit.title);
        set(&mut order.description, edit.description);
        set(&mut order.special_instructions, edit.special_instructions);
        set(&mut order.estimated_completion, edit.estimated_completion);
        set(
            &mut order.shipping_address,
            edit.shipping_address.map(|address| address.map(Into::into)),
        );
        if order.items.is_empty() && order.title.is_empty() {
            if order.description.is_empty() {
                return Err(FieldErrors::one("items", NEEDS).into());
            }
            order.title = title_of(&order.description);
        }
        if order == *self {
            return Ok(Vec::new());
        }
        let has_goods = order.items.iter().any(|i| i.kind == ProductKind::Goods);
        let free = order.total == 0;
        let mut edited = self.next(OrderEvent::Edited, now, |next| *next = order);
        // A paid order keeps its lines and its stock.
        if !due {
            return Ok(vec![edited]);
        }
        edited.order.holding = if has_goods {
            StockState::Reserved
        } else {
            StockState::Nothing
        };
        if !free {
            return Ok(vec![edited]);
        }
        let paid = edited.order.next(OrderEvent::Paid, now, |order| {
            order.payment_status = PaymentStatus::Paid;
        });
        Ok(vec![edited, paid])
    }

    /// The differences from the order before, for the history.
    pub fn difference(&self, before: &Self) -> String {
        let mut parts = Vec::new();
        let mut note = |differs: bool, name: &'static str| {
            if differs {
                parts.push(name);
            }
        };
        note(self.items != before.items, "items");
        note(self.title != before.title, "title");
        note(self.description != before.description, "description");
        note(
            self.special_instructions != before.special_instructions,
            "special instructions",
        );
        note(
            self.estimated_completion != before.estimated_completion,
            "wanted date",
        );
        note(
            self.shipping_address != before.shipping_address,
            "shipping address",
        );
        let parts = parts.join(", ");
        let (was, is) = (before.total(), self.total());
        if was == is {
            format!("changed: {parts}")
        } else {
            format!("changed: {parts}; total {was} → {is}")
        }
    }
}

#[cfg(test)]
mod tests;
