//! What an order is: its states, its money, and how it changes. Pure.

mod assignment;
mod changes;
mod editing;
mod listing;
mod placing;
mod transitions;

pub use assignment::{NotAssignable, NotReplaceable, Replacement};
pub use changes::{Changed, HistoryEvent, Outcome, StockEffect};
pub use editing::{Edit, NotEdited};
pub use listing::{Filter, Search, Sort, Viewer, days_of, last_number};
pub use placing::{
    Address, Draft, Line, MAX_AMOUNT, MAX_LINES, MAX_NOTE, MAX_QUANTITY, Sellable, note,
};
pub use transitions::{Party, RULES, Refused, Rule, allowed};

use uuid::Uuid;
use waybill_primitives::{Money, OrderId, ProductId, Role, Timestamp, UserId};

use crate::{catalogue::domain::ProductKind, fields::text_enum};

/// Longest name that is kept of a person, in characters.
pub const MAX_PERSON_NAME: usize = 200;

text_enum! {
    /// How far the work is.
    OrderStatus {
        Pending = "PENDING",
        InProgress = "IN_PROGRESS",
        OnHold = "ON_HOLD",
        Completed = "COMPLETED",
        Cancelled = "CANCELLED",
    }
}

text_enum! {
    /// How far the money is; independent of [`OrderStatus`].
    PaymentStatus {
        Unpaid = "UNPAID",
        Authorized = "AUTHORIZED",
        Paid = "PAID",
        PartiallyRefunded = "PARTIALLY_REFUNDED",
        Refunded = "REFUNDED",
        Failed = "FAILED",
    }
}

impl PaymentStatus {
    /// Money is still due.
    pub const fn is_due(self) -> bool {
        matches!(self, Self::Unpaid | Self::Failed)
    }
}

text_enum! {
    /// What an order is for. Free text alone is a service.
    OrderKind {
        Goods = "GOODS",
        Service = "SERVICE",
        Mixed = "MIXED",
    }
}

text_enum! {
    /// What the order's goods do to the stock at present.
    Holding {
        /// Nothing: no goods, or they went back.
        Nothing = "NONE",
        /// Its goods are reserved.
        Reserved = "RESERVED",
        /// Its goods have left the stock.
        Sold = "SOLD",
    }
}

/// Somebody who acts, as the history shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

/// Who ordered, as they were called then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub id: UserId,
    pub name: String,
    pub email: String,
}

/// The worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignee {
    pub id: UserId,
    pub name: String,
}

/// One line with the name and price of the moment of ordering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub product_id: ProductId,
    pub name: String,
    pub kind: ProductKind,
    pub unit_price: Money,
    pub quantity: i64,
    pub line_total: Money,
}

/// An order. It changes only by the methods of this module, each of which gives the next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub number: String,
    pub status: OrderStatus,
    pub payment_status: PaymentStatus,
    pub kind: OrderKind,
    pub holding: Holding,
    pub customer: Customer,
    pub assignee: Option<Assignee>,
    pub title: String,
    pub description: String,
    pub special_instructions: String,
    pub estimated_completion: Option<Timestamp>,
    pub items: Vec<Item>,
    pub total: Money,
    pub shipping_address: Option<Address>,
    /// Placed without an account; the customer's id is then of no account.
    pub guest: bool,
    /// The order that this one was opened in place of.
    pub replaces: Option<OrderId>,
    /// The order that was opened in place of this one.
    pub replaced_by: Option<OrderId>,
    /// The payment that paid it.
    pub payment_id: Option<Uuid>,
    /// The status that it was put on hold from.
    pub held_from: Option<OrderStatus>,
    /// Since when it waits for a worker; none outside the pool.
    pub available_since: Option<Timestamp>,
    /// When it expires unpaid; none if it does not.
    pub expires_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One line of an order's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    pub version: i64,
    pub at: Timestamp,
    /// None: the system.
    pub actor: Option<Person>,
    pub event: String,
    pub from: Option<String>,
    pub to: String,
    pub note: String,
}

impl Order {
    /// Whether a worker may claim it.
    pub fn is_available(&self) -> bool {
        self.kind != OrderKind::Goods
            && self.status == OrderStatus::Pending
            && self.payment_status == PaymentStatus::Paid
            && self.assignee.is_none()
    }

    /// In which capacities somebody stands to this order.
    pub fn parties(&self, person: &Person) -> Vec<Party> {
        let mut parties = Vec::new();
        if person.role == Role::Admin {
            parties.push(Party::Admin);
        }
        if self.customer.id == person.id {
            parties.push(Party::Owner);
        }
        if person.role != Role::Customer
            && self.assignee.as_ref().is_some_and(|a| a.id == person.id)
        {
            parties.push(Party::Assignee);
        }
        parties
    }

    /// Whether `viewer` is a worker who may look at it only because it waits in the pool: neither theirs to do nor their own.
    pub fn is_known_from_pool(&self, viewer: Viewer) -> bool {
        matches!(viewer, Viewer::Staff(id) if self.customer.id != id
            && self.assignee.as_ref().is_none_or(|worker| worker.id != id))
    }

    /// As `viewer` may see it: an order of the pool that is neither theirs to do nor their own, workers see without how to
    /// reach the customer. Everything that answers a call with an order goes through here.
    #[must_use]
    pub fn seen_by(mut self, viewer: Viewer) -> Self {
        if self.is_known_from_pool(viewer) {
            self.customer.email.clear();
            self.shipping_address = None;
        }
        self
    }

    /// Units per product that have stock, in the order of product ids: the order in which rows are locked.
    pub fn goods(&self) -> Vec<(ProductId, i64)> {
        let mut units = std::collections::BTreeMap::new();
        for item in &self.items {
            if item.kind == ProductKind::Goods {
                *units.entry(item.product_id).or_insert(0) += item.quantity;
            }
        }
        units.into_iter().collect()
    }
}

#[cfg(test)]
pub mod tests {
    //! An order for the tests of other rooms.

    use waybill_primitives::Currency;

    use super::*;

    /// A pending, unpaid order without items.
    pub fn sample_order() -> Order {
        let now = Timestamp::UNIX_EPOCH;
        Order {
            id: OrderId::new(),
            number: "W700101-0000000".into(),
            status: OrderStatus::Pending,
            payment_status: PaymentStatus::Unpaid,
            kind: OrderKind::Service,
            holding: Holding::Nothing,
            customer: Customer {
                id: UserId::new(),
                name: "Ada".into(),
                email: "ada@example.com".into(),
            },
            assignee: None,
            title: "Fence".into(),
            description: String::new(),
            special_instructions: String::new(),
            estimated_completion: None,
            items: Vec::new(),
            total: Money::zero(Currency::USD),
            shipping_address: None,
            guest: false,
            replaces: None,
            replaced_by: None,
            payment_id: None,
            held_from: None,
            available_since: None,
            expires_at: None,
            completed_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}
