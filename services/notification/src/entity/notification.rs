//! In-app notifications: one row per event and user.

use waybill_primitives::{EventId, NotificationId, OrderId, Timestamp, UserId, string_enum};
use waybill_proto::notification as pb;
use waybill_store::entity_prelude::*;

string_enum! {
    /// The `type` of a notification.
    pub enum Kind as pb::NotificationType {
        OrderPlaced = "ORDER_PLACED",
        OrderPaid = "ORDER_PAID",
        OrderClaimed = "ORDER_CLAIMED",
        OrderAssigned = "ORDER_ASSIGNED",
        OrderReplaced = "ORDER_REPLACED",
        OrderNote = "ORDER_NOTE",
        OrderProgress = "ORDER_PROGRESS",
        OrderStatus = "ORDER_STATUS",
        OrderCompleted = "ORDER_COMPLETED",
        OrderCancelled = "ORDER_CANCELLED",
        OrderExpired = "ORDER_EXPIRED",
        OrderAvailable = "ORDER_AVAILABLE",
        OrderShipped = "ORDER_SHIPPED",
        OrderDelivered = "ORDER_DELIVERED",
        StockLow = "STOCK_LOW",
        PaymentFailed = "PAYMENT_FAILED",
        PaymentRefunded = "PAYMENT_REFUNDED",
        ChangeRequest = "CHANGE_REQUEST",
        ChangeRequestDecided = "CHANGE_REQUEST_DECIDED",
        QuoteRequested = "QUOTE_REQUESTED",
        QuoteOffered = "QUOTE_OFFERED",
        QuoteWithdrawn = "QUOTE_WITHDRAWN",
        QuoteAccepted = "QUOTE_ACCEPTED",
        QuoteExpired = "QUOTE_EXPIRED",
        PasswordChanged = "PASSWORD_CHANGED",
        PayoutPaid = "PAYOUT_PAID",
        PayoutFailed = "PAYOUT_FAILED",
        PaymentDifference = "PAYMENT_DIFFERENCE",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    /// The event that it is about; unique together with the user.
    pub event_id: EventId,
    pub user_id: UserId,
    pub kind: Kind,
    pub title: String,
    pub body: String,
    pub order_id: Option<OrderId>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
    /// Counts the notification's own events: 1 created, 2 read.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
