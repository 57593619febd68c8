//! Editing a PENDING order: text, dates and address, and its lines until it is paid, at current prices. An edit of what a quote is for
//! makes the order a request again.

use std::collections::{BTreeMap, HashMap};

use waybill_primitives::{FieldErrors, ProductId, Timestamp};

use super::{
    Changed, Details, Order, OrderEvent, OrderStatus, PaymentStatus, StockState,
    changes::MAX_LIFETIME,
    placing::{check_lines, kind_of, priced},
};
use crate::shop::{
    products::domain::{Line, Sellable},
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
    /// It had a price before, longer ago than an order may stay unpaid.
    TooLate,
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
    /// Whether the order has these lines already. Lines of a quote cannot be edited, and do not count.
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
            .filter_map(|item| Some((item.product()?, item.quantity)));
        let mut requested = lines.iter().map(|line| (line.product_id, line.quantity));
        units(&mut has) == units(&mut requested)
    }

    /// Where it is delivered, without street and name: another street costs the same, and correcting it keeps an offer.
    fn place(&self) -> Option<[&str; 4]> {
        let address = self.shipping_address.as_ref()?;
        let place = [
            &address.city,
            &address.region,
            &address.postal_code,
            &address.country,
        ];
        Some(place.map(String::as_str))
    }

    /// Whether a quote for the other one is a quote for this one, too.
    fn has_terms_of(&self, other: &Self) -> bool {
        self.items == other.items
            && self.title == other.title
            && self.description == other.description
            && self.special_instructions == other.special_instructions
            && self.estimated_completion == other.estimated_completion
            && self.place() == other.place()
    }

    /// The order after a checked edit; no change if nothing differs. A paid order keeps its lines; other fields can change while it is
    /// PENDING. An order that costs nothing any more becomes a request for a quote, or paid where the shop has free orders, as when
    /// placing; and the other way round. What is a request stays one: its price is not zero because nobody has set it. If the customer or
    /// an administrator edits what a quote is for, the offer ends, also an accepted one. The effect on the stock is the difference of the
    /// lines, and is not part of the result. The expiry does not change, and a request that gets a price by an edit can be paid for
    /// [`MAX_LIFETIME`] after its first price, or as long as any order if that is longer: edits cannot keep goods reserved.
    pub fn edited(
        &self,
        edit: Edit,
        products: &HashMap<ProductId, Sellable>,
        shop: &ShopSettings,
        now: Timestamp,
    ) -> Result<Vec<Changed>, NotEdited> {
        let due = self.payment_status.is_due();
        let asked = self.quote_state.is_some();
        let repriced = edit
            .lines
            .as_ref()
            .filter(|lines| (due && !asked) || !self.is_of(lines));
        if self.status != OrderStatus::Pending || (repriced.is_some() && !due) {
            return Err(NotEdited::State(self.status, self.payment_status));
        }
        let mut order = self.clone();
        let mut requote = repriced.is_some();
        if let Some(lines) = repriced {
            let mut errors = FieldErrors::default();
            let (items, total) = priced(order.id, lines, products, shop.currency, &mut errors);
            errors.or(())?;
            (order.kind, order.total, order.currency) = (kind_of(&items), total, shop.currency);
            order.items = items;
        }
        edit.details.apply(&mut order);
        order.require_contents()?;
        requote |= asked && !order.has_terms_of(self);
        if due && requote {
            order.requote(self, shop.free_orders && self.quote.is_none(), now);
            if self.is_unpriced() && !order.is_unpriced() {
                let expiry = shop.expiry(order.kind);
                let last = order.payable_since().plus(expiry.max(MAX_LIFETIME));
                if last <= now {
                    return Err(NotEdited::TooLate);
                }
                order.expires_at = Some(last.min(now.plus(expiry)));
            }
        }
        if order == *self {
            return Ok(Vec::new());
        }
        let reserves = !order.is_unpriced() && !order.goods().is_empty();
        let free = order.total == 0 && order.quote_state.is_none();
        let mut edited = self.next(OrderEvent::Edited, now, |next| *next = order);
        // A paid order keeps its lines and its stock.
        if !due {
            return Ok(vec![edited]);
        }
        edited.order.holding = if reserves {
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
