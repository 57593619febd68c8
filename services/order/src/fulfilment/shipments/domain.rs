//! Shipments: their lines, states and changes. Pure.

mod tracking;

use std::collections::BTreeMap;

use waybill_primitives::{FieldErrors, ProductId, ShipmentId, Timestamp};
use waybill_proto::order as pb;

pub use super::entity::{ShipmentState, line::Model as Line, shipment::Model as Shipment};
use crate::{
    orders::domain::{MAX_NOTE, Order, OrderKind, OrderStatus, PaymentStatus},
    shop::products::domain::ProductKind,
};

/// Longest name of a carrier, in characters.
pub const MAX_CARRIER: usize = pb::Shipment::MAX_CARRIER;
/// Most shipments of one order.
pub const MAX_SHIPMENTS: usize = 100;

impl ShipmentState {
    /// The states that can follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Preparing => &[Self::Shipped, Self::Cancelled],
            Self::Shipped => &[Self::Delivered, Self::Cancelled],
            Self::Delivered | Self::Cancelled => &[],
        }
    }

    /// The goods are shipped.
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Shipped | Self::Delivered)
    }
}

/// Units of one product that are not in a shipment, below 0 if too many are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unshipped {
    pub name: String,
    pub quantity: i64,
}

/// The request for a shipment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewShipment {
    pub carrier: String,
    pub tracking_number: String,
    pub tracking_url: String,
    pub note: String,
    /// Empty: everything that is in no other shipment.
    pub lines: Vec<(ProductId, i64)>,
    pub shipped: bool,
}

/// The changes. None: stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShipmentPatch {
    pub state: Option<ShipmentState>,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub note: Option<String>,
}

/// Why a shipment is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShipmentRefused {
    #[error("the request is not valid: {0}")]
    Invalid(#[from] FieldErrors),
    #[error("the order has no goods to ship")]
    NoGoods,
    #[error("the order is not paid")]
    NotPaid,
    #[error("an order that is {0} cannot be shipped")]
    WrongStatus(OrderStatus),
    #[error("all goods of the order are in shipments already")]
    NothingLeft,
    #[error("an order has at most {MAX_SHIPMENTS} shipments")]
    TooMany,
    #[error("the shipment cannot go from {from} to {to}")]
    WrongState {
        from: ShipmentState,
        to: ShipmentState,
    },
}

/// Units per product that are in no shipment, of all goods of the order that were not refunded; cancelled shipments do not count.
pub fn unshipped(order: &Order, shipments: &[Shipment]) -> BTreeMap<ProductId, Unshipped> {
    let mut left: BTreeMap<ProductId, Unshipped> = BTreeMap::new();
    for item in order
        .items
        .iter()
        .filter(|item| item.kind == ProductKind::Goods)
    {
        let units = left.entry(item.product_id).or_insert_with(|| Unshipped {
            name: item.name.clone(),
            quantity: 0,
        });
        units.quantity += item.kept();
    }
    let live = shipments
        .iter()
        .filter(|shipment| shipment.state != ShipmentState::Cancelled);
    for taken in live.flat_map(|shipment| &shipment.lines) {
        if let Some(line) = left.get_mut(&taken.product_id) {
            line.quantity -= taken.quantity;
        }
    }
    left
}

/// Whether the customer has all goods of the order.
pub fn all_delivered(order: &Order, shipments: &[Shipment]) -> bool {
    let delivered: Vec<_> = shipments
        .iter()
        .filter(|shipment| shipment.state == ShipmentState::Delivered)
        .cloned()
        .collect();
    unshipped(order, &delivered)
        .values()
        .all(|line| line.quantity <= 0)
}

/// The goods of the order that are not shipped, in the order of product ids: the order in which rows are locked.
pub fn still_here(order: &Order, shipments: &[Shipment]) -> Vec<(ProductId, i64)> {
    let gone: Vec<_> = shipments
        .iter()
        .filter(|shipment| shipment.state.is_gone())
        .cloned()
        .collect();
    unshipped(order, &gone)
        .into_iter()
        .map(|(product, left)| (product, left.quantity))
        .filter(|(_, quantity)| *quantity > 0)
        .collect()
}

/// The last shipment that is being prepared with more units of a product than the customer gets, after some were refunded.
pub fn too_full(order: &Order, shipments: &[Shipment]) -> Option<usize> {
    let left = unshipped(order, shipments);
    let is_too_many = |line: &Line| left.get(&line.product_id).is_some_and(|it| it.quantity < 0);
    shipments.iter().rposition(|shipment| {
        shipment.state == ShipmentState::Preparing && shipment.lines.iter().any(is_too_many)
    })
}

/// Whether goods of the order may be shipped now.
fn may_ship(order: &Order) -> Result<(), ShipmentRefused> {
    if order.kind == OrderKind::Service {
        return Err(ShipmentRefused::NoGoods);
    }
    if matches!(order.status, OrderStatus::Cancelled | OrderStatus::OnHold) {
        return Err(ShipmentRefused::WrongStatus(order.status));
    }
    if !matches!(
        order.payment_status,
        PaymentStatus::Paid | PaymentStatus::PartiallyRefunded
    ) {
        return Err(ShipmentRefused::NotPaid);
    }
    Ok(())
}

