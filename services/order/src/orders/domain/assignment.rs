//! Assigning an order to a worker, and replacing an order by a new one.

use std::time::Duration;

use waybill_primitives::{OrderId, OrderNumber, Timestamp};

use super::{
    Assignee, Item, Order, OrderEvent, OrderKind,
    OrderStatus::{self, Cancelled, Completed, InProgress, OnHold, Pending},
    PaymentStatus, StockState,
    changes::{Changed, StockEffect},
};

/// Why an order cannot be assigned to a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAssignable {
    #[error("an order that is {0} cannot be assigned to a worker")]
    Ended(OrderStatus),
    #[error("the order is not paid yet; it can be assigned once it is paid")]
    Unpaid,
    #[error("the order waits for a quote; it can be assigned once the quote is accepted and paid")]
    Unpriced,
    #[error("an order with goods only has no work to assign")]
    NoWork,
}

/// Why an order cannot be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReplaceable {
    #[error("an order that is {0} cannot be replaced by another one")]
    Status(OrderStatus),
    #[error("the order's payment is {0}; place a new order instead")]
    Payment(PaymentStatus),
    #[error("the order waits for a quote; place a new order instead")]
    Unpriced,
}

/// A closed order and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub closed: Changed,
    /// Placed; then assigned, if a worker was named; then paid, if the closed one was. The last change has the order.
    pub opened: Vec<Changed>,
}

impl Order {
    /// Assigns it to a worker, from the pool or from another worker. None if the worker has it already. An order on hold stays on hold.
    pub fn assigned(
        &self,
        worker: &Assignee,
        now: Timestamp,
    ) -> Result<Option<Changed>, NotAssignable> {
        if matches!(self.status, Completed | Cancelled) {
            return Err(NotAssignable::Ended(self.status));
        }
        if self.kind == OrderKind::Goods {
            return Err(NotAssignable::NoWork);
        }
        if self.is_unpriced() {
            return Err(NotAssignable::Unpriced);
        }
        // An unpaid order that an administrator has started may have a worker, too.
        if self.status == Pending && self.payment_status != PaymentStatus::Paid {
            return Err(NotAssignable::Unpaid);
        }
        if self.assignee_id == Some(worker.id) {
            return Ok(None);
        }
        Ok(Some(self.given_to(worker, now)))
    }

    /// Its items as those of another order.
    pub(super) fn items_for(&self, id: OrderId) -> Vec<Item> {
        let items = self.items.iter().map(|item| Item {
            order_id: id,
            ..item.clone()
        });
        items.collect()
    }

    fn given_to(&self, worker: &Assignee, now: Timestamp) -> Changed {
        let mut changed = self.next(OrderEvent::Assigned, now, |order| {
            order.assign(Some(worker.clone()));
            match order.status {
                // It has a worker now, so it does not return to PENDING after the hold.
                OnHold => order.held_from = Some(InProgress),
                _ => order.status = InProgress,
            }
        });
        changed.previous = self.assignee();
        changed
    }

    /// Closes it and opens a new order for the same customer with the same contents. Payment and goods are transferred: nothing is
    /// refunded and no stock moves. The closed order keeps its worker, who may still read it, but has no payment any more.
    pub fn replaced(
        &self,
        worker: Option<&Assignee>,
        now: Timestamp,
        expiry: Duration,
    ) -> Result<Replacement, NotReplaceable> {
        if !matches!(self.status, InProgress | OnHold) {
            return Err(NotReplaceable::Status(self.status));
        }
        if self.is_unpriced() {
            return Err(NotReplaceable::Unpriced);
        }
        let paid = self.payment_status == PaymentStatus::Paid;
        if !paid && !self.payment_status.is_due() {
            return Err(NotReplaceable::Payment(self.payment_status));
        }
        let id = OrderId::new();
        let order = Self {
            id,
            number: OrderNumber::generate(now),
            status: Pending,
            payment_status: PaymentStatus::Unpaid,
            assignee_id: None,
            assignee_name: None,
            items: self.items_for(id),
            replaces_id: Some(self.id),
            replaced_by_id: None,
            payment_id: None,
            held_from: None,
            available_since: None,
            expires_at: (!paid).then(|| now.plus(expiry)),
            completed_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            ..self.clone()
        };
        let mut opened = vec![Changed {
            event: OrderEvent::Placed,
            before: (None, None),
            quote_before: None,
            previous: None,
            payment_id: None,
            stock: StockEffect::Nothing,
            restocked: Vec::new(),
            replacement: None,
            order,
        }];
        let last = |opened: &[Changed]| opened[opened.len() - 1].order.clone();
        if let Some(worker) = worker {
            opened.push(last(&opened).given_to(worker, now));
        }
        // After the assignment, so that an order with a worker never appears in the pool.
        if paid {
            opened.push(last(&opened).next(OrderEvent::Paid, now, |order| {
                order.payment_status = PaymentStatus::Paid;
                order.payment_id = self.payment_id;
            }));
        }
        let replacement = last(&opened);
        let mut closed = self.next(OrderEvent::Replaced, now, |order| {
            order.status = Cancelled;
            order.payment_status = PaymentStatus::Unpaid;
            order.payment_id = None;
            order.replaced_by_id = Some(replacement.id);
        });
        // Its goods belong to the replacement, neither released nor returned.
        closed.stock = StockEffect::Nothing;
        closed.order.holding = StockState::Nothing;
        closed.previous = self.assignee();
        closed.replacement = Some(Box::new(replacement));
        Ok(Replacement { closed, opened })
    }
}

#[cfg(test)]
mod tests;
