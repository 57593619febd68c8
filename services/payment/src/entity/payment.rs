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
        /// By hand.
        Manual = "MANUAL",
    }
}

impl Provider {
    /// Whether it must be asked over the network.
    pub const fn is_remote(self) -> bool {
        match self {
            Self::Stripe | Self::Paypal => true,
            Self::Sandbox | Self::Manual => false,
        }
    }
}

string_enum! {
    /// The state of a payment.
    pub enum PaymentState as proto::PaymentState {
        /// The provider has not answered yet; nobody knows of it but us.
        Created = "CREATED",
        /// Waits for the customer on the provider's page.
        Pending = "PENDING",
        /// The customer has agreed; the money is on its way.
        Authorized = "AUTHORIZED",
        /// Parts of the money may be refunded.
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
        Cancelled = "CANCELLED",
        /// The customer did not pay in time.
        Expired = "EXPIRED",
        /// All of the money has to be refunded, or is; the provider has not confirmed all of it yet.
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
    /// The provider's own id of it, unique per provider; ours until the provider has answered.
    pub provider_reference: String,
    /// What refunds name at the provider, if that is something else.
    pub capture_reference: Option<String>,
    /// In minor units.
    pub amount: i64,
    pub currency: Currency,
    /// What was refunded, and what the open refunds will add to it, in minor units.
    pub refunded: i64,
    pub refunding: i64,
    /// By hand: what has arrived and did not go back, in minor units; 0 for other providers.
    pub received: i64,
    pub state: PaymentState,
    /// The page where the customer pays. A path if the platform's public address is not configured.
    pub redirect_url: String,
    /// How to pay by hand, as it was when the payment began.
    #[sea_orm(column_type = "Text", nullable)]
    pub instructions: Option<String>,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub failure_reason: Option<String>,
    /// The version of the last event about it, 0 before the first one; requests of refunds have none.
    pub version: i64,
    /// When the provider was last asked about it before any message of a change.
    pub checked_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Model {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// What has arrived by hand and did not go back.
    pub fn received_money(&self) -> Money {
        Money::new(self.received, self.currency)
    }

    /// What was refunded so far.
    pub fn refunded_money(&self) -> Money {
        Money::new(self.refunded, self.currency)
    }
}

impl ActiveModelBehavior for ActiveModel {}
