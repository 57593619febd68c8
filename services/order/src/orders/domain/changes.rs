//! Changes of an order: each function returns the next version and what to record, without side effects.

use std::time::Duration;

use waybill_primitives::{Money, PaymentId, ProductId, Timestamp};

use super::{
    Assignee, Order, OrderEvent,
    OrderStatus::{self, Cancelled, Completed, InProgress, OnHold, Pending},
    PaymentStatus, QuoteState, Refused, StockState,
    transitions::Party,
    transitions::allowed,
};
use crate::shop::products::domain::ProductKind;

/// How often a started payment may extend the expiry of an order.
pub const MAX_EXTENSIONS: u64 = 5;
/// Maximum lifetime of an unpaid order after placing, with extensions by payments that nobody makes by hand.
pub const MAX_LIFETIME: Duration = Duration::from_hours(24);

/// Effect of a change on the stock of the order's goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockEffect {
    Nothing,
    Reserve,
    Sell,
    Release,
    Return,
}

/// The next version of an order, with the change that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub order: Order,
    pub event: OrderEvent,
    /// Status and payment status before.
    pub before: (Option<OrderStatus>, Option<PaymentStatus>),
    /// State of the quote before.
    pub quote_before: Option<QuoteState>,
    /// The previous worker, if the change took it from them.
    pub previous: Option<Assignee>,
    /// The payment of the change, if any.
    pub payment_id: Option<PaymentId>,
    pub stock: StockEffect,
    /// Refunded units that go back to the stock besides.
    pub restocked: Vec<(ProductId, i64)>,
    /// The replacement of this order, at the end of the change.
    pub replacement: Option<Box<Order>>,
}

/// What arrived at the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refund {
    /// What was refunded of the payment so far; none: everything.
    pub so_far: Option<Money>,
    /// The units that this refund is for; empty for an amount.
    pub units: Vec<RefundedUnits>,
}

/// Units of an item that are refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundedUnits {
    /// The place of the item, from 0.
    pub position: i32,
    pub quantity: i64,
    /// They go back to the stock.
    pub restock: bool,
}

/// What is said about a change.
#[derive(Debug, Clone, Copy, Default)]
pub struct Remark<'a> {
    /// For all participants.
    pub note: &'a str,
    /// What the customer must not read.
    pub internal: &'a str,
}

impl<'a> From<&'a str> for Remark<'a> {
    fn from(note: &'a str) -> Self {
        Self { note, internal: "" }
    }
}

impl<'a> From<&'a String> for Remark<'a> {
    fn from(note: &'a String) -> Self {
        note.as_str().into()
    }
}

impl Remark<'_> {
    /// Both, for the audit log.
    pub fn whole(&self) -> String {
        let texts = [self.note, self.internal];
        let texts = texts.into_iter().filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join(" / ")
    }
}

/// The result of a payment event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Changed(Box<Changed>),
    /// The payment cannot be accepted and must be refunded.
    Rejected(Box<Changed>, &'static str),
    /// Already processed.
    Nothing,
}

impl Changed {
    /// The first change or changes of an order (see [`super::Draft::place`]).
    pub(super) fn placed(order: Order, now: Timestamp) -> Vec<Self> {
        let stock = match order.holding {
            StockState::Reserved => StockEffect::Reserve,
            _ => StockEffect::Nothing,
        };
        let due = order.total > 0 || order.is_unpriced();
        let placed = Self {
            event: OrderEvent::Placed,
            before: (None, None),
            quote_before: None,
            previous: None,
            payment_id: None,
            stock,
            restocked: Vec::new(),
            replacement: None,
            order,
        };
        if due {
            return vec![placed];
        }
        let paid = placed.order.next(OrderEvent::Paid, now, |order| {
            order.payment_status = PaymentStatus::Paid;
        });
        vec![placed, paid]
    }

    /// The values before and after, for the history: payment statuses for changes of payment, states of the quote for its changes, else
    /// order statuses.
    pub fn sides(&self) -> (Option<&'static str>, &'static str) {
        match self.event {
            OrderEvent::Paid
            | OrderEvent::PaymentFailed
            | OrderEvent::PaymentRejected
            | OrderEvent::Refunded => (
                self.before.1.map(PaymentStatus::as_str),
                self.order.payment_status.as_str(),
            ),
            OrderEvent::Quoted
            | OrderEvent::QuoteWithdrawn
            | OrderEvent::QuoteAccepted
            | OrderEvent::QuoteExpired => (
                self.quote_before.map(QuoteState::as_str),
                self.order.quote_state.map_or("", QuoteState::as_str),
            ),
            _ => (
                self.before.0.map(OrderStatus::as_str),
                self.order.status.as_str(),
            ),
        }
    }
}

