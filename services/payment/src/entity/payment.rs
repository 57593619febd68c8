//! One attempt to pay an order.

use serde::{Deserialize, Serialize};
use waybill_primitives::{Currency, Money, OrderId, PaymentId, Timestamp, UserId, string_enum};
use waybill_proto::payment as proto;
use waybill_store::entity_prelude::*;

string_enum! {
    /// The provider that moves the money.
    pub enum Provider as proto::Provider {
        Stripe = "STRIPE",
        Paypal = "PAYPAL",
        Sandbox = "SANDBOX",
    }
}

string_enum! {
    /// The state of a payment.
    pub enum PaymentState as proto::PaymentState {
        /// Waits for the customer on the provider's page.
        Pending = "PENDING",
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
        /// The money has to be refunded; the provider has not confirmed it yet.
        Refunding = "REFUNDING",
        Refunded = "REFUNDED",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    pub order_id: OrderId,
    pub order_number: String,
    pub customer_id: UserId,
    pub provider: Provider,
    /// The provider's own id of it; unique per provider.
    pub provider_reference: String,
    /// In minor units.
    pub amount: i64,
    pub currency: Currency,
    pub state: PaymentState,
    /// The page where the customer pays. A path if the platform's public address is not configured.
    pub redirect_url: String,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub failure_reason: Option<String>,
    /// The version of the last event about it; the transition to REFUNDING has none.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Model {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

impl ActiveModelBehavior for ActiveModel {}
