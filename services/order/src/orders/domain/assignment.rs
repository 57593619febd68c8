//! Who does the work: giving an order to a named worker, and closing it in favour of another one.

use std::time::Duration;

use waybill_primitives::{OrderId, OrderNumber, Timestamp};

use super::{
    Assignee, Item, Order, OrderEvent, OrderKind,
    OrderStatus::{self, Cancelled, Completed, InProgress, OnHold, Pending},
    PaymentStatus, StockState,
    changes::{Changed, StockEffect},
};

/// Why an order cannot be given to a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAssignable {
    #[error("an order that is {0} cannot be given to a worker")]
    Ended(OrderStatus),
    #[error("the order is not paid yet; workers get it once it is")]
    Unpaid,
    #[error("an order of goods alone has no work to give to anybody")]
    NoWork,
}

/// Why no other order can take its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReplaceable {
    #[error("an order that is {0} cannot be replaced by another one")]
    Status(OrderStatus),
    #[error("the order's payment is {0}; place a new order instead")]
    Payment(PaymentStatus),
}

/// An order that was closed, and the one that was opened in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub closed: Changed,
    /// Placed; then given to a worker, if one was named; then paid, if the closed one was. The last one holds the order.
    pub opened: Vec<Changed>,
}

impl Order {
    /// An administrator gives it to a worker: from the pool, or from whoever has it. None if the worker has it already.
    /// What is on hold stays so, and goes on with the worker.
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
        // What an administrator has started unpaid may have a worker, too.
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
                // It has a worker now, so it never goes back to waiting for one.
                OnHold => order.held_from = Some(InProgress),
                _ => order.status = InProgress,
            }
        });
        changed.previous = self.assignee();
        changed
    }

    /// Closes it and opens another order for the same customer with the same contents. Payment and goods go over: nothing is
    /// paid back and no stock moves. The closed one keeps its worker, who may still read it, and has no money any more.
    pub fn replaced(
        &self,
        worker: Option<&Assignee>,
        now: Timestamp,
        expiry: Duration,
    ) -> Result<Replacement, NotReplaceable> {
        if !matches!(self.status, InProgress | OnHold) {
            return Err(NotReplaceable::Status(self.status));
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
            previous: None,
            payment_id: None,
            stock: StockEffect::Nothing,
            replacement: None,
            order,
        }];
        let last = |opened: &[Changed]| opened[opened.len() - 1].order.clone();
        if let Some(worker) = worker {
            opened.push(last(&opened).given_to(worker, now));
        }
        // After the worker, so that it never shows in the pool if it has one.
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
        // Its goods are the other one's now, neither released nor returned.
        closed.stock = StockEffect::Nothing;
        closed.order.holding = StockState::Nothing;
        closed.previous = self.assignee();
        closed.replacement = Some(Box::new(replacement));
        Ok(Replacement { closed, opened })
    }
}

#[cfg(test)]
mod tests;