impl Order {
    /// The next version. What follows from the new state (expiry, pool, stock) is derived here and nowhere else.
    pub(super) fn next(
        &self,
        event: OrderEvent,
        now: Timestamp,
        change: impl FnOnce(&mut Self),
    ) -> Changed {
        let mut order = self.clone();
        change(&mut order);
        order.version += 1;
        order.updated_at = now;
        let paid =
            !order.payment_status.is_due() && order.payment_status != PaymentStatus::Authorized;
        let (holding, stock) = match (self.holding, order.status) {
            (StockState::Reserved, Cancelled) => (StockState::Nothing, StockEffect::Release),
            (StockState::Sold, Cancelled) => (StockState::Nothing, StockEffect::Return),
            // Refunded in full, and the goods were never shipped.
            (StockState::Sold, _) if order.gives_goods_back() => {
                (StockState::Nothing, StockEffect::Return)
            }
            // Paid or delivered goods have left the stock.
            (StockState::Reserved, status) if paid || status == Completed => {
                (StockState::Sold, StockEffect::Sell)
            }
            (holding, _) => (holding, StockEffect::Nothing),
        };
        order.holding = holding;
        if order.status != OnHold {
            order.held_from = None;
        }
        if order.status != Pending || paid {
            order.expires_at = None;
        } else if order.is_unpriced() {
            // A request waits as long as it takes; an offer ends.
            let offered = order.quote_state == Some(QuoteState::Offered);
            let offer = order.offer().filter(|_| offered);
            order.expires_at = offer.map(|offer| offer.valid_until);
        }
        order.available_since = if order.is_available() {
            order.available_since.or(Some(now))
        } else {
            None
        };
        Changed {
            event,
            before: (Some(self.status), Some(self.payment_status)),
            quote_before: self.quote_state,
            previous: None,
            payment_id: None,
            stock,
            restocked: Vec::new(),
            replacement: None,
            order,
        }
    }

    /// A step of the transition table by a user with the roles `parties`. An unpaid order that is PENDING again has `expiry` to be paid.
    pub fn change_status(
        &self,
        to: OrderStatus,
        parties: &[Party],
        now: Timestamp,
        expiry: Duration,
    ) -> Result<Changed, Refused> {
        let allowed = self.allowed(parties);
        if !allowed.contains(&to) {
            let requestable = (self.status, to) == (InProgress, Completed);
            return Err(Refused {
                from: self.status,
                to,
                allowed,
                request: requestable && parties.contains(&Party::Assignee),
            });
        }
        let event = match to {
            Cancelled => OrderEvent::Cancelled,
            Completed => OrderEvent::Completed,
            _ => OrderEvent::StatusChanged,
        };
        Ok(self.next(event, now, |order| {
            order.status = to;
            match to {
                OnHold => order.held_from = Some(self.status),
                Completed => order.completed_at = Some(now),
                Pending if order.payment_status.is_due() => {
                    order.expires_at = Some(now.plus(expiry));
                }
                _ => {}
            }
        }))
    }

    /// The statuses that these parties may set now. Work does not begin before there is a price.
    fn allowed(&self, parties: &[Party]) -> Vec<OrderStatus> {
        let mut allowed = allowed(self.status, self.held_from, parties);
        allowed.retain(|to| *to != InProgress || !self.is_unpriced());
        allowed
    }

    /// The change of a claim; `self` is the order after it.
    pub fn claimed(self) -> Changed {
        Changed {
            event: OrderEvent::Claimed,
            before: (Some(Pending), Some(self.payment_status)),
            quote_before: self.quote_state,
            previous: None,
            payment_id: None,
            stock: StockEffect::Nothing,
            restocked: Vec::new(),
            replacement: None,
            order: self,
        }
    }

    /// Returns it to the pool, without a worker.
    pub fn released(&self, now: Timestamp, expiry: Duration) -> Result<Changed, Refused> {
        if !matches!(self.status, InProgress | OnHold) || self.assignee_id.is_none() {
            return Err(Refused {
                from: self.status,
                to: Pending,
                allowed: self.allowed(&[Party::Admin]),
                request: false,
            });
        }
        let mut changed = self.next(OrderEvent::Released, now, |order| {
            order.status = Pending;
            order.assign(None);
            if order.payment_status.is_due() {
                order.expires_at = Some(now.plus(expiry));
            }
        });
        changed.previous = self.assignee();
        Ok(changed)
    }

    /// A payment was started: the order does not expire for `window`, at most [`MAX_EXTENSIONS`] times and at most [`MAX_LIFETIME`] after
    /// it could be paid. None if it does not expire earlier anyway, with a tolerance of a tenth of the window: most payments start right after
    /// placing.
    pub fn payment_started(
        &self,
        payment_id: PaymentId,
        earlier: u64,
        window: Duration,
        now: Timestamp,
    ) -> Option<Changed> {
        let expires_at = self.expires_at.filter(|_| !self.is_unpriced())?;
        let until = now
            .plus(window)
            .min(self.payable_since().plus(MAX_LIFETIME));
        if earlier >= MAX_EXTENSIONS || until <= expires_at.plus(window / 10) {
            return None;
        }
        Some(self.extended(payment_id, until, now))
    }

