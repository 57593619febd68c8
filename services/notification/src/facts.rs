//! What events tell this service, in its own words. Consumers make these from the messages; everything behind them knows
//! no protobuf.

use waybill_primitives::{Money, OrderId, UserId};

/// Somebody an event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: UserId,
    /// Empty if the event does not tell.
    pub name: String,
    /// None if the event does not tell; the recipients' projection then knows it.
    pub email: Option<String>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub quantity: i64,
    pub total: Money,
}

/// What an order's events say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFacts {
    pub id: OrderId,
    pub number: String,
    /// Of the free description; may be empty.
    pub title: String,
    pub customer: Contact,
    pub assignee: Option<Contact>,
    pub total: Money,
    pub lines: Vec<Line>,
}

/// What a payment's events say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFacts {
    pub order_id: OrderId,
    pub order_number: String,
    pub customer_id: UserId,
    pub amount: Money,
}

/// What a shipment's events say about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParcelFacts {
    /// May be empty, like the number and the page to follow it on.
    pub carrier: String,
    pub tracking_number: String,
    pub tracking_url: String,
    /// Name and units.
    pub lines: Vec<(String, i64)>,
}

/// How far a parcel has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParcelNews {
    Shipped,
    Delivered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    InProgress,
    OnHold,
    Completed,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    Completion,
    Reassignment,
    Cancellation,
}

impl RequestKind {
    /// For sentences: "asks for completion".
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Completion => "completion",
            Self::Reassignment => "reassignment",
            Self::Cancellation => "cancellation",
        }
    }
}

/// Something that happened elsewhere and that people are told about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occurrence {
    Placed(OrderFacts),
    Paid {
        order: OrderFacts,
        /// False for an order on which nothing was due.
        by_payment: bool,
        /// It now waits for a worker.
        available: bool,
    },
    Claimed {
        order: OrderFacts,
        actor: Option<UserId>,
    },
    Assigned {
        order: OrderFacts,
        /// Work on it began by this: it waited before.
        began: bool,
        previous: Option<UserId>,
    },
    /// Another order took its place.
    Replaced {
        order: OrderFacts,
        /// Of the other one.
        number: String,
        previous: Option<UserId>,
    },
    /// Something was noted for the customer.
    Noted {
        order: OrderFacts,
        author: String,
        body: String,
    },
    Progressed {
        order: OrderFacts,
        step: String,
        percent: Option<i32>,
        note: String,
    },
    StatusChanged {
        order: OrderFacts,
        from: Status,
        to: Status,
        note: String,
    },
    Released {
        order: OrderFacts,
        previous: Option<UserId>,
    },
    Cancelled {
        order: OrderFacts,
        reason: String,
    },
    Expired(OrderFacts),
    Completed(OrderFacts),
    ChangeRequested {
        order: OrderFacts,
        kind: RequestKind,
        by: Contact,
        reason: String,
    },
    ChangeDecided {
        order: OrderFacts,
        kind: RequestKind,
        by: UserId,
        approved: bool,
        note: String,
    },
    Parcel {
        order: OrderFacts,
        news: ParcelNews,
        parcel: ParcelFacts,
    },
    StockLow {
        product: String,
        sku: String,
        available: i64,
        threshold: i64,
    },
    PaymentFailed {
        payment: PaymentFacts,
        reason: String,
    },
    Refunded {
        payment: PaymentFacts,
        reason: String,
    },
}
