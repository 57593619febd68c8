//! Rows of `orders`, `order_items`, `order_history`, `order_words` and `payment_attempts`: orders with what belongs to them as they are.

use serde::{Deserialize, Serialize};
use waybill_primitives::string_enum;
use waybill_proto::order as pb;

string_enum! {
    /// How far the work is.
    pub enum OrderStatus as pb::OrderStatus {
        Pending = "PENDING",
        InProgress = "IN_PROGRESS",
        OnHold = "ON_HOLD",
        Completed = "COMPLETED",
        Cancelled = "CANCELLED",
    }
}

string_enum! {
    /// How far the money is; independent of [`OrderStatus`].
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
    /// What an order is for. Free text alone is a service.
    pub enum OrderKind as pb::OrderKind {
        Goods = "GOODS",
        Service = "SERVICE",
        Mixed = "MIXED",
    }
}

string_enum! {
    /// What the order's goods do to the stock at present.
    pub enum StockState {
        /// Nothing: no goods, or they went back.
        Nothing = "NONE",
        /// Its goods are reserved.
        Reserved = "RESERVED",
        /// Its goods have left the stock.
        Sold = "SOLD",
    }
}

string_enum! {
    /// What happened, as the history and the events name it.
    pub enum OrderEvent as pb::OrderEvent {
        Placed = "PLACED",
        /// What it is for was changed.
        Edited = "EDITED",
        /// A payment has begun, and the order does not expire during it.
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
    }
}

/// Where goods go.
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

    use super::{Address, OrderKind, OrderStatus, PaymentStatus, StockState, item};

    /// An order. It changes only by the methods of the domain, each of which gives the next version.
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
        /// Who ordered, as they were called then; of no account if `guest`.
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
        pub currency: Currency,
        pub shipping_address: Option<JsonText<Address>>,
        /// The payment that paid it.
        pub payment_id: Option<PaymentId>,
        /// The status that it was put on hold from.
        pub held_from: Option<OrderStatus>,
        /// Since when it waits for a worker; none outside the pool.
        pub available_since: Option<Timestamp>,
        /// When it expires unpaid; none if it does not.
        pub expires_at: Option<Timestamp>,
        pub completed_at: Option<Timestamp>,
        /// The text that a search looks through; made whenever it is written.
        pub search: String,
        /// Placed without an account.
        pub guest: bool,
        /// The order that this one was opened in place of.
        pub replaces_id: Option<OrderId>,
        /// The order that was opened in place of this one.
        pub replaced_by_id: Option<OrderId>,
        pub version: i64,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod item {
    use waybill_primitives::{OrderId, ProductId};
    use waybill_store::entity_prelude::*;

    use crate::shop::products::entity::ProductKind;

    /// A line of an order with the name and price of the moment of ordering. Amounts in minor units of the order's currency.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub product_id: ProductId,
        pub name: String,
        pub kind: ProductKind,
        pub unit_price: i64,
        pub quantity: i64,
        pub line_total: i64,
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
        /// Of the order after the change.
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub at: Timestamp,
        pub event: OrderEvent,
        /// The status before and after, or the payment status where it is about money.
        pub from_value: Option<String>,
        pub to_value: String,
        /// None: the system.
        pub actor_id: Option<UserId>,
        pub actor_name: Option<String>,
        pub actor_role: Option<Role>,
        #[sea_orm(column_type = "Text")]
        pub note: String,
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
        /// How much of it has gone back, if that was heard of before the order took it.
        pub refunded: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod word {
    use waybill_primitives::{OrderId, Timestamp};
    use waybill_store::entity_prelude::*;

    /// A word that an order is found by, with the time at which the order was placed.
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