    /// A payment by bank transfer or in cash was started, the first one of the order at `first`: the order does not expire for `window`
    /// from then, however old it is. None if it does not expire earlier anyway.
    pub fn manual_payment_started(
        &self,
        payment_id: PaymentId,
        first: Timestamp,
        window: Duration,
        now: Timestamp,
    ) -> Option<Changed> {
        let expires_at = self.expires_at.filter(|_| !self.is_unpriced())?;
        let until = first.plus(window);
        (until > expires_at).then(|| self.extended(payment_id, until, now))
    }

    fn extended(&self, payment_id: PaymentId, until: Timestamp, now: Timestamp) -> Changed {
        let mut changed = self.next(OrderEvent::PaymentStarted, now, |order| {
            order.expires_at = Some(until);
        });
        changed.payment_id = Some(payment_id);
        changed
    }

    /// The expiry of an unpaid order that is due, or of its offer: then the order stays.
    pub fn expired(&self, now: Timestamp) -> Option<Changed> {
        if self.is_unpriced() {
            return self.quote_expired(now);
        }
        let over = self.status == Pending
            && self.payment_status.is_due()
            && self.expires_at.is_some_and(|at| at <= now);
        over.then(|| {
            self.next(OrderEvent::Expired, now, |order| {
                order.status = Cancelled;
            })
        })
    }

    /// A payment succeeded.
    pub fn paid(&self, payment_id: PaymentId, amount: Money, now: Timestamp) -> Outcome {
        if self.payment_id == Some(payment_id) {
            return Outcome::Nothing;
        }
        let reason = if self.status == Cancelled {
            Some("the order is cancelled")
        } else if !self.payment_status.is_due() {
            Some("the order is paid already")
        } else if self.is_unpriced() {
            Some("the order has no price yet")
        } else if amount != self.total() {
            Some("the amount is not what the order costs")
        } else {
            None
        };
        let mut changed = match reason {
            None => self.next(OrderEvent::Paid, now, |order| {
                order.payment_status = PaymentStatus::Paid;
                order.payment_id = Some(payment_id);
            }),
            Some(_) => self.next(OrderEvent::PaymentRejected, now, |_| {}),
        };
        changed.payment_id = Some(payment_id);
        match reason {
            None => Outcome::Changed(Box::new(changed)),
            Some(reason) => Outcome::Rejected(Box::new(changed), reason),
        }
    }

    /// A payment failed. The order can still be paid.
    pub fn payment_failed(&self, payment_id: PaymentId, now: Timestamp) -> Outcome {
        if self.status == Cancelled || self.payment_status != PaymentStatus::Unpaid {
            return Outcome::Nothing;
        }
        let mut changed = self.next(OrderEvent::PaymentFailed, now, |order| {
            order.payment_status = PaymentStatus::Failed;
        });
        changed.payment_id = Some(payment_id);
        Outcome::Changed(Box::new(changed))
    }

    /// Whether its goods must return to the stock: it is refunded and was not carried out.
    fn gives_goods_back(&self) -> bool {
        self.payment_status == PaymentStatus::Refunded && self.status != Completed
    }

    /// What was refunded of its payment, in minor units. Version 0.1 does not write it: there, all of a refunded order is.
    pub fn refunded_amount(&self) -> i64 {
        match self.payment_status {
            PaymentStatus::Refunded => self.total,
            _ => self.refunded,
        }
    }

    /// A refund. That of a payment that the order never accepted has no effect.
    pub fn refunded(&self, payment_id: PaymentId, refund: &Refund, now: Timestamp) -> Outcome {
        if self.payment_id != Some(payment_id) || self.payment_status == PaymentStatus::Refunded {
            return Outcome::Nothing;
        }
        let in_part = refund
            .so_far
            .filter(|money| money.currency == self.currency && money.amount < self.total);
        let mut restocked = Vec::new();
        let mut changed = self.next(OrderEvent::Refunded, now, |order| {
            order.payment_status = if in_part.is_some() {
                PaymentStatus::PartiallyRefunded
            } else {
                PaymentStatus::Refunded
            };
            order.refunded = in_part.map_or(order.total, |money| money.amount);
            for units in &refund.units {
                let place = usize::try_from(units.position).ok();
                let Some(item) = place.and_then(|place| order.items.get_mut(place)) else {
                    continue;
                };
                let quantity = units.quantity.clamp(0, item.kept());
                item.refunded_quantity += quantity;
                let product = item.product().filter(|_| item.kind == ProductKind::Goods);
                // Goods of a cancelled order are back already.
                let product = product.filter(|_| units.restock && self.holding == StockState::Sold);
                if let Some(product) = product.filter(|_| quantity > 0) {
                    restocked.push((product, quantity));
                }
            }
        });
        changed.payment_id = Some(payment_id);
        changed.restocked = restocked;
        Outcome::Changed(Box::new(changed))
    }
}

#[cfg(test)]
mod tests;
