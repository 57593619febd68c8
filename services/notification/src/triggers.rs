//! What events say to this service. Consumers build these from the messages.

use waybill_primitives::{Money, OrderId, Timestamp, UserId};
use waybill_proto::order::{ChangeRequestKind, OrderStatus};

/// A person named in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: UserId,
    /// Empty if the event does not have it.
    pub name: String,
    /// None if the event does not have it; then the projection of recipients does.
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
    /// The title of the order, from its description; may be empty.
    pub title: String,
    pub customer: Contact,
    pub assignee: Option<Contact>,
    pub total: Money,
    pub lines: Vec<Line>,
}

/// The price that is offered for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Who made it.
    pub by: UserId,
    pub total: Money,
    pub lines: Vec<Line>,
    pub valid_until: Timestamp,
    /// For the customer; may be empty.
    pub note: String,
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

/// What the events of an invoice or a credit note say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceSummary {
    pub number: String,
    pub total: Money,
    /// The number of the invoice, if it is a credit note.
    pub refers_to: Option<String>,
    /// Its customer has no account, and another page of the order.
    pub guest: bool,
}

/// The progress of a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShipmentStep {
    Shipped,
    Delivered,
}

/// Something that happened in another service and that causes notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationTrigger {
    Placed(OrderSummary),
    /// It was placed without a price.
    QuoteRequested(OrderSummary),
    QuoteOffered {
        order: OrderSummary,
        offer: Offer,
    },
    QuoteWithdrawn(OrderSummary),
    /// An edit of what the offer was for ended it.
    QuoteReopened(OrderSummary),
    QuoteExpired(OrderSummary),
    QuoteAccepted {
        order: OrderSummary,
        offer: Offer,
    },
    Paid {
        order: OrderSummary,
        /// False for an order without anything to pay.
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
        /// Work on it began with this: it waited before.
        began: bool,
        previous: Option<UserId>,
    },
    /// Another order replaced it.
    Replaced {
        order: OrderSummary,
        /// The number of the other order.
        number: String,
        previous: Option<UserId>,
    },
    /// A note was added for the customer.
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
        by: Option<UserId>,
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
    Invoice {
        order: OrderSummary,
        invoice: InvoiceSummary,
    },
    StockLow {
        product: String,
        sku: String,
        available: i64,
        threshold: i64,
    },
    /// Of an account, by its owner or the operator.
    PasswordChanged(Contact),
    PaymentFailed {
        payment: PaymentSummary,
        reason: String,
    },
    Refunded {
        payment: PaymentSummary,
        reason: String,
    },
    /// A worker's earnings were paid.
    PayoutPaid {
        worker: Contact,
        amount: Money,
        /// For the worker; may be empty.
        note: String,
    },
    /// A worker's earnings could not be paid; the money is in the balance again.
    PayoutFailed {
        worker: Contact,
        amount: Money,
    },
    /// An administrator must look at what differs between us and a payment provider.
    DifferenceFound {
        order_id: Option<OrderId>,
        detail: String,
    },
}

impl NotificationTrigger {
    /// Whether a customer causes it alone, without paying: anybody can cause many of them with the address of somebody else.
    pub fn costs_nothing(&self) -> bool {
        match self {
            Self::Placed(_)
            | Self::QuoteRequested(_)
            | Self::Expired(_)
            | Self::PasswordChanged(_)
            | Self::PaymentFailed { .. } => true,
            Self::Cancelled { order, by, .. } => *by == Some(order.customer.id),
            _ => false,
        }
    }
}