impl NewShipment {
    /// Creates the shipment, given the order's `others`.
    pub fn build(
        self,
        order: &Order,
        others: &[Shipment],
        now: Timestamp,
    ) -> Result<Shipment, ShipmentRefused> {
        let mut errors = FieldErrors::default();
        let carrier = errors.line("carrier", &self.carrier, MAX_CARRIER);
        let tracking_number = tracking::number(&mut errors, &self.tracking_number);
        let given = tracking::url(&mut errors, &self.tracking_url);
        let note = errors.paragraph("note", &self.note, MAX_NOTE);
        let left = unshipped(order, others);
        let id = ShipmentId::new();
        let line = |product: ProductId, name: &str, quantity: i64| Line {
            shipment_id: id,
            product_id: product,
            name: name.to_owned(),
            quantity,
        };
        let mut lines = Vec::new();
        for (index, (product, quantity)) in self.lines.iter().enumerate() {
            let Some(units) = left.get(product) else {
                errors.add(
                    format!("lines[{index}].productId"),
                    "is not among the goods of the order",
                );
                continue;
            };
            if lines.iter().any(|line: &Line| line.product_id == *product) {
                errors.add(format!("lines[{index}].productId"), "comes twice");
            } else if !(1..=units.quantity).contains(quantity) {
                let problem = match units.quantity {
                    ..=0 => "all of it is in shipments already".to_owned(),
                    left => format!("must be from 1 to {left}, which no shipment has yet"),
                };
                errors.add(format!("lines[{index}].quantity"), problem);
            }
            lines.push(line(*product, &units.name, *quantity));
        }
        errors.or(())?;
        may_ship(order)?;
        if others.len() >= MAX_SHIPMENTS {
            return Err(ShipmentRefused::TooMany);
        }
        if self.lines.is_empty() {
            lines = left
                .iter()
                .filter(|(_, units)| units.quantity > 0)
                .map(|(product, units)| line(*product, &units.name, units.quantity))
                .collect();
            if lines.is_empty() {
                return Err(ShipmentRefused::NothingLeft);
            }
        }
        let tracking_url = given.unwrap_or_else(|| tracking::made(&carrier, &tracking_number));
        Ok(Shipment {
            id,
            order_id: order.id,
            state: if self.shipped {
                ShipmentState::Shipped
            } else {
                ShipmentState::Preparing
            },
            carrier,
            tracking_number,
            tracking_url,
            lines,
            note,
            shipped_at: self.shipped.then_some(now),
            delivered_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

impl Shipment {
    /// The next version; none if the patch changes nothing.
    pub fn patched(
        &self,
        patch: &ShipmentPatch,
        order: &Order,
        now: Timestamp,
    ) -> Result<Option<Self>, ShipmentRefused> {
        let mut errors = FieldErrors::default();
        let mut next = self.clone();
        if let Some(carrier) = &patch.carrier {
            next.carrier = errors.line("carrier", carrier, MAX_CARRIER);
        }
        if let Some(number) = &patch.tracking_number {
            next.tracking_number = tracking::number(&mut errors, number);
        }
        if let Some(note) = &patch.note {
            next.note = errors.paragraph("note", note, MAX_NOTE);
        }
        // A generated URL follows carrier and number.
        let was_made = self.tracking_url.is_empty()
            || self.tracking_url == tracking::made(&self.carrier, &self.tracking_number);
        let given = patch.tracking_url.as_deref();
        let given = given.map(|text| tracking::url(&mut errors, text));
        next.tracking_url = match given {
            Some(Some(url)) => url,
            None if !was_made => self.tracking_url.clone(),
            Some(None) | None => tracking::made(&next.carrier, &next.tracking_number),
        };
        errors.or(())?;
        if let Some(to) = patch.state.filter(|to| *to != self.state) {
            next = next.moved(to, order, now)?;
        }
        if next == *self {
            return Ok(None);
        }
        next.version += 1;
        next.updated_at = now;
        Ok(Some(next))
    }

    fn moved(
        mut self,
        to: ShipmentState,
        order: &Order,
        now: Timestamp,
    ) -> Result<Self, ShipmentRefused> {
        if !self.state.next().contains(&to) {
            let from = self.state;
            return Err(ShipmentRefused::WrongState { from, to });
        }
        match to {
            ShipmentState::Shipped => {
                may_ship(order)?;
                self.shipped_at = Some(now);
            }
            ShipmentState::Delivered => self.delivered_at = Some(now),
            ShipmentState::Preparing | ShipmentState::Cancelled => {}
        }
        self.state = to;
        Ok(self)
    }

    /// Cancelled with its order.
    #[must_use]
    pub fn given_up(&self, now: Timestamp) -> Self {
        Self {
            state: ShipmentState::Cancelled,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }

    /// The note in the order's history when it is shipped.
    pub fn summary(&self) -> String {
        let by = match self.carrier.as_str() {
            "" => String::new(),
            carrier => format!(" by {carrier}"),
        };
        match self.tracking_number.as_str() {
            "" => format!("shipped{by}"),
            number => format!("shipped{by}, tracking number {number}"),
        }
    }
}

#[cfg(test)]
mod tests;
