//! Rows of `orders`, `order_items`, `order_history`, `order_words` and `payment_attempts`.

use serde::{Deserialize, Serialize};
use waybill_primitives::{Role, Timestamp, UserId, string_enum};
use waybill_proto::order as pb;

use crate::shop::products::entity::ProductKind;

string_enum! {
    /// Status of the work.
    pub enum OrderStatus as pb::OrderStatus {
        Pending = "PENDING",
        InProgress = "IN_PROGRESS",
        OnHold = "ON_HOLD",
        Completed = "COMPLETED",
        Cancelled = "CANCELLED",
    }
}

string_enum! {
    /// Status of the payment; independent of [`OrderStatus`].
    pub enum PaymentStatus as pb::PaymentStatus {
        Unpaid = "UNPAID",
        Authorized = "AUTHORIZED",
        Paid = "PAID",
        PartiallyRefunded = "PARTIALLY_REFUNDED",
        Refunded = "REFUNDED",
        Failed = "FAILED",
    }
}

string_enum! {
    /// Kind of an order. Free text alone is a service.
    pub enum OrderKind as pb::OrderKind {
        Goods = "GOODS",
        Service = "SERVICE",
        Mixed = "MIXED",
    }
}

string_enum! {
    /// Current effect of the order's goods on the stock.
    pub enum StockState {
        /// None: no goods, or they were released or returned.
        Nothing = "NONE",
        /// Its goods are reserved.
        Reserved = "RESERVED",
        /// Its goods have left the stock.
        Sold = "SOLD",
    }
}

string_enum! {
    /// Kinds of changes in the history and the events.
    pub enum OrderEvent as pb::OrderEvent {
        Placed = "PLACED",
        /// It was edited.
        Edited = "EDITED",
        /// A payment was started, during which the order does not expire.
        PaymentStarted = "PAYMENT_STARTED",
        Paid = "PAID",
        PaymentFailed = "PAYMENT_FAILED",
        PaymentRejected = "PAYMENT_REJECTED",
        Refunded = "REFUNDED",
        StatusChanged = "STATUS_CHANGED",
        Claimed = "CLAIMED",
        Assigned = "ASSIGNED",
        Released = "RELEASED",
        Completed = "COMPLETED",
        Cancelled = "CANCELLED",
        Expired = "EXPIRED",
        Replaced = "REPLACED",
        /// A price was offered for a request.
        Quoted = "QUOTED",
        QuoteWithdrawn = "QUOTE_WITHDRAWN",
        QuoteAccepted = "QUOTE_ACCEPTED",
        /// The offer was not accepted in time.
        QuoteExpired = "QUOTE_EXPIRED",
    }
}

string_enum! {
    /// State of a quote.
    pub enum QuoteState as pb::QuoteState {
        /// No price yet.
        Requested = "REQUESTED",
        Offered = "OFFERED",
        Accepted = "ACCEPTED",
        /// The offer was not accepted in time.
        Expired = "EXPIRED",
    }
}

/// The quote of an order without a price; its state is a column of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Counts the offers, and the edits of what an offer would be for. It never starts again, so that nobody accepts a price that they
    /// have not read.
    pub version: i64,
    pub offer: Option<Offer>,
    pub accepted_at: Option<Timestamp>,
    /// Since when the order could be paid before it was edited: its time to be paid runs from then on, not from the edit.
    #[serde(default)]
    pub priced_at: Option<Timestamp>,
}

/// A price for a request. Amounts in minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub items: Vec<OfferItem>,
    /// What the order costs once it is accepted.
    pub total: i64,
    pub valid_until: Timestamp,
    /// For the customer; may be empty.
    pub note: String,
    pub by_id: UserId,
    pub by_name: String,
    pub by_role: Role,
    pub at: Timestamp,
}

/// A line of an offer, which becomes a line of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferItem {
    pub name: String,
    pub kind: ProductKind,
    pub unit_price: i64,
    pub quantity: i64,
}

/// Shipping address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

