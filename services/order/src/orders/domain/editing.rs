//! Editing a PENDING order: text, dates and address, and its lines until it is paid, at current prices.

use std::collections::{BTreeMap, HashMap};

use waybill_primitives::{FieldErrors, ProductId, Timestamp};

use super::{
    Changed, Details, Order, OrderEvent, OrderStatus, PaymentStatus, StockState,
    placing::{check_lines, kind_of, priced},
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
    pub details: Details,
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

impl Edit {
    /// Checks and trims the given fields by the rules of placing.
    pub fn check(
        self,
        order: &Order,
        now: Timestamp,
        most_lines: usize,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let present = order.estimated_completion;
        let checked = Self {
            details: self.details.check(&mut errors, present, now),
            lines: self
                .lines
                .map(|lines| check_lines(&mut errors, lines, most_lines)),
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
        edit.details.apply(&mut order);
        order.require_contents()?;
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
}

#[cfg(test)]
mod tests;
