//! What events tell this service. Consumers make these from the messages.

use waybill_primitives::{Money, OrderId, UserId};
use waybill_proto::order::{ChangeRequestKind, OrderStatus};

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
pub struct OrderSummary {
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
pub struct PaymentSummary {
    pub order_id: OrderId,
    pub order_number: String,
    pub customer_id: UserId,
    pub amount: Money,
}

/// What a shipment's events say about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShipmentSummary {
    /// May be empty, like the number and the page to follow it on.
    pub carrier: String,
    pub tracking_number: String,
    pub tracking_url: String,
    /// Name and units.
    pub lines: Vec<(String, i64)>,
}

/// How far a shipment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShipmentStep {
    Shipped,
    Delivered,
}

/// Something that happened in another service and that people are told about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationTrigger {
    Placed(OrderSummary),
    Paid {
        order: OrderSummary,
        /// False for an order on which nothing was due.
        by_payment: bool,
        /// It now waits for a worker.
        available: bool,
    },
    Claimed {
        order: OrderSummary,
        actor: Option<UserId>,
    },
    Assigned {
        order: OrderSummary,
        /// Work on it began by this: it waited before.
        began: bool,
        previous: Option<UserId>,
    },
    /// Another order took its place.
    Replaced {
        order: OrderSummary,
        /// Of the other one.
        number: String,
        previous: Option<UserId>,
    },
    /// Something was noted for the customer.
    Noted {
        order: OrderSummary,
        author: String,
        body: String,
    },
    Progressed {
        order: OrderSummary,
        step: String,
        percent: Option<i32>,
        note: String,
    },
    StatusChanged {
        order: OrderSummary,
        from: OrderStatus,
        to: OrderStatus,
        note: String,
    },
    Released {
        order: OrderSummary,
        previous: Option<UserId>,
    },
    Cancelled {
        order: OrderSummary,
        reason: String,
    },
    Expired(OrderSummary),
    Completed(OrderSummary),
    ChangeRequested {
        order: OrderSummary,
        kind: ChangeRequestKind,
        by: Contact,
        reason: String,
    },
    ChangeDecided {
        order: OrderSummary,
        kind: ChangeRequestKind,
        by: UserId,
        approved: bool,
        note: String,
    },
    Shipment {
        order: OrderSummary,
        step: ShipmentStep,
        shipment: ShipmentSummary,
    },
    StockLow {
        product: String,
        sku: String,
        available: i64,
        threshold: i64,
    },
    PaymentFailed {
        payment: PaymentSummary,
        reason: String,
    },
    Refunded {
        payment: PaymentSummary,
        reason: String,
    },
}
