//! Mails to send, being sent, sent or given up.

use waybill_primitives::{EventId, Timestamp, UserId, string_enum};
use waybill_proto::notification as proto;
use waybill_store::entity_prelude::*;

string_enum! {
    /// The state of a delivery.
    pub enum DeliveryState as proto::DeliveryState {
        Queued = "QUEUED",
        /// A replica is sending it, for as long as the lease lasts.
        Sending = "SENDING",
        Sent = "SENT",
        /// Given up.
        Dead = "DEAD",
        /// Not sent: its address is not verified and had too many mails.
        Suppressed = "SUPPRESSED",
    }
}

string_enum! {
    /// Which mail it is: the base name of its templates.
    pub enum Template {
        OrderConfirmation = "order_confirmation",
        OrderStatus = "order_status",
        PaymentReceipt = "payment_receipt",
        Refund = "refund",
        PaymentFailed = "payment_failed",
        Shipment = "shipment",
        Quote = "quote",
        Invoice = "invoice",
        Account = "account",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    /// Also the left part of the mail's Message-ID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The event that it is about; unique together with user and template.
    pub event_id: EventId,
    pub user_id: UserId,
    pub template: Template,
    /// None until the recipient's address is known; the sender looks it up.
    pub address: Option<String>,
    pub name: String,
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    #[sea_orm(column_type = "Text")]
    pub html: String,
    pub state: DeliveryState,
    /// How many attempts were started; a claim and its outcome are checked against it.
    pub attempts: i32,
    /// QUEUED: not to be sent before. SENDING: nobody else takes it before. SENT: when it was sent.
    pub due_at: Timestamp,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    /// What the hourly limit of an unverified address counts it by; none if the limit does not count it.
    pub limit_key: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
