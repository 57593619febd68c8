//! The contribution of one order to the figures, as a pure function of the order and its history.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use waybill_primitives::{Currency, OrderId, ProductId, Timestamp, UserId, day_of, string_enum};

use crate::orders::domain::{
    HistoryEntry, Order, OrderEvent, OrderStatus, PaymentStatus, SearchTerms, labels,
};

string_enum! {
    /// The figures. Most have no dimension.
    pub enum Metric {
        /// Orders by day of placing; amount: their totals.
        Placed = "PLACED",
        /// Orders by the day of payment, also if refunded later.
        Paid = "PAID",
        /// Orders that were refunded as a whole, by day of the refund; amount: what was refunded, also in part. All that was refunded of an
        /// order counts on the day of its last refund.
        Refunded = "REFUNDED",
        Completed = "COMPLETED",
        /// Cancelled, expired or replaced.
        Cancelled = "CANCELLED",
        /// Orders by their status now (the dimension); no day.
        Status = "STATUS",
        /// Units of a product (the dimension) in paid orders that were not refunded, by the day of payment.
        Product = "PRODUCT",
        /// Orders by worker (the dimension) and day of assignment.
        Assigned = "TAKEN",
        /// Completed orders by worker and day of completion.
        Finished = "FINISHED",
        /// As [`Self::Finished`]; amount: seconds from assignment to completion.
        Worked = "WORKED",
    }
}

/// The day of figures without a day.
pub const NO_DAY: i32 = 0;

/// The key of a figure: metric, day (since 1970-01-01, UTC), dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The metric as stored text, so that this version preserves metrics of newer versions.
    pub metric: String,
    pub day: i32,
    pub dimension: String,
    pub currency: String,
}

/// The value of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figure {
    pub quantity: i64,
    /// Minor units of the cell's currency, or seconds.
    pub amount: i64,
}

impl Figure {
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    fn add(&mut self, other: Self) {
        self.quantity += other.quantity;
        self.amount += other.amount;
    }
}

/// Figures by cell, in the order of writing.
pub type Figures = BTreeMap<Cell, Figure>;

/// An event of an order whose time is not stored in the order itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    Paid,
    Refunded,
    PartlyRefunded,
    /// It was assigned to a worker.
    Assigned,
    Cancelled,
    Other,
}

impl Milestone {
    /// The milestone of a history entry.
    pub fn of(entry: &HistoryEntry) -> Self {
        let (from, to) = (entry.from_value.as_deref(), entry.to_value.as_str());
        if to == OrderStatus::Cancelled.as_str() && from != Some(to) {
            Self::Cancelled
        } else if to == PaymentStatus::Refunded.as_str() && from != Some(to) {
            Self::Refunded
        } else {
            match entry.event {
                OrderEvent::Refunded => Self::PartlyRefunded,
                OrderEvent::Paid => Self::Paid,
                OrderEvent::Claimed | OrderEvent::Assigned => Self::Assigned,
                _ => Self::Other,
            }
        }
    }
}

/// The times of the milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Times {
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    paid: Option<i64>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    refunded: Option<i64>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    assigned: Option<i64>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    cancelled: Option<i64>,
}

impl Times {
    /// Applies the next milestone.
    pub fn then(&mut self, step: Milestone, at: Timestamp) {
        let at = Some(at.micros());
        match step {
            Milestone::Paid => self.paid = self.paid.or(at),
            Milestone::Refunded | Milestone::PartlyRefunded => self.refunded = at,
            Milestone::Assigned => self.assigned = at,
            Milestone::Cancelled => self.cancelled = self.cancelled.or(at),
            Milestone::Other => {}
        }
    }

    /// From a whole history, oldest first.
    pub fn of(history: &[HistoryEntry]) -> Self {
        let mut times = Self::default();
        for entry in history {
            times.then(Milestone::of(entry), entry.at);
        }
        times
    }
}

/// The data of an order that the figures need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub id: OrderId,
    pub version: i64,
    pub status: OrderStatus,
    pub payment_status: PaymentStatus,
    pub total: i64,
    pub refunded: i64,
    pub currency: Currency,
    /// Product, units, amount of each line that has a product.
    pub lines: Vec<(ProductId, i64, i64)>,
    pub worker: Option<UserId>,
    /// It was replaced by another order, which has its payment.
    pub replaced: bool,
    pub created_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub words: SearchTerms,
    /// What it is found by like words.
    pub labels: Vec<String>,
}