pub mod order {
    use waybill_primitives::{Currency, OrderId, OrderNumber, PaymentId, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::{
        Address, OrderKind, OrderStatus, PaymentStatus, Quote, QuoteState, StockState, item,
    };

    /// An order. It is changed only by the methods of the domain, each of which returns the next version.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrderId,
        pub number: OrderNumber,
        pub status: OrderStatus,
        pub payment_status: PaymentStatus,
        pub kind: OrderKind,
        pub holding: StockState,
        /// The customer, with the name at the time of ordering; without an account if `guest`.
        pub customer_id: UserId,
        pub customer_name: String,
        pub customer_email: String,
        /// The worker.
        pub assignee_id: Option<UserId>,
        pub assignee_name: Option<String>,
        pub title: String,
        #[sea_orm(column_type = "Text")]
        pub description: String,
        #[sea_orm(column_type = "Text")]
        pub special_instructions: String,
        pub estimated_completion: Option<Timestamp>,
        /// Rows of their own, by position.
        #[sea_orm(ignore)]
        pub items: Vec<item::Model>,
        /// Minor units of `currency`.
        pub total: i64,
        /// What was refunded of the payment so far; see `Order::refunded_amount`.
        pub refunded: i64,
        pub currency: Currency,
        pub shipping_address: Option<JsonText<Address>>,
        /// The payment that paid it.
        pub payment_id: Option<PaymentId>,
        /// The status that it was put on hold from.
        pub held_from: Option<OrderStatus>,
        /// When it entered the pool; none outside the pool.
        pub available_since: Option<Timestamp>,
        /// When it expires unpaid; none if it does not.
        pub expires_at: Option<Timestamp>,
        pub completed_at: Option<Timestamp>,
        /// The search text; generated on every write.
        pub search: String,
        /// Placed without an account.
        pub guest: bool,
        /// The order that this one replaces.
        pub replaces_id: Option<OrderId>,
        /// The replacement of this order.
        pub replaced_by_id: Option<OrderId>,
        /// Set for an order that was placed without a price, and for one that was edited to have none.
        pub quote_state: Option<QuoteState>,
        /// Set with `quote_state`, and stays when an edit gives the order a price.
        pub quote: Option<JsonText<Quote>>,
        pub version: i64,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod item {
    use waybill_primitives::{OrderId, ProductId, share_of};
    use waybill_store::entity_prelude::*;

    use crate::shop::products::entity::ProductKind;

    /// A line of an order with the name and price at the time of ordering. Amounts in minor units of the order's currency.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        /// Nil for a line of a quote (see [`Model::product`]). Not NULL, because version 0.1 reads it, too.
        pub product_id: ProductId,
        pub name: String,
        pub kind: ProductKind,
        pub unit_price: i64,
        pub quantity: i64,
        pub line_total: i64,
        /// The units of it that were refunded as such. They are not shipped any more, and went back to the stock then, or never will.
        pub refunded_quantity: i64,
    }

    /// What is left of a line's total when so many of its units are refunded.
    pub fn kept_total(line_total: i64, quantity: i64, refunded: i64) -> i64 {
        line_total - share_of(line_total, refunded, quantity)
    }

    /// The product of lines without one.
    pub const NO_PRODUCT: ProductId = ProductId::from_uuid(Uuid::nil());

    impl Model {
        /// None for a line of a quote: it is made to order and has no stock.
        pub fn product(&self) -> Option<ProductId> {
            Some(self.product_id).filter(|product| *product != NO_PRODUCT)
        }

        /// The units that the customer has paid for and was not refunded for as such.
        pub const fn kept(&self) -> i64 {
            self.quantity - self.refunded_quantity
        }

        /// What [`Model::kept`] costs.
        pub fn kept_total(&self) -> i64 {
            kept_total(self.line_total, self.quantity, self.refunded_quantity)
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod history {
    use waybill_primitives::{OrderId, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::OrderEvent;

    /// One change of an order.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_history")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        /// Version of the order after the change.
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub at: Timestamp,
        pub event: OrderEvent,
        /// The status before and after; for changes of payment, the payment status.
        pub from_value: Option<String>,
        pub to_value: String,
        /// None: the system.
        pub actor_id: Option<UserId>,
        pub actor_name: Option<String>,
        pub actor_role: Option<Role>,
        #[sea_orm(column_type = "Text")]
        pub note: String,
        /// What the customer must not read.
        #[sea_orm(column_type = "Text", nullable)]
        pub internal_note: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod attempt {
    use waybill_primitives::{OrderId, PaymentId, Timestamp};
    use waybill_store::entity_prelude::*;

    /// An attempt to pay an order.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: PaymentId,
        pub order_id: OrderId,
        pub opened_at: Timestamp,
        /// Succeeded or failed.
        pub closed_at: Option<Timestamp>,
        /// The refunded amount, if the refund was processed before the order accepted the payment.
        pub refunded: Option<i64>,
        /// Such as `STRIPE`. Before version 0.2 only of a payment that succeeded.
        pub provider: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod word {
    use waybill_primitives::{OrderId, Timestamp};
    use waybill_store::entity_prelude::*;

    /// A search word of an order, with the time at which the order was placed.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, DeriveEntityModel)]
    #[sea_orm(table_name = "order_words")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub created_at: Timestamp,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
