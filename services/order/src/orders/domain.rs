//! Orders: states, money and changes. Pure.

mod assignment;
mod changes;
mod details;
mod editing;
mod listing;
mod placing;
mod quoting;
mod search_terms;
mod transitions;

pub use assignment::{NotAssignable, NotReplaceable};
pub use changes::{Changed, Outcome, Refund, RefundedUnits, Remark, StockEffect};
pub use details::Details;
pub use editing::{Edit, NotEdited};
pub use listing::{Filter, Search, Sort, Viewer, days_of, last_number};
pub use placing::{Draft, MAX_NOTE, note};
pub use quoting::{DraftItem, NotQuoted, OfferDraft};
pub use search_terms::{SearchTerms, email_label, kind_label, labels, tail_label};
pub use transitions::{Party, Refused};

use std::time::Duration;

use waybill_primitives::{Money, ProductId, Role, UserId};

use placing::kind_of;

pub use super::entity::{
    Address, Offer, OfferItem, OrderEvent, OrderKind, OrderStatus, PaymentStatus, Quote,
    QuoteState, StockState, history::Model as HistoryEntry, item::Model as Item, item::kept_total,
    order::Model as Order,
};
use crate::shop::{
    products::domain::ProductKind,
    settings::domain::{ShopSettings, seconds},
};

/// Longest stored name of a person, in characters.
pub const MAX_PERSON_NAME: usize = 200;

impl PaymentStatus {
    /// Whether payment is due.
    pub const fn is_due(self) -> bool {
        matches!(self, Self::Unpaid | Self::Failed)
    }
}

/// An actor, for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

impl Person {
    pub fn new(id: UserId, name: impl Into<String>, role: Role) -> Self {
        let name = name.into();
        Self { id, name, role }
    }
}

/// The customer, with the name at the time of ordering.
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

impl ShopSettings {
    /// How long an order of this kind may stay unpaid.
    pub const fn expiry(&self, kind: OrderKind) -> Duration {
        seconds(match kind {
            OrderKind::Goods => self.goods_expiry,
            OrderKind::Service => self.service_expiry,
            OrderKind::Mixed => self.mixed_expiry,
        })
    }
}

impl HistoryEntry {
    /// The actor; none: the system.
    pub fn actor(&self) -> Option<Person> {
        let (id, role) = self.actor_id.zip(self.actor_role)?;
        let name = self.actor_name.clone().unwrap_or_default();
        Some(Person::new(id, name, role))
    }
}

impl Order {
    pub const fn total(&self) -> Money {
        self.money(self.total)
    }

    /// An amount of its items.
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }

    /// The worker.
    pub fn assignee(&self) -> Option<Assignee> {
        self.assignee_id.map(|id| Assignee {
            id,
            name: self.assignee_name.clone().unwrap_or_default(),
        })
    }

    fn assign(&mut self, worker: Option<Assignee>) {
        (self.assignee_id, self.assignee_name) = worker.map(|one| (one.id, one.name)).unzip();
    }

    /// Whether a worker may claim it.
    pub fn is_available(&self) -> bool {
        self.kind != OrderKind::Goods
            && self.status == OrderStatus::Pending
            && self.payment_status == PaymentStatus::Paid
            && self.assignee_id.is_none()
    }

    /// A user's roles in this order.
    pub fn parties(&self, person: &Person) -> Vec<Party> {
        let mut parties = Vec::new();
        if person.role == Role::Admin {
            parties.push(Party::Admin);
        }
        if self.customer_id == person.id {
            parties.push(Party::Owner);
        }
        if person.role != Role::Customer && self.assignee_id == Some(person.id) {
            parties.push(Party::Assignee);
        }
        parties
    }

    /// Whether `viewer` is a worker who may read it only because it is in the pool, or has a quote and is pending: neither its assignee
    /// nor its customer.
    pub fn is_known_from_pool(&self, viewer: Viewer) -> bool {
        matches!(viewer, Viewer::Staff(id) if self.customer_id != id
            && self.assignee_id != Some(id))
    }

    /// Whether `viewer` reads what is internal to the staff: reasons of workers, and decisions on their requests.
    pub fn shows_internals_to(&self, viewer: Viewer) -> bool {
        match viewer {
            Viewer::Everything => true,
            Viewer::Staff(id) => self.assignee_id == Some(id),
            Viewer::Customer(_) => false,
        }
    }

    /// The order as `viewer` may see it: workers who only see it in the pool get it without the customer's contact data. All answers with
    /// an order must use this.
    #[must_use]
    pub fn seen_by(mut self, viewer: Viewer) -> Self {
        if self.is_known_from_pool(viewer) {
            self.customer_email.clear();
            self.shipping_address = None;
        }
        self
    }

    /// Units per product that have stock, without those that were refunded, in the order of product ids: the order in which rows are locked.
    pub fn goods(&self) -> Vec<(ProductId, i64)> {
        let mut units = std::collections::BTreeMap::new();
        for item in &self.items {
            if let Some(product) = item.product().filter(|_| item.kind == ProductKind::Goods) {
                *units.entry(product).or_insert(0) += item.kept();
            }
        }
        units.into_iter().collect()
    }

    /// As [`Self::goods`], those that it reserves.
    pub fn reserved(&self) -> Vec<(ProductId, i64)> {
        if self.holding == StockState::Reserved {
            self.goods()
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
pub mod tests {
    //! A sample order for the tests of other slices.

    use waybill_primitives::{Currency, OrderId, OrderNumber, Timestamp};

    use super::*;

    /// A pending, unpaid order without items.
    pub fn sample_order() -> Order {
        let now = Timestamp::UNIX_EPOCH;
        Order {
            id: OrderId::new(),
            number: OrderNumber::generate(now),
            status: OrderStatus::Pending,
            payment_status: PaymentStatus::Unpaid,
            kind: OrderKind::Service,
            holding: StockState::Nothing,
            customer_id: UserId::new(),
            customer_name: "Ada".into(),
            customer_email: "ada@example.com".into(),
            assignee_id: None,
            assignee_name: None,
            title: "Fence".into(),
            description: String::new(),
            special_instructions: String::new(),
            estimated_completion: None,
            items: Vec::new(),
            total: 0,
            refunded: 0,
            currency: Currency::USD,
            shipping_address: None,
            payment_id: None,
            held_from: None,
            available_since: None,
            expires_at: None,
            completed_at: None,
            search: String::new(),
            guest: false,
            replaces_id: None,
            replaced_by_id: None,
            quote_state: None,
            quote: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// A line of goods; amounts in the order's currency.
    pub fn sample_item(product_id: ProductId, quantity: i64, line_total: i64) -> Item {
        Item {
            order_id: OrderId::new(),
            position: 0,
            product_id,
            name: "Cup".into(),
            kind: ProductKind::Goods,
            unit_price: line_total / quantity,
            quantity,
            line_total,
            refunded_quantity: 0,
        }
    }
    #[test]
    fn every_kind_of_order_has_its_own_expiry() {
        let mut shop = ShopSettings::initial(Currency::USD, Duration::from_mins(30));
        shop.service_expiry = 600;
        shop.mixed_expiry = 1_200;
        assert_eq!(shop.expiry(OrderKind::Goods), Duration::from_mins(30));
        assert_eq!(shop.expiry(OrderKind::Service), Duration::from_mins(10));
        assert_eq!(shop.expiry(OrderKind::Mixed), Duration::from_mins(20));
        assert_eq!(shop.shortest_expiry(), Duration::from_mins(10));
    }
}