impl From<&Order> for Counted {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id,
            version: order.version,
            status: order.status,
            payment_status: order.payment_status,
            total: order.total,
            refunded: order.refunded_amount(),
            currency: order.currency,
            lines: order
                .items
                .iter()
                .filter_map(|item| Some((item.product()?, item.kept(), item.kept_total())))
                .collect(),
            worker: order.assignee_id,
            replaced: order.replaced_by_id.is_some(),
            created_at: order.created_at,
            completed_at: order.completed_at,
            updated_at: order.updated_at,
            words: order.words(),
            labels: labels(&order.customer_email, order.number.as_str(), order.kind),
        }
    }
}

/// The contribution of an order, and the state needed for its next version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contribution {
    #[serde(rename = "at", default)]
    pub times: Times,
    #[serde(rename = "in", default)]
    currency: String,
    /// Metric, day, dimension, quantity, amount.
    #[serde(rename = "of", default)]
    figures: Vec<(String, i32, String, i64, i64)>,
}

impl Contribution {
    pub fn new(order: &Counted, times: Times) -> Self {
        let mut figures = BTreeMap::new();
        let mut add = |metric: Metric, at: Option<Timestamp>, of: String, quantity, amount| {
            let day = at.map_or(NO_DAY, day_of);
            let figure: &mut Figure = figures.entry((metric.as_str(), day, of)).or_default();
            figure.add(Figure { quantity, amount });
        };
        let at =
            |micros: Option<i64>, otherwise| Some(micros.map_or(otherwise, Timestamp::from_micros));
        let all = String::new;
        let total = order.total;
        add(Metric::Placed, Some(order.created_at), all(), 1, total);
        add(Metric::Status, None, order.status.to_string(), 1, 0);
        let refunded = order.payment_status == PaymentStatus::Refunded;
        let paid = refunded
            || matches!(
                order.payment_status,
                PaymentStatus::Paid | PaymentStatus::PartiallyRefunded
            );
        // The payment of a replaced order is its replacement's.
        if paid && !order.replaced {
            // A replacement is paid when it is placed.
            let day = at(times.paid, order.created_at);
            add(Metric::Paid, day, all(), 1, total);
            if order.refunded > 0 {
                let day = at(times.refunded, order.updated_at);
                let whole = i64::from(refunded);
                add(Metric::Refunded, day, all(), whole, order.refunded);
            }
            if !refunded {
                let sold = order.lines.iter().filter(|(_, units, _)| *units > 0);
                for (product, units, amount) in sold {
                    add(Metric::Product, day, product.to_string(), *units, *amount);
                }
            }
        }
        if order.status == OrderStatus::Cancelled {
            let day = at(times.cancelled, order.updated_at);
            add(Metric::Cancelled, day, all(), 1, total);
        }
        let completed = order
            .completed_at
            .filter(|_| order.status == OrderStatus::Completed);
        if let Some(completed) = completed {
            add(Metric::Completed, Some(completed), all(), 1, total);
        }
        if let Some(worker) = order.worker {
            let worker = worker.to_string();
            let assigned = at(times.assigned, order.created_at).unwrap_or(order.created_at);
            add(Metric::Assigned, Some(assigned), worker.clone(), 1, total);
            if let Some(completed) = completed {
                add(Metric::Finished, Some(completed), worker.clone(), 1, total);
                let seconds =
                    i64::try_from(completed.since(assigned).as_secs()).unwrap_or(i64::MAX);
                add(Metric::Worked, Some(completed), worker, 1, seconds);
            }
        }
        Self {
            times,
            currency: order.currency.as_str().to_owned(),
            figures: figures
                .into_iter()
                .map(|((metric, day, of), figure)| {
                    let Figure { quantity, amount } = figure;
                    (metric.to_owned(), day, of, quantity, amount)
                })
                .collect(),
        }
    }

    /// Adds this to figures, `times` times: 1 or −1.
    pub fn add_to(&self, all: &mut Figures, times: i64) {
        for (metric, day, dimension, quantity, amount) in &self.figures {
            let cell = Cell {
                metric: metric.clone(),
                day: *day,
                dimension: dimension.clone(),
                currency: self.currency.clone(),
            };
            all.entry(cell).or_default().add(Figure {
                quantity: quantity * times,
                amount: amount * times,
            });
        }
    }
}

#[cfg(test)]
mod tests;
